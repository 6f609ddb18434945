"""One picture: every kind of pixels becomes 8-bit BGR by a known rule, and damage is never passed on as a picture."""

import contextlib
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from capture.sources.opening import SourceLimits, open_source
from capture.sources.pictures.picture import open_picture, read_header
from stream.errors import SourceError
from stream.protocol.contracts import Pixels
from tests.contracts.source_contract import frame
from tests.doubles.media import card

RED = (200, 30, 10)


def read(path: Path, options: str = "") -> Pixels:
    """Return the only frame of a picture."""
    return frame(open_source(f"images:{path}{options}"))


MODES = {"png": "RGB RGBA L LA P 1", "bmp": "RGB RGBA L P 1", "tif": "RGB RGBA L LA P 1 CMYK", "jpg": "RGB L CMYK"}


@pytest.mark.parametrize(("suffix", "mode"), [(suffix, mode) for suffix in MODES for mode in MODES[suffix].split()])
def test_any_mode_becomes_bgr(tmp_path: Path, mode: str, suffix: str) -> None:
    picture = Image.new("RGB", (12, 10), RED).convert(mode)
    path = tmp_path / f"a.{suffix}"
    picture.save(path)
    expected = np.asarray(picture.convert("RGB"))[:, :, ::-1].astype(int)
    assert np.abs(read(path) - expected).max() <= (3 if suffix == "jpg" else 0)


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_keep_the_upper_eight(tmp_path: Path, suffix: str) -> None:
    grey = np.linspace(0, 65535, 240 * 320).astype(np.uint16).reshape(240, 320)
    cv2.imwrite(str(tmp_path / f"grey.{suffix}"), grey)
    np.testing.assert_array_equal(read(tmp_path / f"grey.{suffix}")[:, :, 1], grey >> 8)
    colour = np.dstack([grey, grey[::-1], grey[:, ::-1]])
    cv2.imwrite(str(tmp_path / f"colour.{suffix}"), colour)
    np.testing.assert_array_equal(read(tmp_path / f"colour.{suffix}"), colour >> 8)


def test_twelve_bits_in_sixteen_are_stretched_when_asked(tmp_path: Path) -> None:
    grey = np.linspace(0, 5000, 240 * 320).astype(np.uint16).reshape(240, 320)
    cv2.imwrite(str(tmp_path / "a.tif"), grey)
    expected = np.minimum(grey >> 4, 255)
    np.testing.assert_array_equal(read(tmp_path / "a.tif", "?bits=12"), np.dstack([expected] * 3))


def test_bits_mean_nothing_for_other_pictures(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), card(1))
    with pytest.raises(SourceError, match=r"a\.png is no 16-bit grey picture \(RGB\), so bits=12"):
        read(tmp_path / "a.png", "?bits=12")


@pytest.mark.parametrize("mode", ["I", "F"])
def test_numbers_that_are_no_light_are_refused(tmp_path: Path, mode: str) -> None:
    Image.new(mode, (12, 10), 1).save(tmp_path / "a.tif")
    with pytest.raises(SourceError, match="holds 32-bit numbers"):
        read(tmp_path / "a.tif")


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate", "jpeg", "packbits"])
def test_compressed_stacks_can_be_read(tmp_path: Path, compression: str) -> None:
    pages = [Image.fromarray(card(number)[:, :, ::-1]) for number in range(3)]
    pages[0].save(tmp_path / "s.tif", save_all=True, append_images=pages[1:], compression=compression)
    source = open_source(str(tmp_path / "s.tif"))
    for number in range(3):
        assert np.abs(frame(source).astype(int) - card(number)).mean() < 3


@pytest.fixture(scope="module", params=[None, "tiff_lzw"], ids=["directory first", "directory last"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Four pages; uncompressed, a page's directory lies before its pixels, else behind them."""
    pages = [Image.fromarray(card(number)[:, :, ::-1]) for number in range(4)]
    path = tmp_path_factory.mktemp("stack") / "s.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:], compression=request.param)
    return path.read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(share=st.integers(334, 999))
def test_a_stack_cut_anywhere_gives_the_pages_before_the_cut(tmp_path: Path, stack: bytes, share: int) -> None:
    """Allow the page in which the cut lies to be a frame without pixels."""
    path, read = tmp_path / "s.tif", list[Pixels]()
    path.write_bytes(stack[: len(stack) * share // 1000])
    source = open_source(str(path))

    def read_on() -> None:
        while (grab := source.grab()) is not None:
            pixels: Pixels = np.empty((grab.height, grab.width, 3), np.uint8)
            source.retrieve(pixels)
            read.append(pixels)

    with pytest.raises(SourceError, match=r"s\.tif is damaged or"):
        read_on()
    assert len(read) >= int(4 * share / 1000 - 0.1)
    for number, pixels in enumerate(read):
        np.testing.assert_array_equal(pixels, card(number))
    source.close()


def test_a_stack_cut_in_half_says_so_after_its_last_page(tmp_path: Path, stack: bytes) -> None:
    path = tmp_path / "s.tif"
    path.write_bytes(stack[: len(stack) // 2])
    source = open_source(str(path))
    assert source.frame_count is None
    assert [frame(source).mean() > 0 for _ in range(2)] == [True, True]
    with pytest.raises(SourceError, match="was cut off; 2 of its pages could be found"):
        source.grab()
    assert source.grab() is None


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_a_picture_is_turned_as_its_orientation_tag_says(tmp_path: Path, suffix: str, turn: int) -> None:
    stored = Image.fromarray(card(1)[:, :, ::-1])
    exif = Image.Exif()
    exif[0x0112] = turn
    stored.save(tmp_path / f"a.{suffix}", exif=exif)
    tagged = Image.fromarray(card(1)[:, :, ::-1])
    tagged.getexif()[0x0112] = turn
    expected = np.asarray(ImageOps.exif_transpose(tagged))[:, :, ::-1]
    np.testing.assert_array_equal(read(tmp_path / f"a.{suffix}"), expected)


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "tif"])
def test_a_truncated_picture_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    cv2.imwrite(str(path), card(1))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(SourceError, match="is damaged"):
        read(path)


@pytest.mark.parametrize("data", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(50)])
def test_what_is_no_picture_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(SourceError, match=r"a\.png is damaged or no PNG, JPEG, BMP, GIF, WebP or TIFF"):
        read(tmp_path / "a.png")


def test_a_tiff_without_a_page_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"II*\0" + bytes(20))
    with pytest.raises(SourceError, match="is damaged: it holds no page"):
        read(tmp_path / "a.tif")


def png_of_size(path: Path, width: int, height: int) -> Path:
    """Return a PNG with a whole header and next to no pixels."""
    chunks = b""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b"")):
        chunks += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    return path


def test_a_huge_header_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="claims more than 178 million pixels"):
        open_source(str(png_of_size(tmp_path / "a.png", 100_000, 100_000)))
    with pytest.raises(SourceError, match=r"10000x10000, more than the 4096x3072 allowed.*capture\.max_width_px"):
        open_source(str(png_of_size(tmp_path / "b.png", 10_000, 10_000)))


def test_a_header_that_promises_more_than_there_is_fails_when_decoded(tmp_path: Path) -> None:
    source = open_source(str(png_of_size(tmp_path / "a.png", 4000, 3000)), SourceLimits())
    with pytest.raises(SourceError, match="is damaged"):
        frame(source)


@pytest.fixture(scope="module", params=["png", "jpg", "bmp", "tif"])
def whole_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / f"a.{request.param}"
    cv2.imwrite(str(path), card(1, 32, 24))
    return path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_wrong_bytes_give_a_picture_or_a_sentence(tmp_path: Path, whole_file: Path, data: st.DataObject) -> None:
    broken = bytearray(whole_file.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(broken) - 1), min_size=1, max_size=6)):
        broken[place] = data.draw(st.integers(0, 255))
    path = tmp_path / whole_file.name
    path.write_bytes(broken)
    with contextlib.suppress(SourceError):
        pages = len(read_header(path).sizes)
        with contextlib.closing(open_picture(path)) as file:
            for page in range(pages):
                file.decode(page, None, np.zeros((24, 32, 3), np.uint8))
