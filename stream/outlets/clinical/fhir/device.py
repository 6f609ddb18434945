"""What made the Observations: the Device, and the Provenance of a session (FHIR R4 and R5). Pure."""

import hashlib

from stream.outlets.clinical.clinical_codes import DEVICES, SESSIONS
from stream.outlets.clinical.fhir.elements import Resource, identifier, instant, standard
from stream.outlets.clinical.fhir.fhir_settings import FhirSettings
from stream.version import VERSION

_NAME = "Capillary Stream"


def device_name(settings: FhirSettings) -> str:
    """Return a name for one version of the program on one device, from which the device cannot be read."""
    device = f"{settings.device_id_system}|{settings.device_id}"
    which = f"-{hashlib.sha256(device.encode()).hexdigest()[:16]}" if settings.device_id else ""
    return f"capillary-stream-{VERSION}{which}"


def device(settings: FhirSettings) -> Resource:
    """Return the program as a Device, with the identifier that the configuration gives the apparatus."""
    own = [identifier(settings.device_id_system, settings.device_id)] if settings.device_id else []
    kind = "user-friendly-name"
    name = {"R4": {"deviceName": [{"name": _NAME, "type": kind}]}, "R5": {"name": [{"value": _NAME, "type": kind}]}}
    return {
        "resourceType": "Device",
        "identifier": [identifier(DEVICES, device_name(settings)), *own],
        "status": "active",
        "version": [{"value": VERSION}],
    } | name[settings.release]


def provenance(session: str, observation: str, made_by: str, occurred_ns: int, recorded_ns: int) -> Resource:
    """Return where a session's Observations come from. observation: reference to its first. made_by: to the Device."""
    return {
        "resourceType": "Provenance",
        "meta": {"tag": [{"system": SESSIONS, "code": session}]},
        "target": [{"reference": observation}],
        "occurredDateTime": instant(occurred_ns),
        "recorded": instant(recorded_ns),
        "activity": standard("v3-DataOperation", "CREATE"),
        "agent": [{"type": standard("provenance-participant-type", "assembler"), "who": {"reference": made_by}}],
        "entity": [{"role": "source", "what": {"identifier": identifier(SESSIONS, session)}}],
    }
