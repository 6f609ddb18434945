"""A region of the picture, then flipped, then rotated: for every source, wherever its frames are opened."""

from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.framed import FramedSource
from capture.recordings.lookup import Lookup
from capture.recordings.recorded_only import frames_of
from capture.sources.opening import SourceLimits, limits_of, open_source
from capture.writers.overlay import Drawn, write_overlay
from stream.config.framing import Flip, Framing, Rotation, framing_from
from stream.config.sections import CaptureConfig
from stream.errors import SourceError
from stream.protocol.contracts import FrameSource, Grab, Pixels
from tests.contracts.source_contract import RecordedContract, frame, grabbed
from tests.doubles.media import write_video

TURNED = Framing(region=(8, 4, 40, 32), flip="horizontal", rotate_deg=90)


class TestContract(RecordedContract):
    length = 12

    def open(self, folder: Path) -> FrameSource:
        path = folder / "a.avi"
        return open_source(str(path if path.exists() else write_video(path)), SourceLimits(framing=TURNED))


class TestContractOfPictures(RecordedContract):
    length = 3
    counted = True

    def open(self, folder: Path) -> FrameSource:
        for name in "abc":
            cv2.imwrite(str(folder / f"{name}.png"), np.random.default_rng(ord(name)).integers(0, 255, (48, 64, 3)))
        return open_source(str(folder), SourceLimits(framing=TURNED))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Return a picture whose blue is the column and whose green is the row."""
    rows, columns = np.mgrid[0:48, 0:64].astype(np.uint8)
    path = tmp_path / "a.png"
    cv2.imwrite(str(path), np.dstack([columns, rows, np.zeros_like(rows)]))
    return path


def framed(picture: Path, framing: Framing) -> Pixels:
    """Return the only frame, and check its size."""
    source = open_source(str(picture), SourceLimits(framing=framing))
    pixels = frame(source)
    assert (source.width, source.height) == (pixels.shape[1], pixels.shape[0]) == framing.size_of(64, 48)
    source.close()
    return pixels


@given(
    st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(16, 34), st.integers(16, 18)),
    st.sampled_from(["none", "horizontal", "vertical"]),
    st.sampled_from([0, 90, 180, 270]),
)
def test_region_then_flip_then_rotation(region: tuple[int, int, int, int], flip: str, rotate_deg: int) -> None:
    whole = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)

    class One:
        name, frame_count, fps, live, width, height = "one", 1, None, False, 64, 48

        def retrieve(self, out: Pixels) -> None:
            out[:] = whole

    framing = Framing(region=region, flip=cast("Flip", flip), rotate_deg=cast("Rotation", rotate_deg))
    source = FramedSource(cast("FrameSource", One()), framing)
    out: Pixels = np.empty((source.height, source.width, 3), np.uint8)
    source.retrieve(out)
    left, top, width, height = region
    wanted = whole[top : top + height, left : left + width]
    wanted = {"none": wanted, "horizontal": wanted[:, ::-1], "vertical": wanted[::-1]}[flip]
    np.testing.assert_array_equal(out, np.rot90(wanted, -rotate_deg // 90))


def test_a_clockwise_turn_brings_the_lower_left_corner_to_the_upper_left(picture: Path) -> None:
    assert framed(picture, Framing(rotate_deg=90))[0, 0].tolist() == [0, 47, 0]
    assert framed(picture, Framing(region=(10, 5, 20, 30), rotate_deg=270))[0, 0].tolist() == [29, 5, 0]
    assert framed(picture, Framing(flip="vertical"))[0, 0].tolist() == [0, 47, 0]


def test_a_region_outside_the_picture_is_refused(picture: Path) -> None:
    for region in ((0, 0, 65, 48), (50, 0, 16, 16), (0, 33, 64, 16)):
        with pytest.raises(SourceError, match=r"is not inside the frames of picture-\w+, which are 64x48"):
            open_source(str(picture), SourceLimits(framing=Framing(region=region)))


def test_a_sensor_larger_than_allowed_is_used_in_part(picture: Path) -> None:
    small = SourceLimits(40, 40)
    with pytest.raises(SourceError, match="more than the 40x40 allowed"):
        open_source(str(picture), small)
    open_source(str(picture), SourceLimits(40, 40, Framing(region=(0, 0, 32, 32)))).close()


def test_lookup_and_overlay_show_the_frames_that_were_analysed(tmp_path: Path) -> None:
    path = str(write_video(tmp_path / "a.avi", frames=5))
    limits = limits_of(CaptureConfig(region=(8, 4, 40, 32), flip="horizontal", rotate_deg=90))
    analysed = list(frames_of(path, limits))
    with Lookup(path, limits) as lookup:
        np.testing.assert_array_equal(lookup.image(3, "3").pixels, analysed[3][1])
    overlay = write_overlay(path, limits, [Drawn([], [], "", good=True)] * 5, tmp_path)
    assert overlay is not None
    with_outlines = open_source(str(overlay))
    assert (with_outlines.width, with_outlines.height) == (32, 40)
    with_outlines.close()


def test_the_true_density_is_of_the_whole_picture() -> None:
    class Drawn:
        name, frame_count, fps, live, width, height = "drawn", 1, None, False, 64, 48

        def grab(self) -> Grab:
            return Grab(0, "0", 0.0, 64, 48, truth_density_pct=5.0)

    source = cast("FrameSource", Drawn())
    assert grabbed(FramedSource(source, Framing(region=(0, 0, 32, 32)))).truth_density_pct is None
    assert grabbed(FramedSource(source, Framing(rotate_deg=180))).truth_density_pct == 5.0


def test_a_session_keeps_the_framing_as_text() -> None:
    text = TURNED.as_text()
    assert framing_from(text) == TURNED
    assert Framing().as_text() is None
    assert framing_from(None) == Framing()


def test_a_framing_is_said_in_the_order_in_which_it_is_done() -> None:
    assert TURNED.in_words() == "region 40x32 px at 8, 4, left and right swapped, turned 90° clockwise"
    assert Framing().in_words() == ""
