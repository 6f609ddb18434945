"""The settings of the outlet `fhir`. Without them a resource names no patient, no encounter and no device."""

from typing import Annotated, Literal

from msgspec import Meta

from stream.outlets.clinical.clinical_codes import joined
from stream.outlets.tls import TlsFiles

Release = Literal["R4", "R5"]
_Reference = Annotated[str, Meta(max_length=200, pattern=r"^([A-Za-z]+/[A-Za-z0-9.-]{1,64})?$")]
_AnyText = Annotated[str, Meta(max_length=500)]


class FhirSettings(TlsFiles, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[outlets.fhir]`."""

    url: Annotated[str, Meta(pattern=r"^https?://[^/\s]+", description="the server's base, https://host/fhir")]
    release: Annotated[Release, Meta(description="R4 or R5")] = "R4"
    timeout_s: Annotated[float, Meta(gt=0, le=300, description="longest wait for an answer, s")] = 10.0
    token: Annotated[str, Meta(max_length=8000, pattern=r"^[\x21-\x7e]*$", description="bearer token")] = ""
    username: Annotated[_AnyText, Meta(description="for basic authentication, with password")] = ""
    password: Annotated[_AnyText, Meta(description="for basic authentication")] = ""
    trend_s: Annotated[
        float, Meta(ge=0, le=86_400, description="also one Observation with the trend of so many seconds; 0: none")
    ] = 0.0
    trend_step_s: Annotated[float, Meta(ge=0.1, le=3600, description="from one value of the trend to the next, s")] = (
        10.0
    )
    patient: Annotated[_Reference, Meta(description="the subject on that server, Patient/ID")] = ""
    patient_id: Annotated[_AnyText, Meta(description="or the subject's identifier")] = ""
    patient_id_system: Annotated[_AnyText, Meta(description="URI of who gave it")] = ""
    encounter: Annotated[_Reference, Meta(description="Encounter/ID")] = ""
    device_id: Annotated[_AnyText, Meta(description="identifier of the device")] = ""
    device_id_system: Annotated[_AnyText, Meta(description="URI of who gave it")] = ""

    @property
    def subject(self) -> str:
        """Return whom and what resources name; empty if the configuration names none."""
        return joined(self.patient, self.patient_id, self.patient_id_system, self.encounter, self.device_id)
