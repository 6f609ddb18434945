"""What clinical records call the measurements: a code system of the project's own, and identifiers that stay the same.

LOINC and SNOMED CT have no code for capillary density. The system is an object identifier that is unique without a
registry: below 2.25, made from a UUID (ITU-T X.667).
"""

import json
from dataclasses import dataclass
from typing import Final

SCHEME: Final = "99CAPSTREAM"
"""The system's name in HL7 v2: "99" and a name is a local system (table 0396)."""
CODES: Final = "urn:oid:2.25.91157211992156651864793381427228207708"
"""The same system's URI, in FHIR."""
READINGS: Final = f"{CODES}.1"
ALARMS: Final = f"{CODES}.2"
TRENDS: Final = f"{CODES}.3"
SESSIONS: Final = f"{CODES}.4"
DEVICES: Final = f"{CODES}.5"
MODELS: Final = f"{CODES}.6"


@dataclass(frozen=True, slots=True)
class Code:
    """A code of the system, and what people read."""

    code: str
    display: str


DENSITY: Final = Code("density", "Capillary density")
DENSITY_LOW: Final = Code("density-low", "Capillary density, lower end of the 90 % interval")
DENSITY_HIGH: Final = Code("density-high", "Capillary density, upper end of the 90 % interval")
DENSITY_INTERVAL: Final = Code("density-interval", "Capillary density, 90 % interval")
DENSITY_TREND: Final = Code("density-trend", "Capillary density, trend")
CAPILLARY_COUNT: Final = Code("capillary-count", "Number of capillaries")
QUALITY: Final = Code("quality", "Image quality")
QUALITY_REASONS: Final = Code("quality-reasons", "Why the image quality is not good")
MODEL: Final = Code("model", "Model that analysed the image")
ALARM: Final = Code("alarm", "Alarm of the capillary monitor")
ALARM_EVENT: Final = Code("alarm-event", "What happened to the alarm")
ALARM_PRIORITY: Final = Code("alarm-priority", "Priority of the alarm")
ALARM_STATE: Final = Code("alarm-state", "State of the alarm")
ALARM_CAUSE: Final = Code("alarm-cause", "Cause of the alarm")
ALARM_VALUE: Final = Code("alarm-value", "Value that the alarm is about")
ALARM_LIMIT: Final = Code("alarm-limit", "Limit of the alarm")
NO_VERDICT: Final = "failed"
"""The quality of a frame that could not be analysed."""


def joined(*identifiers: str) -> str:
    """Return identifiers as one text that no others give; empty if all are."""
    return json.dumps(identifiers) if any(identifiers) else ""
