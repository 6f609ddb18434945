"""Whole frames that a camera leaves out of H.264: what builds on them is damaged, and they are counted."""

from pathlib import Path

import av
import numpy as np
import pytest

from capture.sources.network.newest import CameraFrame
from capture.sources.network.video import VideoFrames
from stream.errors import FrameError
from stream.pixels.layouts import frame_bytes
from tests.doubles.media import card

KEY_EVERY = 10


def without(path: Path, left_out: set[int]) -> Path:
    """Write 30 frames of H.264, a key frame in ten, and leave out the packets of some."""
    with av.open(str(path), "w") as container:
        options = {"tune": "zerolatency", "g": str(KEY_EVERY), "x264-params": "scenecut=0"}
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        packets = [
            packet
            for number in range(30)
            for packet in stream.encode(av.VideoFrame.from_ndarray(card(number), format="bgr24"))
        ]
        container.mux([packet for number, packet in enumerate(packets) if number not in left_out])
    return path


def shown(frame: CameraFrame) -> bool:
    assert frame.width is not None
    assert frame.height is not None
    try:
        frame.write(np.empty(frame_bytes(frame.layout, frame.width, frame.height), np.uint8))
    except FrameError:
        return False
    return True


@pytest.mark.parametrize(("left_out", "damaged"), [({13}, range(14, 20)), ({3, 4}, range(5, 10)), (set(), ())])
def test_frames_that_build_on_one_that_was_left_out_are_damaged_and_it_is_counted(
    tmp_path: Path, left_out: set[int], damaged: range
) -> None:
    with av.open(str(without(tmp_path / "a.mkv", left_out))) as container:
        frames = list(VideoFrames(container))
        came = [number for number in range(30) if number not in left_out]
        assert len(frames) == len(came)
        assert [number for number, frame in zip(came, frames, strict=True) if not shown(frame)] == list(damaged)
        assert sum(frame.lost_before for frame in frames) == len(left_out)
