"""The study that objects are in: patient, order and time, as every object repeats them."""

import re
from collections.abc import Callable
from typing import Final

from pydicom.dataset import Dataset
from pydicom.uid import RawDataStorage

from stream.dicom.subject import Subject
from stream.dicom.uids import series_uid, study_uid, uid

_TIMED: Final = re.compile(r"(\d{8})-(\d{6})-")
_CHARACTER_SET: Final = "ISO_IR 192"  # UTF-8
_DATE: Final = re.compile(r"\d{8}").fullmatch
_TIME: Final = re.compile(r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?").fullmatch
_KEPT: Final[dict[str, Callable[[str], object]]] = {
    "PatientID": len,
    "PatientName": len,
    "PatientBirthDate": _DATE,
    "PatientSex": ("M", "F", "O").__contains__,
    "StudyID": len,
    "StudyDescription": len,
    "StudyDate": _DATE,
    "StudyTime": _TIME,
    "AccessionNumber": len,
    "ReferringPhysicianName": len,
}
"""What an object takes over of another one, and whether a value can be taken over."""


def study(session: str, subject: Subject) -> Dataset:
    """Return patient and study of a session as highdicom takes them: from an object of the same study.

    Its date and time are those in the session's identifier, UTC; empty if it has none.
    """
    timed = _TIMED.match(session)
    given = _placeholder(session)
    given.PatientID = subject.patient_id
    given.PatientName = subject.patient_name
    given.PatientBirthDate = subject.birth_date
    given.PatientSex = subject.sex
    given.StudyInstanceUID = subject.study_uid or study_uid(session)
    given.StudyID = subject.study_id
    given.StudyDescription = subject.study_description
    given.StudyDate = timed[1] if timed else ""
    given.StudyTime = timed[2] if timed else ""
    given.AccessionNumber = subject.accession_number
    given.ReferringPhysicianName = subject.referring_physician
    return given


def study_of(source: Dataset) -> Dataset:
    """Return patient and study of an object that came from elsewhere, and its identifiers; what is not valid is empty.

    Raises AttributeError if it has no identifiers.
    """
    given = Dataset()
    given.SpecificCharacterSet = _CHARACTER_SET
    for name, value in study_facts(source).items():
        setattr(given, name, value)
    for name in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID"):
        setattr(given, name, getattr(source, name))
    return given


def study_facts(source: Dataset) -> dict[str, str]:
    """Return what an object says of patient and study, by keyword; what is not there or not valid is empty."""
    given = {name: str(source.get(name) or "") for name in _KEPT}
    return {name: value if value and _KEPT[name](value) else "" for name, value in given.items()}


def _placeholder(session: str) -> Dataset:
    given = Dataset()
    given.SpecificCharacterSet = _CHARACTER_SET
    given.SOPClassUID = RawDataStorage
    given.SOPInstanceUID = uid(session, "none")
    given.SeriesInstanceUID = series_uid(session, "none")
    return given
