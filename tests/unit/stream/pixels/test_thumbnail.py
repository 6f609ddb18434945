"""The small grey picture that travels with the next frame."""

import numpy as np
import pytest

from stream.pixels.thumbnail import HEIGHT_PX, WIDTH_PX, thumbnail
from stream.protocol.wire import decode, encode
from tests.doubles.readings import header


@pytest.mark.parametrize("size", [(1080, 1920), (480, 640), (135, 240), (64, 64), (16, 16), (3072, 4096), (2000, 20)])
def test_it_has_one_size_whatever_the_frame_has(size: tuple[int, int]) -> None:
    small = thumbnail(np.full((*size, 3), 77, np.uint8))
    assert small.shape == (HEIGHT_PX, WIDTH_PX)
    assert small.dtype == np.uint8
    assert (small == 77).all()


def test_it_is_the_green_channel() -> None:
    pixels = np.zeros((270, 480, 3), np.uint8)
    pixels[..., 0], pixels[..., 2] = 255, 255
    assert (thumbnail(pixels) == 0).all()
    pixels[..., 1] = 50
    assert (thumbnail(pixels) == 50).all()


def test_it_leaves_a_read_only_frame_as_it_is() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (270, 480, 3), np.uint8)
    before = pixels.copy()
    pixels.flags.writeable = False
    first, second = thumbnail(pixels), thumbnail(pixels)
    np.testing.assert_array_equal(pixels, before)
    np.testing.assert_array_equal(first, second)


def test_a_bright_spot_stays_where_it_is() -> None:
    pixels = np.zeros((1080, 1920, 3), np.uint8)
    pixels[400:600, 1200:1400] = 255
    rows, columns = np.nonzero(thumbnail(pixels) > 128)
    assert (rows.min(), rows.max()) == (50, 74)
    assert (columns.min(), columns.max()) == (150, 174)


def test_it_fits_into_a_header() -> None:
    small = thumbnail(np.zeros((1080, 1920, 3), np.uint8)).tobytes()
    assert decode(encode(header(previous=small))) == header(previous=small)
