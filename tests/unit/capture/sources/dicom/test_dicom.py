"""DICOM: counts, times and scale are those written; what is cut, wrong or private is dealt with."""

import struct
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.encaps import encapsulate, fragment_frame, itemize_fragment
from pydicom.sequence import Sequence
from pydicom.uid import (
    JPEGBaseline8Bit,
)

from capture.recordings.fingerprint import fingerprint
from capture.recordings.listing import recordings_in
from capture.sources.dicom.source import DicomSource
from capture.sources.opening import open_source
from stream.errors import FrameError, SourceError, UsageError
from tests.contracts.source_contract import FileContract, RecordedContract, buffer, frame, grabbed
from tests.doubles.media import HEIGHT, WIDTH, card
from tests.unit.capture.sources.dicom.writing import (
    PATIENT,
    RGB,
    cine,
    colour,
    frames,
    grey,
    header,
    item,
    jpeg,
    opened,
    save,
)

TIMES: dict[str, tuple[dict[str, Any], float | None, list[float]]] = {
    "FrameTime": ({"FrameTime": 40.0}, 25.0, [0, 0.04, 0.08, 0.12]),
    "FrameTimeVector": ({"FrameTimeVector": [0, 10, 20, 30]}, 50.0, [0, 0.01, 0.03, 0.06]),
    "RecommendedDisplayFrameRate": ({"RecommendedDisplayFrameRate": 20}, 20.0, [0, 0.05, 0.1, 0.15]),
    "CineRate": ({"CineRate": 10}, 10.0, [0, 0.1, 0.2, 0.3]),
    "none": ({}, None, [0, 1, 2, 3]),
}


class TestCine(FileContract):
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


@pytest.mark.parametrize("promised", [1, 3, 8])
def test_compressed_frames_that_are_not_promised_are_rows_too(tmp_path: Path, promised: int) -> None:
    pixels = encapsulate([jpeg(one) for one in RGB], fragments_per_frame=2, has_bot=False)
    data = header(promised, HEIGHT, WIDTH, JPEGBaseline8Bit, PhotometricInterpretation="YBR_FULL_422")
    source = opened(save(tmp_path / "a.dcm", data, pixels))
    assert source.frame_count == max(4, promised)
    for whole in frames(cine(tmp_path / "b.dcm", RGB)):
        np.testing.assert_array_equal(frame(source), whole)
    source.close()


def test_the_parts_of_a_concatenation_are_put_in_order(tmp_path: Path) -> None:
    for name, first in (("b.dcm", 0), ("a.dcm", 2)):
        data = header(2, HEIGHT, WIDTH, InstanceNumber=1, ConcatenationFrameOffsetNumber=first)
        save(tmp_path / name, data, np.stack(RGB[first : first + 2]).tobytes())
    source = opened(tmp_path)
    for one in RGB:
        np.testing.assert_array_equal(frame(source), one[:, :, ::-1])
    source.close()


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
