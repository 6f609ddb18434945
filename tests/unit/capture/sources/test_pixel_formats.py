"""Raw pixels by their PFNC names: packings proven bit by bit, mosaics by a picture of known colours."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.sources.pixel_formats import pixel_format, write_bgr
from stream.errors import FrameError, SourceError
from stream.protocol.contracts import Pixels

BLUE, GREEN, RED = 50, 100, 200
Samples = npt.NDArray[np.uint16]


def read(raw: bytes, name: str, width: int, height: int, stride: int | None = None) -> Pixels:
    """Return the picture that a buffer holds."""
    out: Pixels = np.full((height, width, 3), 77, np.uint8)
    write_bgr(np.frombuffer(raw, np.uint8), pixel_format(name), out, stride)
    return out


def dense(values: list[int], bits: int) -> bytes:
    """Pack values without an unused bit, the lowest first, as PFNC's "p" says."""
    stream = sum(value << (bits * at) for at, value in enumerate(values))
    return stream.to_bytes(-(-bits * len(values) // 8), "little")


def gige_packed(values: list[int], bits: int) -> bytes:
    """Pack values as GigE Vision's "Packed": upper 8 bits, the lower bits of both, upper 8 bits of the second."""
    raw = bytearray()
    for first, second in zip(values[0::2], values[1::2], strict=True):
        low = (1 << (bits - 8)) - 1
        raw += bytes([first >> (bits - 8), (first & low) | (second & low) << 4, second >> (bits - 8)])
    return bytes(raw)


pictures = st.tuples(st.integers(1, 9), st.integers(1, 5)).flatmap(
    lambda size: st.tuples(
        st.just(size), st.lists(st.integers(0, 65535), min_size=size[0] * size[1], max_size=size[0] * size[1])
    )
)


@given(pictures, st.sampled_from([8, 10, 12, 14, 16]), st.integers(0, 5))
def test_of_a_deep_sample_the_upper_eight_bits_are_kept_and_padding_is_left_out(
    picture: tuple[tuple[int, int], list[int]], bits: int, padding: int
) -> None:
    (width, height), values = picture
    values = [value >> (16 - bits) for value in values]
    size = 1 if bits == 8 else 2
    lines = [values[at : at + width] for at in range(0, len(values), width)]
    raw = b"".join(b"".join(one.to_bytes(size, "little") for one in line) + b"\xff" * padding for line in lines)
    seen = read(raw[: len(raw) - padding], f"Mono{bits}", width, height, width * size + padding)
    wanted = np.array(lines) >> (bits - 8)
    assert (seen == wanted[..., None]).all()


@given(pictures, st.sampled_from([10, 12, 14]))
def test_dense_samples_follow_each_other_over_the_ends_of_lines(
    picture: tuple[tuple[int, int], list[int]], bits: int
) -> None:
    (width, height), values = picture
    values = [value >> (16 - bits) for value in values]
    seen = read(dense(values, bits), f"Mono{bits}p", width, height)
    assert (seen == (np.array(values).reshape(height, width) >> (bits - 8))[..., None]).all()


@given(pictures, st.sampled_from([10, 12, 14]), st.integers(0, 5))
def test_dense_lines_with_a_stride_begin_with_a_whole_byte(
    picture: tuple[tuple[int, int], list[int]], bits: int, padding: int
) -> None:
    (width, height), values = picture
    values = [value >> (16 - bits) for value in values]
    lines = [dense(values[at : at + width], bits) + b"\xff" * padding for at in range(0, len(values), width)]
    seen = read(b"".join(lines), f"Mono{bits}p", width, height, len(lines[0]))
    assert (seen == (np.array(values).reshape(height, width) >> (bits - 8))[..., None]).all()


@given(st.lists(st.integers(0, 4095), min_size=24, max_size=24), st.sampled_from([10, 12]))
def test_gige_visions_packed_pairs_are_read(values: list[int], bits: int) -> None:
    values = [value >> (12 - bits) for value in values]
    seen = read(gige_packed(values, bits), f"Mono{bits}Packed", 6, 4)
    assert (seen == (np.array(values).reshape(4, 6) >> (bits - 8))[..., None]).all()


@pytest.mark.parametrize("first_line", ["RG", "GB", "GR", "BG"])
@pytest.mark.parametrize(("suffix", "bits"), [("8", 8), ("10", 10), ("12", 12), ("16", 16), ("12p", 12)])
def test_a_mosaic_gives_back_the_colours_that_it_was_made_from(first_line: str, suffix: str, bits: int) -> None:
    other = {"RG": "GB", "GB": "RG", "GR": "BG", "BG": "GR"}[first_line]
    level = {"R": RED, "G": GREEN, "B": BLUE}
    mosaic = np.tile([[level[one] for one in first_line], [level[one] for one in other]], (4, 6)) << (bits - 8)
    if suffix.endswith("p"):
        raw = dense(mosaic.ravel().tolist(), bits)
    else:
        raw = mosaic.astype("<u1" if bits == 8 else "<u2").tobytes()
    seen = read(raw, f"Bayer{first_line}{suffix}", 12, 8)
    assert (seen == (BLUE, GREEN, RED)).all()


@pytest.mark.parametrize(
    ("name", "order"),
    [("RGB8", "RGB"), ("BGR8", "BGR"), ("RGBa8", "RGBA"), ("BGRa8", "BGRA"), ("RGB8Packed", "RGB"), ("rgb8", "RGB")],
)
def test_colour_comes_out_as_bgr_whatever_its_order(name: str, order: str) -> None:
    level = {"R": RED, "G": GREEN, "B": BLUE, "A": 255}
    assert (read(bytes(level[one] for one in order) * 6, name, 3, 2) == (BLUE, GREEN, RED)).all()


def test_deep_and_dense_colours_are_read() -> None:
    pixel = [RED << 4 | 15, GREEN << 4, BLUE << 4]
    assert (read(dense(pixel * 4, 12), "RGB12p", 2, 2) == (BLUE, GREEN, RED)).all()
    assert (read(np.array(pixel * 4, "<u2").tobytes(), "RGB12", 2, 2) == (BLUE, GREEN, RED)).all()


@pytest.mark.parametrize("name", ["YUV422_8", "YUV422_8_UYVY", "YCbCr422_8", "YCbCr422_8_CbYCrY", "YUV422Packed"])
def test_full_range_of_bt_601_gives_back_the_colour(name: str) -> None:
    luma, cr, cb = cv2.cvtColor(np.array([[[BLUE, GREEN, RED]]], np.uint8), cv2.COLOR_BGR2YCrCb)[0, 0].tolist()
    chroma_first = name in ("YUV422_8_UYVY", "YCbCr422_8_CbYCrY", "YUV422Packed")
    raw = bytes([cb, luma, cr, luma] if chroma_first else [luma, cb, luma, cr]) * 4
    assert np.abs(read(raw, name, 4, 2).astype(int) - (BLUE, GREEN, RED)).max() <= 2


@pytest.mark.parametrize(("standard", "red", "blue"), [("601", 0.299, 0.114), ("709", 0.2126, 0.0722)])
def test_studio_range_is_told_by_its_name(standard: str, red: float, blue: float) -> None:
    y = red * RED + (1 - red - blue) * GREEN + blue * BLUE
    luma = round(16 + y * 219 / 255)
    cb, cr = (round(128 + (one - y) / (1 - k) / 2 * 224 / 255) for one, k in ((BLUE, blue), (RED, red)))
    for name, raw in (("", [luma, cb, luma, cr]), ("_CbYCrY", [cb, luma, cr, luma])):
        seen = read(bytes(raw) * 4, f"YCbCr{standard}_422_8{name}", 4, 2)
        assert np.abs(seen.astype(int) - (BLUE, GREEN, RED)).max() <= 2
    assert (read(bytes([16, 128, 235, 128]), f"YCbCr{standard}_422_8", 2, 1) == [[[0] * 3, [255] * 3]]).all()


@pytest.mark.parametrize("name", ["Mono8", "Mono12p", "BayerRG12Packed", "RGB8", "YUV422_8"])
def test_a_picture_of_4096_by_3072_goes_straight_into_its_buffer(name: str) -> None:
    form = pixel_format(name)
    samples = 4096 * 3072 * form.channels
    raw = np.full(form.packing.line_bytes(samples), 0x55, np.uint8)
    out: Pixels = np.zeros((3072, 4096, 3), np.uint8)
    write_bgr(raw, form, out)
    assert out.reshape(-1, 3).min() > 0


@given(st.sampled_from(["Mono8", "Mono12", "Mono12p", "BayerRG8", "RGB8", "YUV422_8"]), st.integers(1, 40))
def test_a_buffer_that_is_too_short_is_a_frame_that_failed(name: str, missing: int) -> None:
    form = pixel_format(name)
    raw = bytes(form.packing.line_bytes(8 * 6 * form.channels) - missing)
    with pytest.raises(FrameError, match="bytes instead of"):
        read(raw, name, 8, 6)


def test_an_unknown_format_is_refused_with_what_to_set() -> None:
    wanted = r"Coord3D_ABC32f cannot be read\. Set another .* pixel_format=NAME\. .*: Mono8 to Mono16, BayerRG8"
    with pytest.raises(SourceError, match=wanted):
        pixel_format("Coord3D_ABC32f")
