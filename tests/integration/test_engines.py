"""Every engine keeps the contract; those beside the program's own refuse what they cannot do."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.contracts.engine_contract import FRAMES, EngineContract, config, recording_with_losses, reference_readings
from tests.doubles.media import write_video
from tests.running import children, committed, eventually, free_port, rows, run, running, summary, values

CLUSTER = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0123456789abcdef" * 4, "RAY_raylet_start_wait_time_s": "120"}


def a_worker_of(process: "subprocess.Popen[str]") -> psutil.Process:
    """Return one of its workers, by what `top` calls them."""
    return next(child for child in children(process) if child.name().startswith(("worker-", "ray::Analyst")))


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    return reference_readings(tmp_path_factory.mktemp("reference"))


@pytest.fixture(scope="module")
def reference_with_losses(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    folder = tmp_path_factory.mktemp("losses")
    return reference_readings(folder / "out", recording_with_losses(folder))


@pytest.mark.slow
class TestSerial(EngineContract):
    engine = "serial"


@pytest.mark.slow
class TestRouter(EngineContract):
    engine = "router"

    def test_a_worker_that_dies_ends_the_run_with_a_sentence(self, tmp_path: Path) -> None:
        arguments = ("replay", "synthetic:?seed=1", "--engine", "router", "--workers", "2", "-o", tmp_path / "out")
        with running("-c", config(tmp_path, "good"), *arguments) as process:
            eventually(lambda: committed(tmp_path / "out") > 3, "first frames", 90)
            a_worker_of(process).kill()
            _, words = process.communicate(timeout=90)
        assert process.returncode == 1
        assert "of the engine router died (exit code -9)" in words


@pytest.mark.slow
class TestStream(EngineContract):
    engine = "stream"


@pytest.mark.slow
@pytest.mark.timeout(400)
class TestRay(EngineContract):
    engine = "ray"

    def test_a_frame_whose_worker_dies_goes_to_another(self, tmp_path: Path) -> None:
        frames = 400
        arguments = ("replay", "synthetic:?seed=1", "--frames", str(frames), "--engine", "ray", "--workers", "2")
        with running("-c", config(tmp_path, "good"), *arguments, "-o", tmp_path / "out") as process:
            eventually(lambda: committed(tmp_path / "out") > 3, "first frames", 90)
            a_worker_of(process).kill()
            assert process.wait(110) == 0
        assert [int(row["seq"]) for row in rows(tmp_path / "out")] == list(range(frames))

    def test_a_local_ray_listens_on_loopback_alone_and_ends_in_order(self, tmp_path: Path) -> None:
        with running("replay", "synthetic:?seed=1", "--engine", "ray", "--workers", "1", "-o", tmp_path) as process:
            eventually(lambda: committed(tmp_path) > 0, "a first frame", 90)
            listening = [
                connection.laddr.ip
                for child in children(process)
                for connection in child.net_connections("tcp")
                if connection.status == psutil.CONN_LISTEN
            ]
            process.terminate()
            process.wait(60)
        assert listening
        assert {ip.removeprefix("::ffff:") for ip in listening} == {"127.0.0.1"}
        assert process.returncode == 130, "Ray must not take the end for a crash"


@pytest.fixture
def cluster() -> Iterator[str]:
    """Start a Ray cluster on this machine with a token of its own, and give its address; end it with the test."""
    address = f"127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory(prefix="ray-") as folder:
        ray = [str(Path(sys.executable).with_name("ray")), "start", "--head", "--block", "--include-dashboard=false"]
        options = ["--port", address.rpartition(":")[2], "--num-cpus=2", "--object-store-memory=200000000"]
        ports = ["--ray-client-server-port", str(free_port()), "--temp-dir", folder, "--disable-usage-stats"]
        log = Path(folder) / "head.log"
        with log.open("wb") as words:
            head = subprocess.Popen([*ray, *options, *ports], stdout=words, stderr=words, env=os.environ | CLUSTER)
        try:
            eventually(lambda: "Ray runtime started" in log.read_text(), "the cluster", 90)
            yield address
        finally:
            started = psutil.Process(head.pid).children(recursive=True)
            for process in (psutil.Process(head.pid), *started):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            head.wait()
            psutil.wait_procs(started, 20)


@pytest.mark.slow
def test_a_folder_of_recordings_goes_through_a_cluster_a_row_a_frame(
    cluster: str, reference: list[dict[str, str]], tmp_path: Path
) -> None:
    recordings: list[str | Path] = [f"synthetic:?frames={FRAMES}", write_video(tmp_path / "cards.avi")]
    arguments = ("--engine", "ray", "--address", cluster, "--workers", "2", "--output", tmp_path / "out")
    done = run("replay", *recordings, *arguments, **CLUSTER)
    assert done.returncode == 0, done.stderr
    first, second = sorted(
        (one for one in (tmp_path / "out").iterdir() if one.is_dir()), key=lambda folder: "cards" in folder.name
    )
    assert values(first) == reference
    alone = run("replay", recordings[1], "--workers", "1", "--output", tmp_path / "alone")
    assert alone.returncode == 0, alone.stderr
    assert values(second) == values(tmp_path / "alone")
    assert [summary(folder)["engine"] for folder in (first, second)] == ["ray", "ray"]


def test_a_cluster_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    done = run("replay", "synthetic:?frames=1", "--engine", "ray", "--address", address, "-o", tmp_path / "out")
    assert done.returncode == 1
    assert f"No Ray cluster answers at {address}" in done.stderr
