"""TIFF as microscopes write it: any arrangement of samples is the same picture, and pages are not taken for frames."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tifffile
from PIL import Image

from capture.sources.opening import open_source
from capture.sources.pictures.images import PictureSource
from stream.errors import FrameError, SourceError
from stream.protocol.contracts import Pixels
from tests.contracts.source_contract import buffer, frame, grabbed
from tests.doubles.media import HEIGHT, WIDTH, card

RGB = card(7)[:, :, ::-1]
DEEP = RGB.astype(np.uint16) * 256 + 77
GREY = np.linspace(0, 65535, HEIGHT * WIDTH).astype(np.uint16).reshape(HEIGHT, WIDTH)
RED_GREEN_BLUE = [[np.arange(256) * (one == other) for other in range(3)] for one in range(3)]


def frames(path: Path, options: str = "") -> list[Pixels]:
    """Return all frames of a file."""
    source = open_source(f"images:{path}{options}")
    assert source.frame_count is not None
    found = [frame(source) for _ in range(source.frame_count)]
    assert source.grab() is None
    source.close()
    return found


def opened(path: Path) -> PictureSource:
    """Open a file for what is known of it beside its frames."""
    source = open_source(str(path))
    assert isinstance(source, PictureSource)
    return source


def stack(count: int) -> npt.NDArray[np.uint8]:
    """Return grey pictures, (count, height, width)."""
    return np.stack([card(number)[:, :, 1] for number in range(count)])


LAYOUTS: dict[str, dict[str, Any]] = {
    "interleaved": {},
    "in strips": {"rowsperstrip": 7},
    "in tiles": {"tile": (64, 48)},
    "deflated": {"compression": "zlib"},
    "deflated tiles with a predictor": {"compression": "zlib", "tile": (64, 48), "predictor": True},
    "deflated strips with a predictor": {"compression": "zlib", "rowsperstrip": 7, "predictor": True},
    "big": {"bigtiff": True},
    "big-endian": {"byteorder": ">"},
}


@pytest.mark.parametrize("planar", [False, True], ids=["together", "separate planes"])
@pytest.mark.parametrize("pixels", [RGB, DEEP], ids=["8 bits", "16 bits"])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_same_picture_in_any_layout(
    tmp_path: Path, layout: dict[str, Any], pixels: npt.NDArray[Any], planar: bool
) -> None:
    arranged = np.moveaxis(pixels, -1, 0) if planar else pixels
    kind = "separate" if planar else "contig"
    tifffile.imwrite(tmp_path / "a.tif", arranged, photometric="rgb", planarconfig=kind, metadata=None, **layout)
    np.testing.assert_array_equal(frames(tmp_path / "a.tif")[0], card(7))


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "zstd", "lzma"])
def test_the_same_picture_in_any_compression_without_loss(tmp_path: Path, compression: str) -> None:
    Image.fromarray(RGB).save(tmp_path / "a.tif", compression=compression, tiffinfo={278: 7})
    np.testing.assert_array_equal(frames(tmp_path / "a.tif")[0], card(7))
    Image.fromarray(GREY).save(tmp_path / "b.tif", compression=compression)
    np.testing.assert_array_equal(frames(tmp_path / "b.tif")[0][:, :, 1], GREY >> 8)


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_packed_samples_keep_their_upper_eight_bits(tmp_path: Path, bits: int) -> None:
    grey = GREY[:, :317] >> (16 - bits)
    single = (grey[..., None] >> np.arange(bits - 1, -1, -1)) & 1
    lines = np.packbits(single.reshape(HEIGHT, -1).astype(np.uint8), axis=1)
    # tifffile packs only with another package: the tags of an 8-bit picture with the same lines are changed
    tifffile.imwrite(tmp_path / "a.tif", lines, photometric="minisblack", metadata=None, rowsperstrip=HEIGHT)
    with tifffile.TiffFile(tmp_path / "a.tif", mode="r+") as file:
        file.pages[0].tags["BitsPerSample"].overwrite(bits)
        file.pages[0].tags["ImageWidth"].overwrite(317)
    np.testing.assert_array_equal(frames(tmp_path / "a.tif")[0][:, :, 0], grey >> (bits - 8))


def test_twelve_bits_in_sixteen_of_a_colour_picture(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", DEEP >> 4, photometric="rgb")
    np.testing.assert_array_equal(frames(tmp_path / "a.tif", "?bits=12")[0], card(7))


@pytest.mark.parametrize("deep", [False, True])
def test_white_may_be_zero(tmp_path: Path, deep: bool) -> None:
    grey = GREY if deep else (GREY >> 8).astype(np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", grey, photometric="miniswhite")
    np.testing.assert_array_equal(frames(tmp_path / "a.tif")[0][:, :, 2], 255 - (GREY >> 8))


def test_a_palette_gives_its_colours(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    indices = chance.integers(0, 256, (HEIGHT, WIDTH), np.uint8)
    colours = chance.integers(0, 65536, (3, 256), np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", indices, photometric="palette", colormap=colours)
    np.testing.assert_array_equal(frames(tmp_path / "a.tif")[0], (colours >> 8)[::-1].T[indices])


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_transparency_is_ignored(tmp_path: Path, planar: str) -> None:
    with_alpha = np.dstack([RGB, np.full((HEIGHT, WIDTH), 9, np.uint8)])
    arranged = np.moveaxis(with_alpha, -1, 0) if planar == "separate" else with_alpha
    tifffile.imwrite(tmp_path / "a.tif", arranged, photometric="rgb", planarconfig=planar, extrasamples=["unassalpha"])
    np.testing.assert_array_equal(frames(tmp_path / "a.tif")[0], card(7))


@pytest.mark.parametrize("kind", [np.float32, np.int16, np.uint32])
def test_numbers_that_are_no_light_are_refused(tmp_path: Path, kind: type) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.ones((24, 32), kind))
    with pytest.raises(SourceError, match=r"a\.tif holds \d+-bit numbers, not a picture"):
        open_source(str(tmp_path / "a.tif"))


def one_directory(path: Path, pictures: npt.NDArray[Any], images: int, **description: Any) -> Path:
    """Write a stack as ImageJ does above 4 GB: one directory, all pixels behind each other, their number in words."""
    told = "".join(f"{name}={value}\n" for name, value in description.items())
    tifffile.imwrite(
        path, pictures[0], metadata=None, description=f"ImageJ=1.54f\nimages={images}\n{told}", byteorder=">"
    )
    with path.open("ab") as file:
        file.write(pictures[1:].astype(pictures.dtype.newbyteorder(">")).tobytes())
    return path


def test_an_imagej_stack_with_one_directory_has_all_its_frames(tmp_path: Path) -> None:
    found = frames(one_directory(tmp_path / "a.tif", stack(5), 5, slices=5, loop="false"))
    np.testing.assert_array_equal(np.stack(found)[..., 0], stack(5))


def test_a_stack_above_four_gigabytes(tmp_path: Path) -> None:
    """Write only the last frame behind a hole, as far as the file system has holes."""
    path, side = tmp_path / "a.tif", 2048
    count = 2**32 // side**2 + 3
    tifffile.imwrite(
        path, np.full((side, side), 40, np.uint8), metadata=None, description=f"ImageJ=1\nimages={count}\n"
    )
    with tifffile.TiffFile(path) as file:
        start = file.pages[0].dataoffsets[0]
    last = np.random.default_rng(1).integers(0, 256, (side, side), np.uint8)
    with path.open("r+b") as file:
        file.seek(start + (count - 1) * side**2)
        file.write(last.tobytes())
    source = open_source(str(path))
    assert source.frame_count == count
    source.seek(count - 1)
    np.testing.assert_array_equal(frame(source)[..., 1], last)
    assert source.grab() is None


def test_frames_that_a_cut_imagej_stack_promises_are_rows_that_fail(tmp_path: Path) -> None:
    path = one_directory(tmp_path / "a.tif", stack(5), 5)
    path.write_bytes(path.read_bytes()[: -WIDTH * HEIGHT * 3 // 2])
    source = open_source(str(path))
    assert source.frame_count == 5
    for number in range(3):
        np.testing.assert_array_equal(frame(source)[..., 0], stack(5)[number])
    for _ in range(2):
        grabbed(source)
        with pytest.raises(FrameError, match=r"^a\.tif is damaged or was cut off"):
            source.retrieve(buffer(source))
    assert source.grab() is None


def test_a_description_copied_from_a_stack_to_one_page_promises_nothing(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", stack(1)[0], metadata=None, description="ImageJ=1.54f\nimages=5\n")
    assert len(frames(tmp_path / "a.tif")) == 1


def test_slices_and_times_of_a_hyperstack_are_frames(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", stack(6).reshape(2, 3, HEIGHT, WIDTH), imagej=True, metadata={"axes": "TZYX"})
    np.testing.assert_array_equal(np.stack(frames(tmp_path / "a.tif"))[..., 0], stack(6))


@pytest.mark.parametrize("tables", [None, RED_GREEN_BLUE], ids=["no tables", "tables"])
@pytest.mark.parametrize("pixels", [RGB, DEEP], ids=["8 bits", "16 bits"])
def test_a_composite_of_red_green_and_blue_is_colour(tmp_path: Path, pixels: npt.NDArray[Any], tables: Any) -> None:
    channels = np.stack([np.moveaxis(pixels, -1, 0)] * 2)
    told: dict[str, Any] = {"axes": "TCYX", "mode": "composite"}
    if tables is not None:
        told["LUTs"] = [np.array(one, np.uint8) for one in tables]
    tifffile.imwrite(tmp_path / "a.tif", channels, imagej=True, metadata=told)
    for found in frames(tmp_path / "a.tif"):
        np.testing.assert_array_equal(found, card(7))


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("kind", ["imagej", "ome", "plain"])
def test_channels_that_are_no_colours_are_told(tmp_path: Path, kind: str, count: int) -> None:
    told = {"axes": "TCYX", "mode": "grayscale"} if kind == "imagej" else {"axes": "TCYX"}
    pixels = stack(2 * count).reshape(2, count, HEIGHT, WIDTH)
    flags: dict[str, bool] = {} if kind == "plain" else {kind: True}
    tifffile.imwrite(tmp_path / "a.tif", pixels, metadata=told, photometric="minisblack", **flags)
    with pytest.raises(SourceError, match=rf"a\.tif holds {['two', 'three'][count - 2]} channels as pages"):
        open_source(str(tmp_path / "a.tif"))


@pytest.mark.parametrize("axes", ["TCYX", "CTYX"])
def test_an_ome_tiff_with_coloured_channels_is_colour(tmp_path: Path, axes: str) -> None:
    cards = np.stack([np.moveaxis(card(number)[:, :, ::-1], -1, 0) for number in range(4)])
    told: dict[str, Any] = {"axes": axes, "Channel": {"Name": ["Red", "Green", "Blue"]}, "PhysicalSizeX": 0.7}
    pixels = cards if axes == "TCYX" else cards.swapaxes(0, 1)
    tifffile.imwrite(tmp_path / "a.ome.tif", pixels, ome=True, metadata=told, photometric="minisblack")
    for number, found in enumerate(frames(tmp_path / "a.ome.tif")):
        np.testing.assert_array_equal(found, card(number))
    assert opened(tmp_path / "a.ome.tif").um_per_px == 0.7


def test_an_ome_tiff_over_several_files_is_refused(tmp_path: Path) -> None:
    xml = (
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0"><Pixels SizeC="1" '
        'SizeT="2" SizeZ="1" SizeX="320" SizeY="240" DimensionOrder="XYZCT" Type="uint8">'
        + "".join(f'<TiffData FirstT="{t}" IFD="0"><UUID FileName="{t}.tif">u</UUID></TiffData>' for t in range(2))
        + "</Pixels></Image></OME>"
    )
    tifffile.imwrite(tmp_path / "0.tif", stack(1)[0], metadata=None, description=xml)
    with pytest.raises(SourceError, match="has its frames in several files"):
        open_source(str(tmp_path / "0.tif"))


@pytest.mark.parametrize("subfile", [1, 3])
def test_thumbnails_among_the_pages_are_no_frames(tmp_path: Path, subfile: int) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for number in range(3):
            writer.write(card(number)[:, :, ::-1], photometric="rgb", metadata=None)
            small = card(number, 80, 60)[:, :, ::-1]
            writer.write(small, photometric="rgb", metadata=None, subfiletype=subfile)
    for number, found in enumerate(frames(tmp_path / "a.tif")):
        np.testing.assert_array_equal(found, card(number))
    told = opened(tmp_path / "a.tif").treatment
    assert told == "3 thumbnails or masks among the pages are left out"


def test_the_levels_of_a_pyramid_are_no_frames(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(RGB, photometric="rgb", subifds=1, tile=(64, 64), metadata=None)
        writer.write(RGB[::2, ::2], photometric="rgb", subfiletype=1, tile=(64, 64), metadata=None)
    assert len(frames(tmp_path / "a.tif")) == 1


@pytest.mark.parametrize(("unit", "um"), [("micron", 0.5), ("µm", 0.5), ("mm", 500.0), ("inch", None), (None, None)])
def test_the_scale_that_imagej_wrote(tmp_path: Path, unit: str | None, um: float | None) -> None:
    told = {} if unit is None else {"unit": unit.encode("unicode_escape").decode("ascii").replace("xb5", "u00B5")}
    tifffile.imwrite(tmp_path / "a.tif", stack(3), imagej=True, resolution=(2.0, 2.0), metadata={"axes": "TYX", **told})
    assert opened(tmp_path / "a.tif").um_per_px == um


def test_dots_per_inch_are_no_scale(tmp_path: Path) -> None:
    Image.fromarray(RGB).save(tmp_path / "a.tif", dpi=(72, 72))
    assert open_source(str(tmp_path / "a.tif")).um_per_px is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("cut", range(1, 10))
def test_a_cut_picture_is_never_whole(tmp_path: Path, cut: int) -> None:
    tifffile.imwrite(tmp_path / "a.tif", RGB, photometric="rgb", rowsperstrip=16)
    whole = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(whole[: len(whole) * cut // 10])
    with pytest.raises(SourceError, match="damaged"):
        frames(tmp_path / "a.tif")


def test_a_strip_that_was_never_written_is_no_part_of_a_frame(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", RGB, photometric="rgb", rowsperstrip=16, compression="zlib")
    with tifffile.TiffFile(tmp_path / "a.tif", mode="r+") as file:
        counts = file.pages[0].tags["StripByteCounts"]
        counts.overwrite([0, *counts.value[1:]])
    with pytest.raises(SourceError, match="pixels are missing"):
        frames(tmp_path / "a.tif")
