"""A worker on another machine gives the values that one here gives; it may come late, go, and come again."""

import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.running import committed, eventually, free_port, rows, run, running, values

SOURCE = "synthetic:?seed=3&frames=12"


def keys(folder: Path, *arguments: str) -> str:
    done = run("keys", *arguments, CAPILLARY_STREAM_SECURITY_KEYS_DIR=str(folder))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def rings(tmp_path: Path) -> tuple[Path, Path, str]:
    """Keys of the near and the far machine, that know each other; and the far one's public key."""
    near, far = tmp_path / "near", tmp_path / "far"
    far_key = keys(far, "new")
    keys(far, "allow", keys(near, "new"), "near")
    return near, far, far_key


@contextmanager
def far_worker(ring: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    with running(
        "worker", "--listen", f"tcp://127.0.0.1:{port}", CAPILLARY_STREAM_SECURITY_KEYS_DIR=str(ring)
    ) as process:
        assert process.stderr is not None
        assert re.search(r"Waiting for frames on tcp://127\.0\.0\.1:\d+", process.stderr.readline())
        yield process


def settings(near: Path, port: int, key: str) -> dict[str, str]:
    return {
        "CAPILLARY_STREAM_SECURITY_KEYS_DIR": str(near),
        "CAPILLARY_STREAM_WORKERS_REMOTE": f'[{{address = "tcp://127.0.0.1:{port}", key = "{key}"}}]',
    }


def test_readings_from_elsewhere_are_the_same_to_the_byte(rings: tuple[Path, Path, str], tmp_path: Path) -> None:
    near, far, key = rings
    port = free_port()
    replay = ("replay", SOURCE, "--workers", "1", "--regions", "--output")
    with far_worker(far, port):
        done = run(*replay, tmp_path / "both", **settings(near, port, key))
        assert done.returncode == 0, done.stderr
    assert {row["worker"] for row in rows(tmp_path / "both")} == {"0", "1"}, "both worked"
    assert run(*replay, tmp_path / "here").returncode == 0
    assert values(tmp_path / "both") == values(tmp_path / "here")
    assert (tmp_path / "both/regions.jsonl").read_bytes() == (tmp_path / "here/regions.jsonl").read_bytes()


@pytest.mark.slow
def test_a_worker_elsewhere_may_die_and_come_again(rings: tuple[Path, Path, str], tmp_path: Path) -> None:
    near, far, key = rings
    port = free_port()
    environment = settings(near, port, key) | {
        "CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(tmp_path / "sessions"),
        "CAPILLARY_STREAM_PUBLISH_ENABLED": "false",
    }
    with running("live", "synthetic:?seed=3&fps=10", "--workers", "1", "--no-view", **environment) as process:
        session = eventually(lambda: next(tmp_path.glob("sessions/*/session.sqlite"), None), "a session").parent
        eventually(lambda: committed(session), "readings before it is there")
        for _ in range(2):
            with far_worker(far, port) as other:
                eventually(lambda: 1 in newest_workers(session), "readings by the worker elsewhere")
                other.kill()
                other.wait()
            eventually(lambda: newest_workers(session) == {0}, "readings without it")
        assert process.poll() is None


def newest_workers(session: Path) -> set[int]:
    """Return the workers that made the newest readings."""
    with closing(sqlite3.connect(f"file:{session / 'session.sqlite'}?mode=ro", uri=True)) as database:
        return {worker for (worker,) in database.execute("SELECT worker FROM readings ORDER BY seq DESC LIMIT 5")}


@pytest.mark.slow
def test_other_settings_over_there_are_refused_in_a_sentence(rings: tuple[Path, Path, str], tmp_path: Path) -> None:
    near, far, key = rings
    port = free_port()
    with far_worker(far, port):
        other = settings(near, port, key) | {"CAPILLARY_STREAM_ANALYSER_SETTINGS": '{weights = "synthetic"}'}
        done = run("replay", SOURCE, "--workers", "1", "--output", tmp_path / "out", **other)
    assert done.returncode == 4, done.stderr
    assert "other settings" in done.stderr
    assert "Traceback" not in done.stderr


def test_nobody_is_allowed_is_said(tmp_path: Path) -> None:
    for mend, step in (("keys new", ("new",)), ("keys allow", ("list",))):
        done = run("worker", CAPILLARY_STREAM_SECURITY_KEYS_DIR=str(tmp_path))
        assert (done.returncode, mend in done.stderr) == (2, True)
        keys(tmp_path, *step)
