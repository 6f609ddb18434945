"""Examinations that are to come, from a hospital's modality worklist (DICOM PS3.4, annex K)."""

from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec.structs import replace
from pydicom.dataset import Dataset

from stream.dicom.study import study_facts
from stream.dicom.subject import Subject
from stream.errors import OutputError, UsageError
from stream.outlets.dicom.archive_settings import DicomSettings
from stream.outlets.dicom.association import DimseArchive

_PATIENT_AND_ORDER: Final = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "ReferringPhysicianName",
    "RequestedProcedureDescription", "RequestedProcedureID",
)  # fmt: skip
_STEP: Final = (
    "Modality", "ScheduledStationAETitle", "ScheduledProcedureStepStartDate", "ScheduledProcedureStepStartTime",
    "ScheduledProcedureStepDescription",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Examination:
    """An item of the worklist. begins: date and time as the hospital writes them; description: what is to be done."""

    subject: Subject
    begins: str
    description: str


def examinations(settings: DicomSettings, accession_number: str = "") -> list[Examination]:
    """Return the examinations that are to come, in order of time; of one accession number, if it is given.

    Raises UsageError if the configuration names no worklist, OutputError if it cannot be read.
    """
    if settings.worklist is None:
        raise UsageError('the DICOM outlet of the configuration has no worklist: add worklist = { host = "…" }')
    place = settings.worklist
    at = replace(settings, host=place.host, port=place.port, called=place.called, url="")
    found = [_examination(item) for item in DimseArchive(at).find(_query(accession_number))]
    return sorted(found, key=lambda one: one.begins)


def examination(settings: DicomSettings, accession_number: str) -> Examination:
    """Return the examination of an accession number. Raises as `examinations`, and OutputError if it is not one."""
    found = examinations(settings, accession_number)
    if len(found) != 1:  # the number is not repeated: this sentence may be logged
        raise OutputError(f"the worklist has {len(found)} examinations of that accession number; there must be one")
    return found[0]


def _query(accession_number: str) -> Dataset:
    query, step = Dataset(), Dataset()
    query.SpecificCharacterSet = "ISO_IR 192"
    for name in _PATIENT_AND_ORDER:
        setattr(query, name, "")
    for name in _STEP:
        setattr(step, name, "")
    query.AccessionNumber = accession_number
    query.ScheduledProcedureStepSequence = [step]
    return query


def _examination(item: Dataset) -> Examination:
    step = next(iter(item.get("ScheduledProcedureStepSequence") or ()), Dataset())
    description = step.get("ScheduledProcedureStepDescription") or item.get("RequestedProcedureDescription") or ""
    facts = study_facts(item)
    try:
        subject = msgspec.convert(
            {
                "patient_id": facts["PatientID"],
                "patient_name": facts["PatientName"],
                "birth_date": facts["PatientBirthDate"],
                "sex": facts["PatientSex"],
                "accession_number": facts["AccessionNumber"],
                "study_uid": str(item.get("StudyInstanceUID") or ""),
                "study_id": str(item.get("RequestedProcedureID") or ""),
                "study_description": str(item.get("RequestedProcedureDescription") or ""),
                "referring_physician": facts["ReferringPhysicianName"],
            },
            Subject,
        )
    except msgspec.ValidationError:  # whose words would name the value
        raise OutputError("an examination of the worklist has a value that DICOM does not allow") from None
    begins = f"{step.get('ScheduledProcedureStepStartDate', '')} {step.get('ScheduledProcedureStepStartTime', '')}"
    return Examination(subject, begins.strip(), str(description))
