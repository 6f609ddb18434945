"""The settings of the outlet `hl7`. Without them a message names no patient, no place and no device."""

from typing import Annotated, Literal

from msgspec import Meta

from stream.outlets.clinical.clinical_codes import joined
from stream.outlets.tls import TlsOnRequest

_Name = Annotated[str, Meta(max_length=180)]


class Hl7Settings(TlsOnRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[outlets.hl7]`."""

    host: Annotated[str, Meta(min_length=1, max_length=253, description="the receiver's host")]
    port: Annotated[int, Meta(ge=1, le=65535, description="its port; 2575 is registered for HL7")] = 2575
    timeout_s: Annotated[float, Meta(gt=0, le=300, description="longest wait for an answer, s")] = 10.0
    version: Annotated[Literal["2.4", "2.5", "2.5.1", "2.6"], Meta(description="MSH-12")] = "2.5.1"
    acknowledgement: Annotated[
        Literal["original", "enhanced"],
        Meta(description="original: when the receiver has processed a message; enhanced: when it has stored it"),
    ] = "original"
    processing_id: Annotated[Literal["P", "T", "D"], Meta(description="MSH-11: production, training, debugging")] = "P"
    sending_application: Annotated[_Name, Meta(description="MSH-3")] = ""
    sending_facility: Annotated[_Name, Meta(description="MSH-4")] = ""
    receiving_application: Annotated[_Name, Meta(description="MSH-5")] = ""
    receiving_facility: Annotated[_Name, Meta(description="MSH-6")] = ""
    patient_id: Annotated[_Name, Meta(description="PID-3.1")] = ""
    patient_id_authority: Annotated[_Name, Meta(description="PID-3.4")] = ""
    patient_id_type: Annotated[_Name, Meta(description="PID-3.5, table 0203")] = "MR"
    patient_class: Annotated[_Name, Meta(description="PV1-2, table 0004; U: unknown")] = "U"
    visit_number: Annotated[_Name, Meta(description="PV1-19.1")] = ""
    point_of_care: Annotated[_Name, Meta(description="PV1-3.1")] = ""
    room: Annotated[_Name, Meta(description="PV1-3.2")] = ""
    bed: Annotated[_Name, Meta(description="PV1-3.3")] = ""
    equipment_id: Annotated[_Name, Meta(description="OBX-18.1")] = ""
    equipment_authority: Annotated[_Name, Meta(description="OBX-18.2")] = ""

    @property
    def subject(self) -> str:
        """Return whom and what messages name; empty if the configuration names none."""
        patient = (self.patient_id, self.patient_id_authority, self.visit_number)
        return joined(*patient, self.point_of_care, self.room, self.bed, self.equipment_id)
