"""The first frames of a source."""

import numpy as np

from capture.recordings.first_frames import FirstFrames
from capture.sources.synthetic import open_synthetic
from stream.protocol.contracts import SourceExtras, extras_of


def names(source: FirstFrames) -> list[str]:
    found = []
    while (grab := source.grab()) is not None:
        found.append(grab.name)
    return found


def test_it_ends_after_its_frames_and_promises_as_many() -> None:
    source = FirstFrames(open_synthetic(), 3)
    assert source.frame_count == 3
    assert names(source) == ["0", "1", "2"]
    assert source.grab() is None


def test_a_shorter_source_ends_where_it_ends() -> None:
    source = FirstFrames(open_synthetic(frames=2), 5)
    assert source.frame_count == 2
    assert names(source) == ["0", "1"]


def test_it_counts_from_where_it_was_set() -> None:
    source = FirstFrames(open_synthetic(), 4)
    source.seek(3)
    assert names(source) == ["3"]
    source.seek(9)
    assert source.grab() is None


def test_pixels_are_the_source_s_own() -> None:
    one, other = FirstFrames(open_synthetic(), 1), open_synthetic()
    pixels = np.empty((2, one.height, one.width, 3), np.uint8)
    for source, out in zip((one, other), pixels, strict=True):
        source.grab()
        source.retrieve(out)
    np.testing.assert_array_equal(pixels[0], pixels[1])
    one.close()


def test_what_the_source_says_beyond_its_contract_is_said_of_its_first_frames_too() -> None:
    source = open_synthetic()
    vars(source).update(treatment="turned", um_per_px=1.5)
    assert extras_of(FirstFrames(source, 1)) == SourceExtras(treatment="turned", um_per_px=1.5)
