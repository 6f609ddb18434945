"""Pictures in formats that browsers and phones write, and formats that are refused with a name."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from capture.recordings.listing import recordings_in
from capture.sources.opening import open_source
from stream.errors import FrameError, SourceError
from tests.contracts.source_contract import buffer, frame, grabbed
from tests.doubles.media import card


def animation(path: Path, lossless: bool = False) -> Path:
    """Write four frames of different durations."""
    frames = [Image.fromarray(card(number, 96, 72)[:, :, ::-1]) for number in range(4)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=[40, 100, 60, 200], lossless=lossless)
    return path


@pytest.mark.parametrize("suffix", ["gif", "webp", "apng", "png"])
def test_every_frame_of_an_animation_is_a_frame_at_its_time(tmp_path: Path, suffix: str) -> None:
    path = animation(tmp_path / f"a.{suffix}", suffix == "webp")
    source = open_source(str(path))
    assert source.frame_count == 4
    assert source.fps == pytest.approx(10)
    times = []
    for number in range(4):
        times.append(grabbed(source).time_s)
        out = buffer(source)
        source.retrieve(out)
        assert np.abs(out.astype(int) - card(number, 96, 72)).mean() < (12 if suffix == "gif" else 0.01)
    assert times == pytest.approx([0, 0.04, 0.14, 0.2])
    source.close()


def test_the_default_picture_of_an_animated_png_is_no_frame(tmp_path: Path) -> None:
    frames = [Image.fromarray(card(number, 96, 72)[:, :, ::-1]) for number in range(4)]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:], duration=40, default_image=True)
    source = open_source(str(tmp_path / "a.png"))
    assert source.frame_count == 3
    for number in range(1, 4):
        np.testing.assert_array_equal(frame(source), card(number, 96, 72))
    source.close()


def test_a_rate_that_is_given_wins_over_durations(tmp_path: Path) -> None:
    source = open_source(f"images:{animation(tmp_path / 'a.gif')}?fps=5")
    assert source.fps == 5.0
    assert [grabbed(source).time_s for _ in range(4)] == pytest.approx([0, 0.2, 0.4, 0.6])


@pytest.mark.parametrize("suffix", ["jfif", "jpe", "webp", "gif"])
def test_a_still_picture_by_other_names(tmp_path: Path, suffix: str) -> None:
    kind = {"jfif": "JPEG", "jpe": "JPEG", "webp": "WEBP", "gif": "GIF"}[suffix]
    Image.fromarray(card(1)[:, :, ::-1]).save(tmp_path / f"a.{suffix}", format=kind, quality=95)
    source = open_source(str(tmp_path / f"a.{suffix}"))
    assert source.frame_count == 1
    assert np.abs(frame(source).astype(int) - card(1)).mean() < (12 if suffix == "gif" else 3)


def read_all(path: Path) -> int:
    """Return the number of frames that can be read, to the end."""
    source, count = open_source(str(path)), 0
    while (grab := source.grab()) is not None:
        source.retrieve(np.empty((grab.height, grab.width, 3), np.uint8))
        count += 1
    return count


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_an_animation_that_was_cut_off_is_never_complete(tmp_path: Path, suffix: str) -> None:
    path = animation(tmp_path / f"a.{suffix}")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(SourceError, match="damaged"):
        read_all(path)


def test_a_gif_that_was_cut_between_two_frames_says_so(tmp_path: Path) -> None:
    path = animation(tmp_path / "a.gif")
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b"\x21\xf9\x04")])
    with pytest.raises(SourceError, match="3 of its pages could be found"):
        read_all(path)


FOREIGN = {
    "a.nd2": (b"\x0a\xbe\xce\xda", "a Nikon ND2 file"),
    "a.czi": (b"ZISRAWFILE", "a Zeiss CZI file"),
    "a.oib": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Olympus OIB file"),
    "a.heic": (b"\0\0\0\x18ftypheic", "a HEIC picture"),
    "a.vsi": (b"II*\0", "an Olympus VSI file"),
    "a.dng": (b"II*\0", "a raw picture of a camera"),
    "renamed.jpg": (b"\0\0\0\x18ftypheic", "a HEIC picture"),
    "renamed.tif": (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_format_that_is_not_read_is_named_with_what_to_export(tmp_path: Path, name: str) -> None:
    start, words = FOREIGN[name]
    (tmp_path / name).write_bytes(start + bytes(200))
    with pytest.raises(SourceError, match=rf"{name} is {words}.*export it as TIFF or PNG"):
        open_source(str(tmp_path / name))


def test_a_folder_of_such_files_names_their_format(tmp_path: Path) -> None:
    (tmp_path / "a.czi").write_bytes(b"ZISRAWFILE" + bytes(200))
    with pytest.raises(SourceError, match="a Zeiss CZI file"):
        recordings_in(str(tmp_path))


def test_colours_with_transparency_and_of_print(tmp_path: Path) -> None:
    palette = Image.fromarray(card(1)[:, :, ::-1]).quantize(64)
    palette.info["transparency"] = 3
    palette.save(tmp_path / "a.png", transparency=3)
    expected = np.asarray(palette.convert("RGB"))[:, :, ::-1]
    np.testing.assert_array_equal(frame(open_source(str(tmp_path / "a.png"))), expected)
    Image.fromarray(card(1)[:, :, ::-1]).convert("CMYK").save(tmp_path / "b.jpg", quality=98)
    assert np.abs(frame(open_source(str(tmp_path / "b.jpg"))).astype(int) - card(1)).mean() < 3


def test_one_bad_frame_of_an_animation_costs_that_frame_alone(tmp_path: Path) -> None:
    path = animation(tmp_path / "a.webp", lossless=True)
    data = bytearray(path.read_bytes())
    second = data.index(b"VP8L", data.index(b"VP8L") + 4)
    data[second + 9 : second + 400] = bytes(391)
    path.write_bytes(data)
    source = open_source(str(path))
    assert source.frame_count == 4
    np.testing.assert_array_equal(frame(source), card(0, 96, 72))
    grabbed(source)
    with pytest.raises(FrameError):
        source.retrieve(buffer(source))
