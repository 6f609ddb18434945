"""Bytes that coded video never holds."""

import pytest

from capture.sources.video.forbidden import check_for

AVCC = b"\x01\x64\x00\x28\xff"  # lengths of four bytes
SLICE, TEXT = b"\x65", b"\x06"


def unit(*parts: bytes) -> bytes:
    data = b"".join(parts)
    return len(data).to_bytes(4) + data


@pytest.mark.parametrize(
    ("codec", "extra", "data", "found"),
    [
        ("h264", AVCC, unit(SLICE, b"\x88\x00\x00\x03\x01\x80"), False),
        ("h264", AVCC, unit(SLICE, b"\x88", bytes(40), b"\x80"), True),
        ("h264", AVCC, unit(SLICE, b"\x88\x00\x00\x03\x04\x80"), True),
        ("h264", AVCC, unit(SLICE, b"\x88\x80", bytes(40)), False),  # zeros behind a unit
        ("h264", AVCC, unit(TEXT, b"\x05", bytes(40), b"\x80") + unit(SLICE, b"\x88\x80"), False),
        ("h264", None, b"\0\0\0\1" + SLICE + b"\x88\x80" + bytes(5) + b"\0\0\1" + SLICE + b"\x9a\x80", False),
        ("h264", None, b"\0\0\0\1" + SLICE + b"\x88" + bytes(5) + b"\x9a\x80", True),
        ("hevc", None, b"\0\0\0\1\x26\x01\xaf" + bytes(5) + b"\x9a\x80", True),
        ("hevc", None, b"\0\0\0\1\x4e\x01\xaf" + bytes(5) + b"\x9a\x80", False),
        ("mpeg2video", None, b"\0\0\1\x01\x88" + bytes(9) + b"\0\0\1\x02\x88" + bytes(9), False),
        ("mpeg2video", None, b"\0\0\1\x01\x88" + bytes(9) + b"\x88", True),
        ("ffv1", None, bytes(99) + b"\x88", False),
    ],
)
def test_zeros_in_place_of_coded_data_are_found(codec: str, extra: bytes | None, data: bytes, found: bool) -> None:
    assert check_for(codec, extra)(data) == found
