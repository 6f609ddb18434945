"""Planes are shown in the colours of their standard, at full and at half size, and lie in memory without gaps."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.pixels.arrays import Bytes, planes_in
from stream.pixels.conversion import halved, split
from stream.pixels.frame_image import FrameImage, image_of
from stream.pixels.layouts import LAYOUTS, PixelLayout, frame_bytes, is_planar

Floats = npt.NDArray[np.float64]

PLANAR = [layout for layout in LAYOUTS if is_planar(layout)]
SIZES = st.tuples(st.integers(1, 40), st.integers(1, 40)).map(lambda half: (2 * half[0], 2 * half[1]))
ROUNDING = 2
"""Levels: luma is rounded once more than the reference, and the matrix to 1/1024."""


def memory_of(layout: PixelLayout, width: int, height: int, seed: int) -> Bytes:
    return np.random.default_rng(seed).integers(0, 256, frame_bytes(layout, width, height), np.uint8)


def reference(luma: Floats, blue: Floats, red: Floats, layout: PixelLayout) -> Floats:
    """Return B, G and R by the formulas of ITU-R BT.601 and BT.709: E'Y, E'CB and E'CR from their levels, and back."""
    of_red, of_blue = (0.299, 0.114) if layout.startswith("bt601") else (0.2126, 0.0722)
    full = layout.endswith("full")
    y = luma / 255 if full else (luma - 16) / 219
    cb, cr = ((plane - 128) / (255 if full else 224) for plane in (blue, red))
    r, b = y + 2 * (1 - of_red) * cr, y + 2 * (1 - of_blue) * cb
    g = (y - of_red * r - of_blue * b) / (1 - of_red - of_blue)
    return np.clip(255 * np.stack([b, g, r], axis=-1), 0, 255)


@given(st.sampled_from(PLANAR), SIZES, st.integers(0, 1000))
def test_half_and_full_size_have_the_colours_of_the_standard(
    layout: PixelLayout, size: tuple[int, int], seed: int
) -> None:
    width, height = size
    memory = memory_of(layout, width, height, seed)
    image = FrameImage(memory, width, height, layout)
    luma, blue, red = (plane.astype(np.float64) for plane in planes_in(memory, width, height))
    means = luma.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(image.half, reference(means, blue, red, layout), atol=ROUNDING)
    blue, red = (plane.repeat(2, axis=0).repeat(2, axis=1) for plane in (blue, red))
    np.testing.assert_allclose(image.pixels, reference(luma, blue, red, layout), atol=ROUNDING)


@given(st.sampled_from(PLANAR), SIZES, st.integers(0, 1000))
def test_a_smooth_picture_that_becomes_planes_comes_back(layout: PixelLayout, size: tuple[int, int], seed: int) -> None:
    width, height = size
    colour = np.random.default_rng(seed).integers(0, 256, 3, np.uint8)
    pixels = np.broadcast_to(colour, (height, width, 3)).copy()
    memory = memory_of(layout, width, height, seed)
    split(pixels, layout, planes_in(memory, width, height))
    back = FrameImage(memory, width, height, layout).pixels
    np.testing.assert_allclose(back, pixels.astype(float), atol=3)


@given(st.integers(1, 41), st.integers(1, 41), st.integers(0, 1000))
def test_bgr_of_any_size_is_given_as_it_is_and_its_half_rounds_up(width: int, height: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    image = image_of(pixels)
    assert image.pixels is pixels
    assert image.half.shape == (-(-height // 2), -(-width // 2), 3)
    np.testing.assert_array_equal(image.half, halved(pixels))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_made_of_a_frame_is_made_once_and_is_the_same_of_a_copy(layout: PixelLayout) -> None:
    image = FrameImage(memory_of(layout, 320, 200, 1), 320, 200, layout)
    copy = image.copy()
    image.memory[:] = 0 if is_planar(layout) else image.memory
    for name in ("half", "pixels", "thumbnail"):
        assert getattr(copy, name) is getattr(copy, name)
    assert copy.half.any()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_memory_of_another_size_is_no_frame(layout: PixelLayout) -> None:
    with pytest.raises(ValueError, match=r"are not 8x6 pixels"):
        FrameImage(np.zeros(frame_bytes(layout, 8, 6) + 1, np.uint8), 8, 6, layout)


@pytest.mark.parametrize("layout", PLANAR)
@pytest.mark.parametrize("size", [(1920, 1080), (640, 480)])
def test_the_thumbnail_of_planes_is_that_of_their_pixels(layout: PixelLayout, size: tuple[int, int]) -> None:
    width, height = size
    rows, columns = np.mgrid[:height, :width]
    scene = 120 + 60 * np.sin(rows / height * 9) * np.cos(columns / width * 7)
    pixels = np.stack([scene * 0.8, scene, scene * 1.1], axis=-1).astype(np.uint8)
    memory = memory_of(layout, width, height, 0)
    split(pixels, layout, planes_in(memory, width, height))
    image = FrameImage(memory, width, height, layout)
    np.testing.assert_allclose(image.thumbnail, image_of(image.pixels).thumbnail.astype(float), atol=3)
