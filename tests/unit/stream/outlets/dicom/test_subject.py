"""A sender says whom its reports name, so that what waits for one patient never goes out under another one's name."""

from stream.outlets.dicom.sender import DicomSender
from stream.outlets.outlet import extras_of


def sender(**subject: str) -> DicomSender:
    return DicomSender({"host": "127.0.0.1"} | ({"subject": subject} if subject else {}))


def test_without_a_subject_reports_name_no_one() -> None:
    assert extras_of(sender()).subject == ""


def test_another_patient_or_another_examination_is_another_subject() -> None:
    one, order = sender(patient_id="1"), sender(patient_id="1", accession_number="A")
    assert len({extras_of(each).subject for each in (one, order, sender(patient_id="2"))}) == 3
    assert extras_of(one).subject == extras_of(sender(patient_id="1")).subject
