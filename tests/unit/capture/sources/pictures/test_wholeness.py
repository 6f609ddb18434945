"""Pictures with damage that readers do not tell of: refused, and nothing is printed."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from capture.sources.jpeg import whole_jpeg
from capture.sources.opening import open_source
from stream.errors import FrameError, SourceError
from tests.contracts.source_contract import buffer, frame, grabbed
from tests.doubles.media import card

PICTURES = [Image.fromarray(card(number)[..., ::-1]) for number in range(3)]


def spoiled(path: Path, at: int, by: int = 1) -> Path:
    data = bytearray(path.read_bytes())
    data[at] ^= by
    path.write_bytes(data)
    return path


def test_a_png_with_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    PICTURES[0].save(path)
    spoiled(path, path.stat().st_size - 12 - 4)  # the last byte of the pixels' checksum; then comes the end
    source = open_source(str(path))
    with pytest.raises(SourceError, match="a checksum in it is wrong"):
        frame(source)
    source.close()


def test_frames_of_an_animation_before_a_wrong_checksum_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    PICTURES[0].save(path, save_all=True, append_images=PICTURES[1:])
    source = open_source(str(spoiled(path, path.read_bytes().rindex(b"fdAT") + 30)))
    for number in range(2):
        np.testing.assert_array_equal(frame(source), card(number))
    grabbed(source)
    with pytest.raises(FrameError, match="damaged"):
        source.retrieve(buffer(source))
    source.close()


@pytest.mark.parametrize("compression", ["tiff_adobe_deflate", "tiff_lzw", "jpeg"])
def test_a_damaged_strip_fails_and_prints_nothing(
    tmp_path: Path, compression: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.tif"
    PICTURES[0].save(path, save_all=True, append_images=PICTURES[1:], compression=compression)
    with tifffile.TiffFile(path) as file:
        at, size = file.pages[0].dataoffsets[0], file.pages[0].databytecounts[0]
    data = bytearray(path.read_bytes())
    data[at + size // 2 : at + size] = bytes(size - size // 2)
    path.write_bytes(data)
    source = open_source(str(path))
    grabbed(source)
    with pytest.raises(FrameError, match="is damaged"):
        source.retrieve(buffer(source))
    assert np.abs(frame(source).astype(int) - card(1)).mean() < 4
    source.close()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("padding", [b"", b"\0", b"\0\0", b"\0\0\0", b"\r\n"])
def test_a_jpeg_may_have_padding_of_any_length(tmp_path: Path, padding: bytes) -> None:
    path = tmp_path / "a.jpg"
    PICTURES[0].save(path)
    assert whole_jpeg(path.read_bytes() + padding).data == path.read_bytes()
