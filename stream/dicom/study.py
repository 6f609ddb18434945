"""The study that all objects of a session are in: patient, order and time, as every one of them repeats them."""

import re
from typing import Final

from pydicom.dataset import Dataset
from pydicom.uid import RawDataStorage

from stream.dicom.subject import Subject
from stream.dicom.uids import series_uid, study_uid, uid

_TIMED: Final = re.compile(r"(\d{8})-(\d{6})-")
_CHARACTER_SET: Final = "ISO_IR 192"  # UTF-8


def study(session: str, subject: Subject) -> Dataset:
    """Return patient and study as highdicom takes them: from an object of the same study.

    Its date and time are those in the session's identifier, UTC; empty if it has none.
    """
    given, timed = Dataset(), _TIMED.match(session)
    given.SpecificCharacterSet = _CHARACTER_SET
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
    given.SOPClassUID = RawDataStorage
    given.SOPInstanceUID = uid(session, "none")
    given.SeriesInstanceUID = series_uid(session, "none")
    return given
