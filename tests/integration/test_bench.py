"""`bench` as a user runs it: engines in turn, a table, a file, pictures; an engine that is not there stops no other."""

import json
import signal
from pathlib import Path

import pytest

from tests.running import children, committed, eventually, is_alive, run, running

pytestmark = pytest.mark.slow

MOST_FLOORS = 3.9


@pytest.fixture(scope="module")
def benched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("bench")
    (folder / "doc.md").write_text("<!-- bench -->\n<!-- /bench -->\n")
    (folder / "ray.py").write_text("raise ModuleNotFoundError('ray', name='ray')\n")
    arguments = ("--engines", "serial,ray,stream", "--analyser", "default", "--workers", "1", "--frames", "5")
    options = ("--rounds", "2", "-o", folder / "out", "--into", folder / "doc.md")
    done = run("bench", *arguments, *options, PYTHONPATH=str(folder))
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_every_engine_is_measured_in_every_round(benched: tuple[Path, str]) -> None:
    found = json.loads((benched[0] / "out" / "bench.json").read_text())
    ran = {result["engine"]: result for result in found["results"] if not result["error"]}
    assert set(ran) == {"serial", "stream"}
    for result in ran.values():
        assert [one["frames"] for one in result["rounds"]] == [5, 5]
        middle = result["median"]
        assert middle["execution_ms"] > 0
        assert middle["cpu_ms_per_frame"] > 0
        assert middle["worker_pss_mib"] > 10
        assert result["least"]["execution_ms"] <= middle["execution_ms"] <= result["most"]["execution_ms"]
    assert ran["serial"]["median"]["handed_bytes_per_frame"] == 0
    assert 32_400 < ran["stream"]["median"]["handed_bytes_per_frame"] < 40_000


def test_a_frame_s_cost_is_told_as_times_the_floor(benched: tuple[Path, str]) -> None:
    found = json.loads((benched[0] / "out" / "bench.json").read_text())
    (stream,) = (result["median"] for result in found["results"] if result["engine"] == "stream")
    assert {"capture", "workers", "sink"} <= set(stream["role_cpu_ms"])
    assert stream["floors"] == pytest.approx(stream["cpu_ms_per_frame"] / stream["floor_ms"], rel=0.3)


@pytest.mark.nightly
def test_a_frame_of_a_recording_costs_a_few_times_the_floor(clips: Path, tmp_path: Path) -> None:
    options = ("--engines", "stream", "--analyser", "default", "--workers", "2", "--frames", "250", "--rounds", "3")
    done = run("bench", clips / "calm-f11.mp4", *options, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (result,) = json.loads((tmp_path / "out" / "bench.json").read_text())["results"]
    assert result["least"]["floors"] <= MOST_FLOORS  # other work makes a run dearer, never cheaper


def test_the_machine_is_described(benched: tuple[Path, str]) -> None:
    machine = json.loads((benched[0] / "out" / "bench.json").read_text())["machine"]
    assert machine["cores"] >= 1
    assert machine["cpu"]
    assert {"numpy", "tensorflow"} <= set(machine["libraries"])


def test_an_engine_that_cannot_run_is_told_and_the_others_go_on(benched: tuple[Path, str]) -> None:
    assert "Not run: ray, default, 1 worker: The engine ray needs Ray" in benched[1]


def test_table_document_and_pictures_are_there(benched: tuple[Path, str]) -> None:
    folder, words = benched
    assert "| default  | stream | 1 " in words
    assert "Too few frames to compare" in words
    assert (folder / "out" / "bench.md").read_text().strip() in (folder / "doc.md").read_text()
    names = {path.name for path in (folder / "out").iterdir()}
    assert names == {"bench.json", "bench.md", "figure-5.png", "figure-6.png", "figure-7.png"}


def test_where_nothing_could_run_that_is_told_once_and_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "ray.py").write_text("raise ModuleNotFoundError('ray', name='ray')\n")
    arguments = ("--engines", "ray", "--analyser", "default", "--workers", "1,2", "--frames", "5", "--rounds", "2")
    done = run("bench", *arguments, "-o", tmp_path / "out", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.count("needs Ray") == done.stdout.count("needs Ray") == 1
    assert "Not run: ray, default, 1 worker; ray, default, 2 workers: " in done.stdout


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_whoever_ends_the_bench_ends_what_it_started(how: signal.Signals, tmp_path: Path) -> None:
    arguments = ("--engines", "stream", "--analyser", "default", "--frames", "100000", "--workers", "1")
    with running("bench", *arguments, "-o", tmp_path / "out") as process:
        session = tmp_path / "out" / "runs" / "stream-default-1" / "out"
        eventually(lambda: committed(session) > 0, "a first frame", 90)
        started = children(process)
        process.send_signal(how)
        eventually(lambda: process.poll() is not None, "the end of the bench")
        eventually(lambda: not any(is_alive(child) for child in started), "the end of the rest", 60)


def test_live_every_frame_is_accounted_for(tmp_path: Path) -> None:
    done = run("bench", "--live", "3", "--fps", "10", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    (one,) = json.loads((tmp_path / "out" / "live.json").read_text())["runs"]
    assert one["promised"] == 30
    assert 0 < one["captured"] == one["published"] + one["dropped"] + one["late"] + one["failed"]
    assert 0 < one["latency_p50_ms"] <= one["latency_p99_ms"]
    assert one["first_reading_s"] > 0
    assert one["worker_pss_mib"] > 10
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"live.json", "live.md"}
