"""DICOM: a picture is the same however it is stored, by stated rules; counts, times and scale are those written."""

import contextlib
import struct
from base64 import b64decode
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, fragment_frame, itemize_fragment
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

from capture.recordings.fingerprint import fingerprint
from capture.recordings.listing import recordings_in
from capture.sources.dicom.source import DicomSource
from capture.sources.opening import open_source
from stream.errors import FrameError, SourceError, UsageError
from stream.protocol.contracts import Pixels
from tests.contracts.source_contract import RecordedContract, buffer, frame, grabbed
from tests.doubles.media import HEIGHT, WIDTH, card
from tests.unit.capture.sources.dicom.writing import PATIENT, by_ffmpeg, cine, grey, header, jpeg, save

RGB = [card(number)[:, :, ::-1] for number in range(4)]
DEEP = np.linspace(0, 65535, HEIGHT * WIDTH).astype(np.uint16).reshape(HEIGHT, WIDTH)


def opened(path: Path) -> DicomSource:
    """Open a file for what is known of it beside its frames."""
    source = open_source(str(path))
    assert isinstance(source, DicomSource)
    return source


def frames(path: Path) -> list[Pixels]:
    """Return all frames."""
    found = []
    with contextlib.closing(opened(path)) as source:
        while (grab := source.grab()) is not None:
            found.append(np.empty((grab.height, grab.width, 3), np.uint8))
            source.retrieve(found[-1])
    return found


def colour(path: Path, syntax: str = ExplicitVRLittleEndian, **options: Any) -> Path:
    """Write four uncompressed colour frames."""
    return save(path, header(4, HEIGHT, WIDTH, syntax), np.stack(RGB).tobytes(), **options)


class TestCine(RecordedContract):
    length = 4

    def open(self, folder: Path) -> DicomSource:
        path = folder / "cine.dcm"
        return opened(path if path.exists() else cine(path, RGB, FrameTime=40.0))


class TestSeries(RecordedContract):
    """A folder of single pictures, numbered against their names."""

    length = 4

    def open(self, folder: Path) -> DicomSource:
        for number, picture in enumerate(RGB):
            data = header(1, HEIGHT, WIDTH, InstanceNumber=number + 1)
            save(folder / f"IM{9 - number}", data, picture.tobytes())
        return opened(folder)


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


def item(**elements: Any) -> Dataset:
    """Return an item of a sequence."""
    data = Dataset()
    for name, value in elements.items():
        setattr(data, name, value)
    return data


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


TIMES: dict[str, tuple[dict[str, Any], float | None, list[float]]] = {
    "FrameTime": ({"FrameTime": 40.0}, 25.0, [0, 0.04, 0.08, 0.12]),
    "FrameTimeVector": ({"FrameTimeVector": [0, 10, 20, 30]}, 50.0, [0, 0.01, 0.03, 0.06]),
    "RecommendedDisplayFrameRate": ({"RecommendedDisplayFrameRate": 20}, 20.0, [0, 0.05, 0.1, 0.15]),
    "CineRate": ({"CineRate": 10}, 10.0, [0, 0.1, 0.2, 0.3]),
    "none": ({}, None, [0, 1, 2, 3]),
}


@pytest.mark.parametrize(("elements", "fps", "times"), TIMES.values(), ids=TIMES)
def test_times_are_those_of_the_header(
    tmp_path: Path, elements: dict[str, Any], fps: float | None, times: list[float]
) -> None:
    source = opened(cine(tmp_path / "a.dcm", RGB, **elements))
    assert source.fps == (None if fps is None else pytest.approx(fps))
    assert [grabbed(source).time_s for _ in range(4)] == pytest.approx(times)


SCALES: dict[str, tuple[dict[str, Any], float | None]] = {
    "PixelSpacing": ({"PixelSpacing": [0.002, 0.001]}, 1.0),
    "ImagerPixelSpacing": ({"ImagerPixelSpacing": [0.002, 0.002]}, 2.0),
    "ultrasound": (
        {"SequenceOfUltrasoundRegions": Sequence([item(PhysicalUnitsXDirection=3, PhysicalDeltaX=0.0005)])},
        5.0,
    ),
    "functional groups": (
        {
            "SharedFunctionalGroupsSequence": Sequence(
                [item(PixelMeasuresSequence=Sequence([item(PixelSpacing=[0.003, 0.003])]))]
            )
        },
        3.0,
    ),
    "none": ({}, None),
}


@pytest.mark.parametrize(("elements", "um"), SCALES.values(), ids=SCALES)
def test_the_scale_is_that_of_the_header(tmp_path: Path, elements: dict[str, Any], um: float | None) -> None:
    found = opened(cine(tmp_path / "a.dcm", RGB[:1], **elements)).um_per_px
    assert found == (None if um is None else pytest.approx(um))


@pytest.mark.parametrize("has_table", [True, False])
def test_a_frame_may_lie_in_several_fragments(tmp_path: Path, has_table: bool) -> None:
    pictures = [jpeg(one) for one in RGB]
    pixels = encapsulate(pictures, fragments_per_frame=3, has_bot=has_table)
    data = header(4, HEIGHT, WIDTH, JPEGBaseline8Bit, PhotometricInterpretation="YBR_FULL_422")
    save(tmp_path / "a.dcm", data, pixels)
    whole = frames(cine(tmp_path / "b.dcm", RGB))
    for number, found in enumerate(frames(tmp_path / "a.dcm")):
        np.testing.assert_array_equal(found, whole[number])


def test_a_wrong_table_of_offsets_is_not_believed(tmp_path: Path) -> None:
    pictures = [jpeg(one) for one in RGB]
    table = struct.pack("<2sHI4I", b"\xfe\xff", 0xE000, 16, 0, 12, 24, 36)
    parts = b"".join(itemize_fragment(part) for one in pictures for part in fragment_frame(one, 2))
    data = header(4, HEIGHT, WIDTH, JPEGBaseline8Bit, PhotometricInterpretation="YBR_FULL_422")
    save(tmp_path / "a.dcm", data, table + parts)
    whole = frames(cine(tmp_path / "b.dcm", RGB))
    for number, found in enumerate(frames(tmp_path / "a.dcm")):
        np.testing.assert_array_equal(found, whole[number])


@pytest.mark.parametrize("kind", ["plain", "with offsets", "without offsets"])
def test_frames_that_a_cut_file_promises_are_rows_that_fail(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"{PATIENT}.dcm"
    path = colour(path) if kind == "plain" else cine(path, RGB, has_bot=kind == "with offsets")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.6)])
    source = opened(path)
    assert source.frame_count == 4
    whole = frames(colour(tmp_path / "b.dcm") if kind == "plain" else cine(tmp_path / "b.dcm", RGB))
    for number in range(2):
        np.testing.assert_array_equal(frame(source), whole[number])
    for number in range(2, 4):
        grabbed(source)
        with pytest.raises(FrameError, match=f"^Frame {number} is not") as raised:
            source.retrieve(buffer(source))
        assert "Mueller" not in str(raised.value)
    assert source.grab() is None
    source.close()


def test_more_frames_than_are_promised_are_rows_too(tmp_path: Path) -> None:
    data = header(2, HEIGHT, WIDTH)
    save(tmp_path / "a.dcm", data, np.stack(RGB).tobytes())
    assert len(frames(tmp_path / "a.dcm")) == 4


def test_no_patient_is_named(tmp_path: Path) -> None:
    source = opened(colour(tmp_path / f"{PATIENT}.dcm"))
    assert source.name.startswith("dicom-")
    assert grabbed(source).name == "0"
    assert "PatientName" not in source._headers[0].data


def test_a_file_without_suffix_or_without_preamble_is_known(tmp_path: Path) -> None:
    assert len(frames(colour(tmp_path / "IM0001"))) == 4
    whole = (tmp_path / "IM0001").read_bytes()
    start = whole.index(b"\x08\x00\x16\x00")
    (tmp_path / "old.dcm").write_bytes(whole[start:])
    np.testing.assert_array_equal(frames(tmp_path / "old.dcm")[3], card(3))


def test_a_folder_of_one_series_is_one_source(tmp_path: Path) -> None:
    TestSeries().open(tmp_path)
    assert recordings_in(str(tmp_path)) is None
    before = fingerprint(str(tmp_path))
    (tmp_path / "IM6").unlink()
    assert fingerprint(str(tmp_path)) != before
    cv2.imwrite(str(tmp_path / "a.png"), card(1))
    with pytest.raises(UsageError, match="holds DICOM files and others"):
        recordings_in(str(tmp_path))


def test_several_series_are_refused_without_their_numbers(tmp_path: Path) -> None:
    for number in range(2):
        data = header(1, HEIGHT, WIDTH, SeriesInstanceUID=f"1.2.3.{number}")
        save(tmp_path / f"IM{number}.dcm", data, RGB[number].tobytes())
    with pytest.raises(SourceError, match=r"are of 2 series, which begin with IM0\.dcm \(1\), IM1\.dcm \(1\)"):
        open_source(str(tmp_path))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "DICOMDIR": ({"SOPClassUID": "1.2.840.10008.1.3.10"}, "is a DICOMDIR"),
    "report": ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.33", "Rows": None}, r"holds no picture \(Comprehensive SR"),
    "document": ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.104.1", "Rows": None}, r"holds no picture .*PDF"),
    "whole slide": ({"TotalPixelMatrixColumns": 9999, "TotalPixelMatrixRows": 9999}, "is a whole slide in tiles"),
    "segmentation": (grey(1, BitsAllocated=1), "holds no picture of 8 or 16 bits"),
    "32 bits": (grey(32, BitsAllocated=32), "holds 32-bit numbers"),
}


@pytest.mark.parametrize(("elements", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_picture_is_refused_in_a_sentence(tmp_path: Path, elements: dict[str, Any], words: str) -> None:
    save(tmp_path / "a.dcm", header(1, HEIGHT, WIDTH, **elements), bytes(WIDTH * HEIGHT * 4))
    with pytest.raises(SourceError, match=words):
        open_source(str(tmp_path / "a.dcm"))


@pytest.mark.parametrize("data", [b"", b"hello" * 100, bytes(128) + b"DICM", bytes(128) + b"DICM" + bytes(500)])
def test_what_is_no_dicom_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.dcm").write_bytes(data)
    with pytest.raises(SourceError, match=r"a\.dcm"):
        open_source(str(tmp_path / "a.dcm"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data())
def test_wrong_bytes_give_frames_or_a_sentence_that_names_no_patient(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "a.dcm"
    broken = bytearray(cine(path, [card(1, 32, 24)]).read_bytes())
    for place in data.draw(st.lists(st.integers(128, min(len(broken), 900) - 1), min_size=1, max_size=6)):
        broken[place] = data.draw(st.integers(0, 255))
    path.write_bytes(broken)
    said = ""
    try:
        frames(path)
    except SourceError as error:
        said = str(error)
    assert "Mueller" not in said


def test_a_damaged_frame_costs_that_frame_alone(tmp_path: Path) -> None:
    path = cine(tmp_path / "a.dcm", RGB)
    data = path.read_bytes()
    second = data.index(b"\xff\xd8\xff", data.index(b"\xff\xd8\xff") + 3)
    path.write_bytes(data[: second + 2] + bytes(300) + data[second + 302 :])
    source = opened(path)
    frame(source)
    grabbed(source)
    with pytest.raises(FrameError, match=r"^Frame 1 is"):
        source.retrieve(buffer(source))
    frame(source)
    source.close()
