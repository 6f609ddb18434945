"""A recorded session is a source like others."""

from pathlib import Path

import pytest

from capture.sources.session.recorded import SessionSource
from stream.errors import SourceError
from stream.protocol.contracts import FrameSource
from tests.contracts.source_contract import RecordedContract, grabbed
from tests.doubles.frames.recorded import record


class TestSession(RecordedContract):
    length = 12

    def open(self, folder: Path) -> FrameSource:
        if not (folder / "recording.json").exists():
            record(folder)
        return SessionSource(folder)


class TestSessionWithGaps(RecordedContract):
    length = 6

    def open(self, folder: Path) -> FrameSource:
        if not (folder / "recording.json").exists():
            record(folder, "mjpeg", [3, 4, 7, 8, 9, 11])
        return SessionSource(folder)


def test_frames_that_were_not_recorded_are_said_to_be_lost(tmp_path: Path) -> None:
    source = SessionSource(record(tmp_path, "mjpeg", [3, 4, 7, 8, 11]))
    assert [grabbed(source).lost_before for _ in range(5)] == [0, 0, 2, 0, 2]
    source.close()


def test_a_table_that_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    table = record(tmp_path) / "frames.csv"
    table.write_text(table.read_text().replace("f3,", "f3,x", 1))
    with pytest.raises(SourceError, match=r"line 5 of frames\.csv"):
        SessionSource(tmp_path)
    table.unlink()
    with pytest.raises(SourceError, match=r"frames\.csv is missing"):
        SessionSource(tmp_path)
