"""One reading or one event of an alarm as an ORU^R01 (HL7 v2.5.1, 7.3.1). Pure.

OBX-11 says how far a number may be trusted: F (final) for a good frame; R (entered, not verified) for a poor one; X
(cannot be obtained), without a number, for one that is unusable or could not be analysed. OBX-8 says why there is none:
NAV, not available (IHE Devices, null flavours).
"""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from stream.outlets.clinical.clinical_codes import (
    ALARM,
    ALARM_CAUSE,
    ALARM_EVENT,
    ALARM_LIMIT,
    ALARM_PRIORITY,
    ALARM_STATE,
    ALARM_VALUE,
    CAPILLARY_COUNT,
    DENSITY,
    DENSITY_HIGH,
    DENSITY_LOW,
    MODEL,
    NO_VERDICT,
    QUALITY,
    QUALITY_REASONS,
    SCHEME,
    Code,
)
from stream.outlets.clinical.clinical_value import Trust, trust_in, ucum_unit
from stream.outlets.clinical.hl7.encoding import (
    ENCODING_CHARACTERS,
    SEGMENT_END,
    components,
    decimal,
    escaped,
    hl7_time,
    repeated,
    segment,
)
from stream.outlets.clinical.hl7.hl7_settings import Hl7Settings
from stream.outlets.identity import identity
from stream.protocol.bedside import AlarmEvent
from stream.protocol.readings import DensityReading

_LONGEST_ID: Final = 20  # MSH-10 in v2.5.1
_STATUS: Final[dict[Trust, str]] = {"final": "F", "not verified": "R", "no value": "X"}
_OUT_OF_RANGE: Final = {"low": "L", "high": "H"}  # table 0078


@dataclass(frozen=True, slots=True)
class _Observation:
    """An OBX segment without its number, time and device. value: ready for the wire."""

    code: Code
    kind: str
    value: str
    unit: str = ""
    flag: str = ""
    status: str = "F"


def control_id(message: DensityReading | AlarmEvent) -> str:
    """Return MSH-10: the same whenever the message is sent again, of 100 bits, so that no two are alike by chance."""
    digest = hashlib.sha256(identity(message).encode()).digest()
    return base64.b32encode(digest).decode()[:_LONGEST_ID]


def oru(message: DensityReading | AlarmEvent, settings: Hl7Settings, now_ns: int) -> str:
    """Return the whole message. now_ns: the time of MSH-7, since 1970 UTC."""
    if isinstance(message, DensityReading):
        code, t_ns, observations = DENSITY, message.t_capture_ns, list(_of_reading(message))
    else:
        code, t_ns, observations = ALARM, message.t_ns, list(_of_alarm(message))
    request = {
        1: "1",
        3: components(control_id(message)),
        4: _coded(code),
        7: hl7_time(t_ns),
        22: hl7_time(t_ns),
        25: observations[0].status,
    }
    return "".join(
        line + SEGMENT_END
        for line in (
            _header(control_id(message), settings, now_ns),
            *_patient(settings),
            segment("OBR", request),
            *(_result(number, one, t_ns, settings) for number, one in enumerate(observations, 1)),
        )
    )


def _header(control: str, settings: Hl7Settings, now_ns: int) -> str:
    enhanced = settings.acknowledgement == "enhanced"
    fields = {
        2: escaped(settings.sending_application),
        3: escaped(settings.sending_facility),
        4: escaped(settings.receiving_application),
        5: escaped(settings.receiving_facility),
        6: hl7_time(now_ns),
        8: "ORU^R01^ORU_R01",
        9: control,
        10: settings.processing_id,
        11: settings.version,
        14: "AL" if enhanced else "",  # an answer when it is stored
        15: "NE" if enhanced else "",  # none when it is processed
        17: "UNICODE UTF-8",
    }
    return segment("MSH", {1: ENCODING_CHARACTERS} | fields)  # MSH-1 is the delimiter itself: all numbers are one less


def _patient(settings: Hl7Settings) -> Iterator[str]:
    """Yield PID and PV1, each if the configuration says anything for it."""
    if settings.patient_id:
        identifier = components(settings.patient_id, "", "", settings.patient_id_authority, settings.patient_id_type)
        yield segment("PID", {1: "1", 3: identifier, 5: "^^^^^^U"})  # the name is required: of type unspecified
    place = components(settings.point_of_care, settings.room, settings.bed)
    if place or settings.visit_number:
        yield segment(
            "PV1", {1: "1", 2: escaped(settings.patient_class), 3: place, 19: components(settings.visit_number)}
        )


def _of_reading(reading: DensityReading) -> Iterator[_Observation]:
    trust = trust_in(reading)
    for code, value, unit in (
        (DENSITY, reading.density_pct, "%"),
        (DENSITY_LOW, reading.density_low_pct, "%"),
        (DENSITY_HIGH, reading.density_high_pct, "%"),
        (CAPILLARY_COUNT, reading.capillary_count, "1"),
    ):
        if trust == "no value" or value is None:
            yield _Observation(code, "NM", "", unit, "NAV", _STATUS["no value"])
        else:
            yield _Observation(code, "NM", decimal(value), unit, status=_STATUS[trust])
    yield _Observation(QUALITY, "ST", reading.quality or NO_VERDICT)
    if reading.quality_reasons:
        yield _Observation(QUALITY_REASONS, "ST", repeated(reading.quality_reasons))
    if reading.model_id:
        yield _Observation(MODEL, "ST", escaped(reading.model_id))


def _of_alarm(alarm: AlarmEvent) -> Iterator[_Observation]:
    yield _Observation(ALARM, "ST", alarm.kind or "all")
    yield _Observation(ALARM_EVENT, "ST", alarm.event)
    for code, text in ((ALARM_PRIORITY, alarm.priority), (ALARM_STATE, alarm.state), (ALARM_CAUSE, alarm.cause)):
        if text:
            yield _Observation(code, "ST", escaped(text))
    flag = _OUT_OF_RANGE.get(alarm.kind or "", "")
    if alarm.value is not None:
        yield _Observation(ALARM_VALUE, "NM", decimal(alarm.value), ucum_unit(alarm), flag)
    if alarm.limit is not None:
        yield _Observation(ALARM_LIMIT, "NM", decimal(alarm.limit), ucum_unit(alarm))


def _result(number: int, one: _Observation, t_ns: int, settings: Hl7Settings) -> str:
    fields = {
        1: str(number),
        2: one.kind,
        3: _coded(one.code),
        5: one.value,
        6: components(one.unit, one.unit, "UCUM") if one.unit else "",
        8: one.flag,
        11: one.status,
        14: hl7_time(t_ns),
        18: components(settings.equipment_id, settings.equipment_authority),
    }
    return segment("OBX", fields)


def _coded(code: Code) -> str:
    return components(code.code, code.display, SCHEME)
