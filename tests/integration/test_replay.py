"""Replay as a researcher uses it: every frame once, in order, the same values whichever worker computed them."""

import csv
import json
import os
import signal
import subprocess
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from capture.sources.video.containers.container import Container
from capture.sources.video.containers.recognise import recognise
from tests.running import (
    children,
    command_line,
    committed,
    eventually,
    free_port,
    is_alive,
    rows,
    run,
    running,
    summary,
    values,
)

SOURCE = "synthetic:?seed=3&fps=30&frames=40"


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Replay undisturbed with one worker."""
    folder = tmp_path_factory.mktemp("calm") / "out"
    done = run("replay", SOURCE, "--output", folder, "--workers", "1", "--regions")
    assert done.returncode == 0, done.stderr
    return folder


def test_every_frame_has_a_row_in_order(calm: Path) -> None:
    assert [row["seq"] for row in rows(calm)] == [str(seq) for seq in range(40)]
    assert {row["status"] for row in rows(calm)} == {"ok"}


def test_the_summary_says_what_was_done(calm: Path) -> None:
    found = summary(calm)
    assert found["status"] == "complete"
    assert found["frames_expected"] == found["frames_read"] == found["frames_analysed"] == 40
    assert found["frames_failed"] == found["frames_dropped"] == 0
    assert found["model_id"] == rows(calm)[0]["model_id"]
    assert found["cpu_ms_per_frame"] > 0


def test_regions_have_a_line_a_frame(calm: Path) -> None:
    lines = [json.loads(line) for line in (calm / "regions.jsonl").read_text().splitlines()]
    assert [line["seq"] for line in lines] == list(range(40))
    for line, row in zip(lines, rows(calm), strict=True):
        assert len(line["regions"]) == int(row["capillary_count"])
    x, y, width, height = lines[0]["regions"][0]["bbox_xywh_px"]
    assert 0 <= x <= x + width <= 1920
    assert 0 <= y <= y + height <= 1080


def test_there_is_a_picture_of_the_trend(calm: Path) -> None:
    assert (calm / "trend.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("workers", ["2", pytest.param("3", marks=pytest.mark.slow)])
def test_values_do_not_depend_on_the_number_of_workers(calm: Path, tmp_path: Path, workers: str) -> None:
    done = run("replay", SOURCE, "--output", tmp_path, "--workers", workers, "--regions")
    assert done.returncode == 0, done.stderr
    assert values(tmp_path) == values(calm)
    assert (tmp_path / "regions.jsonl").read_bytes() == (calm / "regions.jsonl").read_bytes()


@pytest.mark.slow
def test_the_portable_way_gives_the_same_values(calm: Path, tmp_path: Path) -> None:
    done = run("replay", SOURCE, "--output", tmp_path, "--regions", CAPILLARY_STREAM_RUNTIME_PORTABLE="true")
    assert done.returncode == 0, done.stderr
    assert values(tmp_path) == values(calm)
    assert (tmp_path / "regions.jsonl").read_bytes() == (calm / "regions.jsonl").read_bytes()


@pytest.mark.parametrize("portable", ["false", pytest.param("true", marks=pytest.mark.slow)])
def test_killing_any_process_changes_nothing(calm: Path, tmp_path: Path, portable: str) -> None:
    """Each kind of process in turn meets kill -9 in the middle of the work."""
    arguments = ("-v", "replay", SOURCE, "--output", tmp_path, "--workers", "2", "--regions", "--speed", "0.3")
    with running(*arguments, CAPILLARY_STREAM_RUNTIME_PORTABLE=portable) as process:
        known = eventually(lambda: _pipeline(process), "all four children are up")
        for victim in known:
            victim.kill()
            eventually(lambda: _pipeline(process), "it is restarted")
        _, errors = process.communicate(timeout=90)
    assert process.returncode == 0, errors
    assert errors.count("died") == len(known), errors
    assert values(tmp_path) == values(calm)
    assert (tmp_path / "regions.jsonl").read_bytes() == (calm / "regions.jsonl").read_bytes()


def test_killed_as_a_whole_it_starts_again_and_resumes(calm: Path, tmp_path: Path) -> None:
    with running("replay", SOURCE, "--output", tmp_path, "--regions", "--speed", "0.5") as process:
        eventually(lambda: committed(tmp_path) >= 5, "some frames are on disk")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
        assert not (tmp_path / "summary.json").exists()
    done = run("replay", SOURCE, "--output", tmp_path, "--regions", "--resume")
    assert done.returncode == 0, done.stderr
    assert values(tmp_path) == values(calm)
    assert (tmp_path / "regions.jsonl").read_bytes() == (calm / "regions.jsonl").read_bytes()


@pytest.mark.slow
def test_killed_as_a_whole_it_starts_anew(calm: Path, tmp_path: Path) -> None:
    with running("replay", SOURCE, "--output", tmp_path, "--speed", "0.5") as process:
        eventually(lambda: committed(tmp_path) >= 2, "some frames are on disk")
        os.killpg(process.pid, signal.SIGKILL)
    done = run("replay", SOURCE, "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    assert values(tmp_path) == values(calm)


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_stop_leaves_whole_files_and_nothing_running(tmp_path: Path, number: signal.Signals) -> None:
    with running("replay", SOURCE, "--output", tmp_path, "--speed", "0.5") as process:
        eventually(lambda: committed(tmp_path) >= 5, "some frames are on disk")
        below = children(process)
        process.send_signal(number)
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 130
    assert f"Results so far: {tmp_path}; continue with --resume." in errors
    found = summary(tmp_path)
    assert found["status"] == "incomplete"
    assert "stopped" in found["reason"]
    assert len(rows(tmp_path)) == found["frames_read"] < 40
    eventually(lambda: not any(is_alive(child) for child in below), "no process is left", 2.0)


@pytest.mark.slow
def test_a_batch_that_is_stopped_goes_on_and_its_table_is_true_at_any_time(tmp_path: Path) -> None:
    sources = [f"synthetic:?seed={seed}&fps=30&frames=12" for seed in (1, 2, 3)]
    folders = [tmp_path / f"synthetic-seed-{seed}-fps-30-frames-12" for seed in (1, 2, 3)]
    with running("replay", *sources, "--output", tmp_path, "--workers", "1", "--speed", "1") as process:
        eventually(lambda: committed(folders[1]) >= 1, "the second one is begun")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 130, errors
    assert "file 2 of 3 begins; about" in errors
    assert [row["status"] for row in _table(tmp_path)] == ["complete", "incomplete", "not begun"]
    done = run("replay", *sources, "--output", tmp_path, "--workers", "1", "--resume")
    assert done.returncode == 0, done.stderr
    assert [(row["status"], row["frames"]) for row in _table(tmp_path)] == [("complete", "12")] * 3
    assert [len(rows(folder)) for folder in folders] == [12, 12, 12]


def _table(output: Path) -> list[dict[str, str]]:
    with (output / "summary.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_an_overlay_shows_a_picture_that_cannot_be_read_and_the_next_source_is_done(tmp_path: Path) -> None:
    """Its row is `failed`; an overlay that cannot be made keeps nothing else from being done."""
    for name, pixels in {"a": 240, "b": 2}.items():
        for number in range(3):
            path = tmp_path / name / f"{number}.png"
            path.parent.mkdir(exist_ok=True)
            assert cv2.imwrite(str(path), np.full((pixels, pixels, 3), 120, np.uint8))
    (tmp_path / "a" / "1.png").write_text("no picture")
    out = tmp_path / "out"
    done = run("replay", tmp_path / "b", tmp_path / "a", "--output", out, "--overlay")
    assert done.returncode == 1, done.stderr
    assert "frames of 2x2 are too small for overlay.mkv" in done.stderr
    assert "Traceback" not in done.stderr
    assert [row["status"] for row in rows(out / "a")] == ["ok", "failed", "ok"]
    assert recognise(out / "a" / "overlay.mkv") == Container("mkv", 3)
    assert summary(out / "b")["status"] == "complete"
    assert not list(out.glob("*/partial-*"))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_while_the_overlay_is_made_leaves_the_results_whole(tmp_path: Path, number: signal.Signals) -> None:
    with running("replay", "synthetic:?frames=60", "--output", tmp_path, "--overlay") as process:
        eventually((tmp_path / "partial-overlay.mkv").exists, "the overlay is begun")
        process.send_signal(number)
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 130
    assert (
        errors.strip().splitlines()[-1] == f"Stopped: the results in {tmp_path} are complete; overlay.mkv was not made."
    )
    assert summary(tmp_path)["status"] == "complete"
    assert not list(tmp_path.glob("*overlay*"))


def _pipeline(process: "subprocess.Popen[str]") -> list[psutil.Process] | None:
    """Capture, two workers and sink, once all four run."""
    found = [child for child in children(process) if is_alive(child) and "spawn_main" in command_line(child)]
    return found if len(found) == 4 else None


def test_nothing_is_redone_where_nothing_is_missing(calm: Path) -> None:
    before = {path.name: path.read_bytes() for path in calm.iterdir() if path.is_file()}
    done = run("replay", SOURCE, "--output", calm, "--resume")
    assert done.returncode == 0
    assert "nothing to resume" in done.stderr
    assert {path.name: path.read_bytes() for path in calm.iterdir() if path.is_file()} == before


def test_a_finished_replay_goes_on_where_more_frames_are_asked_for(calm: Path, tmp_path: Path) -> None:
    assert run("replay", SOURCE, "--output", tmp_path, "--regions", "--frames", "5").returncode == 0
    fewer = run("replay", SOURCE, "--output", tmp_path, "--regions", "--frames", "4", "--resume")
    assert fewer.returncode == 1
    assert "has 5 frames already, more than --frames 4" in fewer.stderr
    done = run("replay", SOURCE, "--output", tmp_path, "--regions", "--resume")
    assert done.returncode == 0, done.stderr
    assert values(tmp_path) == values(calm)
    assert (tmp_path / "regions.jsonl").read_bytes() == (calm / "regions.jsonl").read_bytes()


@pytest.mark.slow
def test_a_users_file_is_laid_over_the_commands_own(tmp_path: Path) -> None:
    """A replay does not publish, whatever else is configured, so two can run beside each other."""
    config = tmp_path / "mine.toml"
    config.write_text("[workers]\ncount = 1\n")
    endpoint = f"tcp://127.0.0.1:{free_port()}"
    settings = {"CAPILLARY_STREAM_PUBLISH_ENDPOINT": endpoint}
    with running("demo", "--no-view", **settings):
        done = run("-c", config, "replay", "synthetic:?frames=3", "--output", tmp_path / "out", **settings)
    assert done.returncode == 0, done.stderr
    assert summary(tmp_path / "out")["workers"] == 1
