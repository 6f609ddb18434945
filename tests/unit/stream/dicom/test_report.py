"""A report has the reading's numbers, and no number of a frame that must not be acted on."""

from io import BytesIO

import pydicom
import pytest

from stream.dicom.report import reading_report
from stream.dicom.subject import Station, Subject
from stream.protocol.readings import DensityReading
from tests.doubles.archives.reports import numbers, text, time_point
from tests.doubles.readings import failed, reading

GOOD = reading(
    7, session="20270115-080000-abcdef", density_pct=3.1415926535897931, t_capture_ns=1_800_000_000_123_456_789
)


def written(given: DensityReading) -> bytes:
    file = BytesIO()
    subject = Subject(patient_id="4711", patient_name="Müller^Änne", birth_date="19700131", sex="F", study_id="1")
    pydicom.dcmwrite(file, reading_report(given, subject, Station(name="bed 7")), enforce_file_format=True)
    return file.getvalue()


def test_its_numbers_are_those_of_the_reading_to_the_last_digit() -> None:
    report = pydicom.dcmread(BytesIO(written(GOOD)))
    assert numbers(report) == {
        "density": (3.1415926535897931, "%"),
        "density-low": (11.0, "%"),
        "density-high": (14.0, "%"),
        "capillary-count": (9, "1"),
    }
    assert time_point(report) == GOOD.t_capture_ns
    assert text(report, "Image quality") == "good"
    assert text(report, "Algorithm Parameters") == "model model-1"
    assert str(report.PatientName) == "Müller^Änne"
    assert (report.StudyDate, report.ContentTime) == ("20270115", "080000.123456")


def test_it_is_the_same_to_the_byte_when_it_is_made_again() -> None:
    assert written(GOOD) == written(GOOD)


def test_two_sessions_are_two_studies_and_two_readings_two_instances_of_a_series() -> None:
    def uids(given: DensityReading) -> tuple[str, str, str]:
        report = reading_report(given, Subject(), Station())
        return report.StudyInstanceUID, report.SeriesInstanceUID, report.SOPInstanceUID

    one, next_one, other = uids(reading(0)), uids(reading(1)), uids(reading(0, session="other"))
    assert one[:2] == next_one[:2]
    assert one[2] != next_one[2]
    assert not set(one) & set(other)


@pytest.mark.parametrize(
    ("given", "quality", "comment"),
    [
        (reading(1, quality="poor", quality_reasons=("blurred", "dark")), "poor", "blurred; dark"),
        (failed(1, error="/home/patient.avi: broken"), "failed", "the analysis of this frame failed"),
    ],
)
def test_what_must_not_be_acted_on_has_its_reason_and_no_number(
    given: DensityReading, quality: str, comment: str
) -> None:
    report = reading_report(given, Subject(), Station())
    assert numbers(report) == {}
    assert (text(report, "Image quality"), text(report, "Comment")) == (quality, comment)
