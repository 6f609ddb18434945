"""A frame that is looked up after the fact is the one that was analysed, in whatever order frames are wanted."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from capture.recordings.lookup import Lookup
from capture.recordings.recorded_only import frames_of
from capture.sources.opening import SourceLimits
from stream.errors import SourceError
from tests.doubles.frames.recorded import record
from tests.doubles.media import card

LIMITS = SourceLimits()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for place, name in enumerate(("a", "b", "10", "7")):
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.full((48, 64, 3), 10 * place, np.uint8))
    return tmp_path


@pytest.mark.parametrize("source", ["synthetic:?seed=4&frames=30", "pictures"])
def test_frames_come_in_any_order_as_they_came_in_a_row(source: str, pictures: Path) -> None:
    uri = str(pictures) if source == "pictures" else source
    in_a_row = list(frames_of(uri, LIMITS))[:6]
    with Lookup(uri, LIMITS) as lookup:
        for seq in (3, 0, 1, 2, 2, len(in_a_row) - 1):
            name, pixels = in_a_row[seq]
            assert (lookup.image(seq, name).pixels == pixels).all()


def test_of_a_live_run_the_name_tells_the_place() -> None:
    with Lookup("synthetic:?seed=4&frames=30", LIMITS) as lookup:
        assert (lookup.image(3, "12").pixels == lookup.image(12, "12").pixels).all()


@pytest.mark.parametrize(("seq", "frame"), [(0, "z"), (99, "99"), (1, "a")])
def test_a_frame_of_another_name_is_not_shown(pictures: Path, seq: int, frame: str) -> None:
    with Lookup(str(pictures), LIMITS) as lookup:
        if frame == "a":
            name = next(iter(frames_of(str(pictures), LIMITS)))[0]
            frame, seq = (frame, 0) if name != "a" else ("b", 0)
        with pytest.raises(SourceError, match="is it the same recording"):
            lookup.image(seq, frame)


def test_what_is_gone_or_was_live_says_so(tmp_path: Path) -> None:
    with Lookup(str(tmp_path / "gone.mp4"), LIMITS) as lookup, pytest.raises(SourceError):
        lookup.image(0, "0")
    with Lookup("synthetic:?live=true", LIMITS) as lookup, pytest.raises(SourceError, match="live"):
        lookup.image(0, "0")
    for camera in ("camera:0", "rtsp://127.0.0.1:9/x", "http://127.0.0.1:9/x"):
        with Lookup(camera, LIMITS) as lookup:
            assert "was live" in lookup.missing_reason(), "and it was not opened"
    with Lookup(str(tmp_path / "gone.mp4"), LIMITS) as lookup:
        assert "gone.mp4" in lookup.missing_reason()
    with Lookup("synthetic:?seed=4&frames=30", LIMITS) as lookup:
        assert lookup.missing_reason() == ""


def test_frames_of_a_recorded_session_are_found_by_their_seq_and_a_gap_is_said(tmp_path: Path) -> None:
    with Lookup(str(record(tmp_path / "s", "ffv1", [3, 4, 7])), SourceLimits()) as lookup:
        for seq in (7, 3, 4):
            np.testing.assert_array_equal(lookup.image(seq, f"f{seq}").pixels, card(seq))
        with pytest.raises(SourceError, match="not recorded"):
            lookup.image(5, "f5")
        assert "f5 was not recorded" in lookup.missing_frame_reason(5, "f5")
        assert lookup.missing_frame_reason(4, "f4") == ""
        np.testing.assert_array_equal(lookup.image(2, "f7").pixels, card(7))  # as a replay of the session counts
