"""The whole program and two archives that are killed again and again: every report arrives once, in order."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.archives.orthanc import Orthanc
from tests.doubles.archives.reports import numbers
from tests.integration.outlets.outages.killing import (
    OUTAGES,
    check_that_the_trend_goes_on,
    kill_at_random,
    only_session,
    rows,
)
from tests.running import eventually, run, running

FPS = 2
"""Each of them is reported twice: an archive that is back has time for what it missed."""

START_S = 6
"""For the libraries of DICOM to be loaded, and the first reports to arrive."""
GOOD_PCT = "CASE WHEN quality = 'good' THEN density_pct END"
"""A report has no number of another reading."""


@pytest.fixture
def archives(tmp_path: Path) -> Iterator[list[Orthanc]]:
    archives = [Orthanc(tmp_path / name) for name in ("by-dicom", "by-web")]
    with contextlib.ExitStack() as stack:
        for archive in archives:
            stack.callback(archive.stop)
            archive.start()
        yield archives


@pytest.mark.parametrize(("seconds", "outages", "away_s"), OUTAGES)
def test_archives_that_are_killed_at_random_get_a_report_of_every_reading_once_and_in_order(
    archives: list[Orthanc], tmp_path: Path, seconds: int, outages: int, away_s: float
) -> None:
    by_dicom, by_web = archives
    mine = tmp_path / "mine.toml"
    mine.write_text(
        f'publish.enabled = false\nview.enabled = false\nsink.sessions_dir = "{tmp_path / "sessions"}"\n'
        f'[outlets.dicom]\nhost = "127.0.0.1"\nport = {by_dicom.dicom_port}\ncalled = "{Orthanc.AE_TITLE}"\n'
        f"every_s = 0\ntimeout_s = 5\n"
        f'[outlets.web]\nuse = "dicom"\nurl = "{by_web.web}"\nevery_s = 0\ntimeout_s = 5\n'
    )
    with running("-c", mine, "live", f"synthetic:?seed=1&fps={FPS}&seconds={seconds + START_S}") as process:
        eventually(lambda: all(archive.count() for archive in archives), "first reports arrive")
        away = kill_at_random(archives, seconds, outages, away_s)
        _, said = process.communicate(timeout=seconds + 60)
    assert process.returncode == 0, said
    session = only_session(tmp_path / "sessions")
    done = run("-c", mine, "deliver", session)
    assert done.returncode == 0, done.stdout

    stored = rows(session, f"SELECT seq + 1, {GOOD_PCT} FROM readings WHERE NOT late ORDER BY seq")
    for archive in archives:
        reports = archive.objects()
        assert [(one.InstanceNumber, numbers(one).get("density", (None,))[0]) for one in reports] == stored
        assert len({one.SOPInstanceUID for one in reports}) == len(reports) == archive.count()
    check_that_the_trend_goes_on(session, away)
    assert "trying again" in said
    assert "Traceback" not in said
