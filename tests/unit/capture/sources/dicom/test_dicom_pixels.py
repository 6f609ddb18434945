"""The pixels of DICOM: the same however they are stored, by stated rules of grey, colour and window."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from tests.doubles.media import HEIGHT, WIDTH, card
from tests.unit.capture.sources.dicom.writing import (
    DEEP,
    RGB,
    by_ffmpeg,
    colour,
    frames,
    grey,
    header,
    item,
    jpeg,
    save,
)


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
)
def test_uncompressed_frames_in_any_byte_order(tmp_path: Path, syntax: str) -> None:
    for number, found in enumerate(frames(colour(tmp_path / "a.dcm", syntax))):
        np.testing.assert_array_equal(found, card(number))
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    data = header(1, HEIGHT, WIDTH, syntax, **grey(16))
    save(tmp_path / "b.dcm", data, DEEP.astype(f"{order}u2").tobytes())
    np.testing.assert_array_equal(frames(tmp_path / "b.dcm")[0][..., 1], DEEP >> 8)


def test_planes_may_be_separate(tmp_path: Path) -> None:
    data = header(4, HEIGHT, WIDTH, PlanarConfiguration=1)
    save(tmp_path / "a.dcm", data, np.moveaxis(np.stack(RGB), -1, 1).tobytes())
    for number, found in enumerate(frames(tmp_path / "a.dcm")):
        np.testing.assert_array_equal(found, card(number))


@pytest.mark.parametrize("deep", [False, True])
def test_run_lengths(tmp_path: Path, deep: bool) -> None:
    data = header(1, HEIGHT, WIDTH, **grey(16)) if deep else header(4, HEIGHT, WIDTH)
    data.PixelData = DEEP.tobytes() if deep else np.stack(RGB).tobytes()
    data.compress(RLELossless)
    data.save_as(tmp_path / "a.dcm", enforce_file_format=True)
    for number, found in enumerate(frames(tmp_path / "a.dcm")):
        np.testing.assert_array_equal(found, np.dstack([DEEP >> 8] * 3) if deep else card(number))


LOSSLESS = {
    "JPEG-LS": (JPEGLSLossless, "jpegls", "rgb24"),
    "JPEG 2000": (JPEG2000Lossless, "jpeg2000", "rgb24"),
    "lossless JPEG": (JPEGLosslessSV1, "ljpeg", "bgr24"),
}


@pytest.mark.parametrize(("syntax", "codec", "form"), LOSSLESS.values(), ids=LOSSLESS)
def test_colour_compressed_without_loss(tmp_path: Path, syntax: str, codec: str, form: str) -> None:
    order = slice(None, None, -1) if form == "bgr24" else slice(None)
    pictures = [by_ffmpeg(codec, np.ascontiguousarray(one[..., order]), form) for one in RGB]
    save(tmp_path / "a.dcm", header(4, HEIGHT, WIDTH, syntax), encapsulate(pictures))
    for number, found in enumerate(frames(tmp_path / "a.dcm")):
        np.testing.assert_array_equal(found, card(number))


@pytest.mark.parametrize(("syntax", "codec"), [(JPEGLSLossless, "jpegls"), (JPEG2000Lossless, "jpeg2000")])
def test_deep_grey_compressed_without_loss(tmp_path: Path, syntax: str, codec: str) -> None:
    data = header(1, HEIGHT, WIDTH, syntax, **grey(16))
    save(tmp_path / "a.dcm", data, encapsulate([by_ffmpeg(codec, DEEP, "gray16le")]))
    np.testing.assert_array_equal(frames(tmp_path / "a.dcm")[0][..., 1], DEEP >> 8)


TWELVE_BITS = {
    "lossless JPEG": (
        JPEGLosslessSV1,
        "/9j/xAAXAAEBAQEAAAAAAAAAAAAAAAAJBgoM/8MACwwACAAQAQARAP/aAAgBAAAGAADn/wCgoKCgoKCgoKCgoKCgoKDQAgCA"
        "IAgCAIAgCAIAgCAIAgCAIBoAQBAEAQBAEAQBAEAQBAEAQBAEA0AIAgCAIAgCAIAgCAIAgCAIAgCAaAEAQBAEAQBAEAQBAEAQ"
        "BAEAQBANACAIAgCAIAgCAIAgCAIAgCAIAgGgBAEAQBAEAQBAEAQBAEAQBAEAQDQAgCAIAgCAIAgCAIAgCAIAgCAIAP/ZAA==",
    ),
    "JPEG-LS": (
        JPEGLSLossless,
        "/9j/9wALDAAIABABAREA/9oACAEBAAAAAL//ff97789+v/7789+oAAQED989eO3TlwXLFShMgAABASIkH3nXHG22mmmX5/2W"
        "WGGGF1111lllnx/llnNa1rWta1jHp/WMYxjGMYxa1reH8Wta1rWtSlKUp2ftSlKUpmZmZmdA/9k=",
    ),
}
"""A ramp of 16x8 pixels, 0 to 4064, by the libraries imagecodecs and CharLS: FFmpeg writes 16 bits only."""


@pytest.mark.parametrize(("syntax", "picture"), TWELVE_BITS.values(), ids=TWELVE_BITS)
def test_twelve_bits_compressed_without_loss(tmp_path: Path, syntax: str, picture: str) -> None:
    ramp = np.arange(128).reshape(8, 16) * 32
    window = {"WindowCenter": 2048, "WindowWidth": 1024, "VOILUTFunction": "LINEAR_EXACT"}
    for elements, expected in (({}, ramp >> 4), (window, np.clip(((ramp - 2048) / 1024 + 0.5) * 255, 0, 255))):
        data = header(1, 8, 16, syntax, **grey(12, **elements))
        save(tmp_path / "a.dcm", data, encapsulate([b64decode(picture)]))
        assert np.abs(frames(tmp_path / "a.dcm")[0][..., 0] - expected).max() <= 0.5


@pytest.mark.parametrize("photometric", ["YBR_FULL_422", "RGB"])
def test_jpeg_is_read_in_the_colours_that_the_header_names(tmp_path: Path, photometric: str) -> None:
    options: dict[str, Any] = {"keep_rgb": True} if photometric == "RGB" else {}
    picture = jpeg(RGB[1], **options)
    without_names = picture[:2] + picture[picture.index(b"\xff\xdb") :]  # neither JFIF nor Adobe says which colours
    data = header(1, HEIGHT, WIDTH, JPEGBaseline8Bit, PhotometricInterpretation=photometric)
    save(tmp_path / "a.dcm", data, encapsulate([without_names + b"\0" * (len(without_names) % 2)]))
    assert np.abs(frames(tmp_path / "a.dcm")[0].astype(int) - card(1)).mean() < 2


@pytest.mark.parametrize("photometric", ["YBR_FULL", "YBR_FULL_422"])
def test_uncompressed_luma_and_chroma(tmp_path: Path, photometric: str) -> None:
    ycc = cv2.cvtColor(card(1), cv2.COLOR_BGR2YCrCb)[..., (0, 2, 1)]
    raw = ycc.tobytes()
    if photometric == "YBR_FULL_422":
        raw = np.concatenate([ycc[:, ::2, :1], ycc[:, 1::2, :1], ycc[:, ::2, 1:]], axis=2).tobytes()
    save(tmp_path / "a.dcm", header(1, HEIGHT, WIDTH, PhotometricInterpretation=photometric), raw)
    assert np.abs(frames(tmp_path / "a.dcm")[0].astype(int) - card(1)).mean() < 1.5


def test_a_palette_gives_its_colours(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    indices, colours = (
        chance.integers(0, 256, (HEIGHT, WIDTH), np.uint8),
        chance.integers(0, 65536, (3, 256), np.uint16),
    )
    data = header(1, HEIGHT, WIDTH, **grey(8, PhotometricInterpretation="PALETTE COLOR"))
    for name, table in zip(("Red", "Green", "Blue"), colours, strict=True):
        setattr(data, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(data, f"{name}PaletteColorLookupTableData", table.tobytes())
    save(tmp_path / "a.dcm", data, indices.tobytes())
    np.testing.assert_array_equal(frames(tmp_path / "a.dcm")[0], (colours >> 8)[::-1].T[indices])


def one_grey(path: Path, values: npt.NDArray[Any], bits: int, **elements: Any) -> npt.NDArray[np.uint8]:
    """Write one grey picture, and return its grey as it is read."""
    data = header(1, *values.shape, **grey(bits, **elements))
    found = frames(save(path / "a.dcm", data, values.tobytes()))[0]
    assert (found == found[..., :1]).all()
    return found[..., 0]


def test_grey_keeps_the_upper_eight_of_its_stored_bits(tmp_path: Path) -> None:
    np.testing.assert_array_equal(one_grey(tmp_path, DEEP >> 4, 12), DEEP >> 8)
    np.testing.assert_array_equal(one_grey(tmp_path, (DEEP >> 8).astype(np.uint8), 8), DEEP >> 8)
    signed = (DEEP.astype(np.int32) - 32768).astype(np.int16)
    np.testing.assert_array_equal(one_grey(tmp_path, signed, 16, PixelRepresentation=1), DEEP >> 8)


def test_bits_above_the_stored_ones_are_ignored(tmp_path: Path) -> None:
    np.testing.assert_array_equal(one_grey(tmp_path, (DEEP >> 4) | 0xF000, 12), DEEP >> 8)


def test_black_and_white_may_be_exchanged(tmp_path: Path) -> None:
    found = one_grey(tmp_path, DEEP >> 4, 12, PhotometricInterpretation="MONOCHROME1")
    np.testing.assert_array_equal(found, 255 - (DEEP >> 8))


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
def test_a_window_is_applied_after_rescaling(tmp_path: Path, function: str) -> None:
    """By the formulas of PS3.3 C.11.2.1.2 and C.11.2.1.3."""
    values = (DEEP >> 4).astype(np.float64) * 2 - 1000
    centre, width = 1500.0, 3000.0
    expected = {
        "LINEAR": ((values - (centre - 0.5)) / (width - 1) + 0.5) * 255,
        "LINEAR_EXACT": ((values - centre) / width + 0.5) * 255,
        "SIGMOID": 255 / (1 + np.exp(-4 * (values - centre) / width)),
    }[function]
    window = {"WindowCenter": [centre, 40.0], "WindowWidth": [width, 80.0], "VOILUTFunction": function}
    found = one_grey(tmp_path, DEEP >> 4, 12, RescaleSlope=2, RescaleIntercept=-1000, **window)
    assert np.abs(found - np.clip(expected, 0, 255)).max() <= 0.5


def test_each_frame_of_an_enhanced_picture_has_its_window(tmp_path: Path) -> None:
    data = header(2, HEIGHT, WIDTH, **grey(16))
    windows = [(20000, 10000), (40000, 30000)]
    data.PerFrameFunctionalGroupsSequence = Sequence(
        item(FrameVOILUTSequence=Sequence([item(WindowCenter=c, WindowWidth=w, VOILUTFunction="LINEAR_EXACT")]))
        for c, w in windows
    )
    save(tmp_path / "a.dcm", data, DEEP.tobytes() * 2)
    for found, (centre, width) in zip(frames(tmp_path / "a.dcm"), windows, strict=True):
        expected = np.clip(((DEEP - float(centre)) / width + 0.5) * 255, 0, 255)
        assert np.abs(found[..., 0] - expected).max() <= 0.5
