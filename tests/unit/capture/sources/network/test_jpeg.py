"""A JPEG of a camera is shown whole or not at all."""

import cv2
import numpy as np
import pytest

from capture.sources.jpeg import decode_jpeg, whole_jpeg
from stream.errors import FrameError
from stream.protocol.contracts import Pixels
from tests.doubles.media import card


def encoded(*parameters: int) -> bytes:
    return cv2.imencode(".jpg", card(3), parameters)[1].tobytes()


JPEG = encoded()


def decoded(data: bytes) -> Pixels:
    jpeg = whole_jpeg(data)
    out = np.zeros((jpeg.height, jpeg.width, 3), np.uint8)
    decode_jpeg(jpeg, out)
    return out


@pytest.mark.parametrize(
    "parameters",
    [(), (cv2.IMWRITE_JPEG_PROGRESSIVE, 1), (cv2.IMWRITE_JPEG_RST_INTERVAL, 4), (cv2.IMWRITE_JPEG_QUALITY, 100)],
    ids=["baseline", "progressive", "restart markers", "best"],
)
def test_a_whole_jpeg_gives_the_pixels_that_opencv_finds(parameters: tuple[int, ...]) -> None:
    data = encoded(*parameters)
    np.testing.assert_array_equal(decoded(data), cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR))


def test_grey_repeats_its_channel() -> None:
    grey = cv2.imencode(".jpg", card(3)[:, :, 0])[1].tobytes()
    assert (np.ptp(decoded(grey), axis=2) == 0).all()


def test_padding_of_a_buffer_is_no_damage() -> None:
    np.testing.assert_array_equal(decoded(JPEG + b"\r\n" + bytes(100)), decoded(JPEG))


def test_a_thumbnail_inside_is_not_taken_for_the_end() -> None:
    thumbnail = b"\xff\xe1" + (len(JPEG) + 2).to_bytes(2) + JPEG
    np.testing.assert_array_equal(decoded(JPEG[:2] + thumbnail + JPEG[2:]), decoded(JPEG))


def test_standard_tables_that_a_camera_leaves_out_are_known() -> None:
    def segments(data: bytes) -> bytes:
        """Return the picture without its Huffman tables, as UVC cameras send it."""
        at, kept = 2, data[:2]
        while data[at + 1] != 0xDA:
            length = 2 + int.from_bytes(data[at + 2 : at + 4])
            kept += b"" if data[at + 1] == 0xC4 else data[at : at + length]
            at += length
        return kept + data[at:]

    np.testing.assert_array_equal(decoded(segments(JPEG)), decoded(JPEG))


SCAN = JPEG.index(b"\xff\xda") + 14


@pytest.mark.parametrize("restart", [0, 4])
def test_whatever_is_missing_is_noticed(restart: int) -> None:
    data = encoded(cv2.IMWRITE_JPEG_RST_INTERVAL, restart)
    for at in range(len(JPEG) // 20, len(data) - 2, len(data) // 40):
        for damaged in (
            data[:at],
            data[:at] + b"\xff\xd9",
            data[:at] + data,
            data[:at] + data[at + 300 :] if SCAN < at < len(data) - 400 else data[:at],
            data[:at] + bytes(300) + data[at + 300 :] if SCAN < at < len(data) - 400 else data[:at],
        ):
            with pytest.raises(FrameError):
                decoded(damaged)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xd9", b"GIF89a", b"\xff\xd8 no picture at all"])
def test_what_is_no_jpeg_is_one_frame_lost(data: bytes) -> None:
    with pytest.raises(FrameError):
        decoded(data)


def test_a_picture_of_another_size_is_not_written() -> None:
    with pytest.raises(FrameError, match="is 320x240, not 8x8"):
        decode_jpeg(whole_jpeg(JPEG), np.zeros((8, 8, 3), np.uint8))
