"""Whom and what DICOM objects are about: nothing by default. Pure."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

_Short = Annotated[str, Meta(max_length=16, pattern=r"^[^\\\x00-\x1f]*$")]  # VR SH (DICOM PS3.5, 6.2)
_Long = Annotated[str, Meta(max_length=64, pattern=r"^[^\\\x00-\x1f]*$")]  # VR LO, and PN of one group


class Subject(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Identifiers of a patient and of the examination that was ordered. Never in a log, a file's name or a topic."""

    patient_id: Annotated[_Long, Meta(description="Patient ID")] = ""
    patient_name: Annotated[_Long, Meta(description="Patient's Name, as Family^Given")] = ""
    birth_date: Annotated[str, Meta(pattern=r"^(\d{8})?$", description="Patient's Birth Date, YYYYMMDD")] = ""
    sex: Annotated[Literal["", "M", "F", "O"], Meta(description="Patient's Sex")] = ""
    accession_number: Annotated[_Short, Meta(description="Accession Number")] = ""
    study_uid: Annotated[
        str, Meta(max_length=64, pattern=r"^([0-9]+(\.[0-9]+)*)?$", description="of the study; empty: one per session")
    ] = ""
    study_id: Annotated[_Short, Meta(description="Study ID")] = ""
    study_description: Annotated[_Long, Meta(description="Study Description")] = ""
    referring_physician: Annotated[_Long, Meta(description="Referring Physician's Name")] = ""


class Station(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The device that measured, as it is named in every object."""

    name: Annotated[_Short, Meta(description="Station Name")] = ""
    serial_number: Annotated[_Long, Meta(description="Device Serial Number")] = ""
    institution: Annotated[_Long, Meta(description="Institution Name")] = ""
