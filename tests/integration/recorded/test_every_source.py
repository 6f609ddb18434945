"""A live session of each source that can be recorded: every frame accounted for, proven, and a changed byte found."""

import csv
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from capture.sources.session.description import read_description
from tests.integration.recorded.recordable import KINDS
from tests.running import run

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(300)]

AT_LENGTH = [pytest.param(kind, 60, marks=pytest.mark.nightly) for kind in KINDS]
IN_SHORT = [(kind, 5) for kind in ("http", "rtsp", "aravis", "basler")]
QUIET = {"CAPILLARY_STREAM_PUBLISH_ENABLED": "false", "CAPILLARY_STREAM_RECORD_LEAVE_FREE_MB": "0"}


@pytest.mark.parametrize(("kind", "seconds"), [*IN_SHORT, *AT_LENGTH])
def test_a_live_session_is_proven_and_each_changed_byte_is_found(tmp_path: Path, kind: str, seconds: int) -> None:
    (source := tmp_path / "source").mkdir()
    with KINDS[kind](source, seconds) as camera:
        arguments = ("--seconds", str(seconds), "--record", tmp_path / "kept", "--codec", "lossless", "--no-view")
        done = run("live", camera.uri, *arguments, "--max-fps", "10", **QUIET, **camera.environment)
        assert done.returncode == 0, done.stderr
    [session] = (tmp_path / "kept").iterdir()
    recording = read_description(session)
    with closing(sqlite3.connect(session / "session.sqlite")) as database:
        [(read,)] = database.execute("SELECT value FROM session WHERE key = 'frames_read'")
    lost = sum(recording.not_recorded.values())
    proof = run("verify", session)
    assert proof.returncode == 0, proof.stdout
    assert f"pictures: {recording.recorded} frames" in proof.stdout
    assert recording.recorded + lost == int(read)
    assert recording.recorded > 0
    _check_device_ids(session / "frames.csv", given=camera.device)
    for name in ("video.mkv", "session.sqlite"):
        _check_changes_are_found(session / name)
    assert run("verify", session, "--quick").returncode == 0


def _check_device_ids(table: Path, *, given: tuple[str, ...]) -> None:
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for column in given:
        assert len({int(row[column]) for row in rows}) == len(rows)  # 16 bits of a number begin again within an hour


def _check_changes_are_found(path: Path) -> None:
    whole = path.read_bytes()
    for share in (0.0, 0.5, 1.0):
        changed = bytearray(whole)
        changed[round(share * (len(whole) - 1))] ^= 1
        path.write_bytes(changed)
        found = run("verify", path.parent)
        assert found.returncode == 5, found.stdout
        assert found.stdout.splitlines()[-1].startswith(f"DIFFERENT: {path.name} ")
    path.write_bytes(whole)
