"""A session with pictures: recorded beside the analysis, replayed, verified; and what is left if something dies."""

import random
import re
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from capture.recordings.proof import RecordedProof
from capture.sources.session.description import parts_of, read_description
from capture.sources.session.recorded import SessionSource
from stream.protocol.bedside import KeepMarker
from stream.protocol.contracts import Analysis, Frame, Quality
from stream.protocol.processes import SecurityEvent
from stream.security.audit_log import AuditLog
from stream.session.archive import Archive
from stream.session.proof.verification import DifferenceError, Findings, check_files, check_frames
from stream.view.finished import seal_review
from stream.view.review.file_broker import FileBroker
from stream.view.review.finished_session import review_feed
from tests.chaos.disk import small_disk
from tests.running import children, eventually, run, running, values

SOURCE = "synthetic:?seed=3&live=true&fps=6"
QUIET = {
    "CAPILLARY_STREAM_PUBLISH_ENABLED": "false",
    "CAPILLARY_STREAM_RECORD_LEAVE_FREE_MB": "0",
}
ARGUMENTS = ("--no-view", "--workers", "1", "--codec", "lossless")


def session_in(folder: Path) -> Path:
    """Return the only session below a folder."""
    [found] = folder.iterdir()
    return found


def recorded(folder: Path) -> int:
    """Count the recorded frames, seen from outside, while they are being recorded."""
    found = list(folder.glob("*/frames*.csv"))
    return sum(max(0, path.read_bytes().count(b"\n") - 1) for path in found)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record a session with pictures, to its end."""
    folder = tmp_path_factory.mktemp("recorded")
    done = run("live", f"{SOURCE}&frames=12", "--record", folder, *ARGUMENTS, **QUIET)
    assert done.returncode == 0, done.stderr
    assert "recorded in" in done.stderr
    return session_in(folder)


@pytest.fixture
def session(whole: Path, tmp_path: Path) -> Path:
    """Copy it, to be changed."""
    return Path(shutil.copytree(whole, tmp_path / "session"))


def test_a_whole_session_is_proven_to_its_last_density(whole: Path) -> None:
    done = run("verify", whole)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "computed again" in done.stdout
    assert done.stdout.endswith("No difference.\n")


@pytest.mark.slow
def test_a_replay_of_it_has_the_same_densities(whole: Path, tmp_path: Path) -> None:
    done = run("replay", whole, "-o", tmp_path / "again", "--workers", "1")
    assert done.returncode == 0, done.stderr
    replayed = {row["frame"]: row["density_pct"] for row in values(tmp_path / "again")}
    with closing(sqlite3.connect(whole / "session.sqlite")) as database:
        live = {frame: f"{pct:.4f}" for frame, pct in database.execute("SELECT frame, density_pct FROM readings")}
    assert len(live) > 5
    assert {frame: pct for frame, pct in replayed.items() if frame in live} == live


def test_every_changed_byte_is_found(session: Path) -> None:
    chance = random.Random(4)
    names = ["video.mkv", "session.sqlite"] * 12 + ["frames.csv", "recording.json", "audit.jsonl"] * 3
    for name in names:
        path = session / name
        before = path.read_bytes()
        place = chance.randrange(len(before))
        changed = bytearray(before)
        changed[place] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        with pytest.raises(DifferenceError):
            check_files(session, Findings())
        path.write_bytes(before)
    check_files(session, Findings())


def test_a_reading_that_its_picture_does_not_give_is_named(session: Path) -> None:
    with closing(sqlite3.connect(session / "session.sqlite")) as database:
        database.execute("UPDATE readings SET density_pct = 1, density_low_pct = 1, density_high_pct = 1")
        database.execute("UPDATE readings SET density_pct = 2 WHERE seq = 1")
        database.execute("UPDATE readings SET capillary_count = 0, quality = 'good', quality_reasons = ''")
        database.execute("UPDATE readings SET measures = '{}', regions = NULL, objects = NULL")
        database.commit()

    def analyse(_: Frame) -> Analysis:
        return Analysis(1.0, 1.0, 1.0, regions=[], quality=Quality("good"))

    with pytest.raises(DifferenceError, match=r"Frame 1 .*density_pct is 2\.0000 in the session"):
        check_frames(RecordedProof(session), session, Findings(), analyse)


@pytest.mark.parametrize("column", ["frame", "time_s", "t_capture_ns", "device_frame", "device_ns", "lost_before"])
def test_a_stamp_that_differs_between_session_and_recording_is_named(session: Path, column: str) -> None:
    with closing(sqlite3.connect(session / "session.sqlite")) as database:
        database.execute(f"UPDATE readings SET {column} = 7 WHERE seq = (SELECT MIN(seq) + 2 FROM readings)")
        database.commit()
    with pytest.raises(DifferenceError, match=f"{column} is 7.* in the session, and .* in the recording"):
        check_frames(RecordedProof(session), session, Findings(), None)


def test_a_review_that_keeps_a_marker_leaves_a_session_that_is_still_proven(session: Path) -> None:
    path = session / "session.sqlite"
    archive = Archive(path)
    broker = FileBroker(path, review_feed(archive, "1", site_s=20))
    answer = broker.ask(KeepMarker(request=0, kind="note", text="x", seq=1))
    archive.close()
    assert not answer.error
    with pytest.raises(DifferenceError, match="another of its bytes"):
        check_files(session, Findings())
    AuditLog(session).reviewed(SecurityEvent(what="changed", where="page", detail="marker"))
    findings = Findings()
    check_files(session, findings)
    assert "session.sqlite: every reading" in findings.proven
    seal_review(session)
    findings = Findings()
    check_files(session, findings)
    assert "session.sqlite: every byte" in findings.proven


@pytest.fixture
def monitoring(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Begin a live run that records into a folder of the test, and wait for some frames."""
    with running("live", SOURCE, "--record", tmp_path / "kept", *ARGUMENTS, **QUIET) as process:
        eventually(lambda: recorded(tmp_path / "kept") > 5, "frames are recorded")
        yield process


@pytest.mark.slow
def test_after_a_kill_of_everything_the_pictures_until_then_are_proven(
    monitoring: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    for child in [psutil.Process(monitoring.pid), *children(monitoring)]:
        child.kill()
    monitoring.wait()
    session = session_in(tmp_path / "kept")
    table = recorded(tmp_path / "kept")
    assert len(SessionSource(session).frames) >= table - 6
    done = run("verify", session)
    assert done.returncode == 5
    assert "proven      pictures" in done.stdout
    assert "not finished" in done.stdout


@pytest.mark.slow
def test_a_recorder_that_is_killed_comes_back_and_its_video_is_one_at_the_end(
    monitoring: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    before = recorded(tmp_path / "kept")
    [recorder] = [child for child in children(monitoring) if child.name() == "recorder"]
    recorder.kill()
    eventually(lambda: len(list((tmp_path / "kept").glob("*/video*.mkv"))) == 2, "a second part begins")
    eventually(lambda: recorded(tmp_path / "kept") > before + 5, "it goes on")
    monitoring.send_signal(signal.SIGINT)
    monitoring.communicate(timeout=60)
    session = session_in(tmp_path / "kept")
    assert len(parts_of(session)) == 1
    found = read_description(session)
    assert found.not_recorded.get("not received", 0) > 0
    done = run("verify", session)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_a_full_disk_ends_the_recording_and_not_the_analysis(tmp_path: Path) -> None:
    settings = QUIET | {"CAPILLARY_STREAM_RECORD_LEAVE_FREE_MB": "4"}
    try:
        with small_disk(tmp_path / "disk", 12) as disk:
            done = run("live", f"{SOURCE}&frames=24", "--record", disk, *ARGUMENTS, **settings)
            assert done.returncode == 0, done.stderr
            found = read_description(session_in(disk))
            assert found.stopped == "the disk is full"
            assert 0 < found.recorded < found.recorded + sum(found.not_recorded.values())
            assert run("verify", session_in(disk), "--quick").returncode == 0
    except PermissionError as error:
        pytest.skip(str(error))


@pytest.mark.slow
def test_a_disk_that_is_full_in_the_middle_of_a_write_costs_pictures_and_says_how_many(tmp_path: Path) -> None:
    """Nothing is kept free: the write of a picture itself fails. What was written of it is removed."""
    try:
        with small_disk(tmp_path / "disk", 6) as disk:
            done = run("live", f"{SOURCE}&frames=24", "--record", disk, *ARGUMENTS, **QUIET)
            assert done.returncode in (0, 5), done.stderr  # 5: the disk had no room for readings either
            assert "recording stopped: the disk is full" in done.stderr
            assert re.search("Pictures: (.* not recorded|their end is not written)", done.stderr)
            proof = run("verify", session_in(disk))
            assert (proof.returncode, "No difference." in proof.stdout) in ((0, True), (5, False)), proof.stderr
    except PermissionError as error:
        pytest.skip(str(error))
