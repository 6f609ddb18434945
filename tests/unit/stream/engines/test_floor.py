"""The unit of a bench: what decoding costs, whatever the program's own readers cost."""

from pathlib import Path

import numpy as np
import pytest

from capture.sources.opening import open_source
from stream.engines.bench.floor import Floor, floor_of
from stream.errors import SourceError
from stream.protocol.contracts import Pixels
from tests.doubles.frames.encoded import encode


def noise(seed: int, side: int = 64) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)


def test_a_recording_is_decoded_again_and_again(tmp_path: Path) -> None:
    recording = encode(tmp_path / "a.mp4", [noise(index) for index in range(3)])
    floor = floor_of(str(recording), open_source(str(recording)))
    assert all(floor.frame_ms() > 0 for _ in range(9))
    assert floor.mean_ms() > 0
    floor.close()


def test_larger_frames_cost_more(tmp_path: Path) -> None:
    small, large = (
        Floor(encode(tmp_path / f"{side}.mp4", [noise(index, side) for index in range(4)])) for side in (64, 512)
    )
    assert large.mean_ms() > 4 * small.mean_ms()


def test_what_is_no_video_is_measured_as_one() -> None:
    source = "synthetic:?frames=5"
    assert floor_of(source, open_source(source)).mean_ms() > 0


def test_a_recording_of_which_nothing_is_decoded_is_no_measure(tmp_path: Path) -> None:
    recording = encode(tmp_path / "a.mp4", [noise(0)])
    with pytest.raises(SourceError, match="FFmpeg decodes fewer than 2 frames"):
        Floor(recording)
