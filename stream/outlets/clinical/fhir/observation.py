"""Readings, alarms and trends as Observations (FHIR R4 and R5, which differ in the trend alone). Pure.

Observation.status says how far a number may be trusted: final for a good frame, preliminary (unverified) for a poor
one, cancelled, without a number, for one that is unusable or could not be analysed.
"""

from typing import Final

from stream.outlets.clinical.clinical_codes import (
    ALARM,
    ALARM_CAUSE,
    ALARM_EVENT,
    ALARM_LIMIT,
    ALARM_PRIORITY,
    ALARM_STATE,
    ALARM_VALUE,
    ALARMS,
    CAPILLARY_COUNT,
    DENSITY,
    DENSITY_INTERVAL,
    DENSITY_TREND,
    MODELS,
    NO_VERDICT,
    QUALITY,
    READINGS,
    SESSIONS,
    TRENDS,
    Code,
)
from stream.outlets.clinical.clinical_value import Trust, trust_in, ucum_unit
from stream.outlets.clinical.fhir.elements import (
    Resource,
    component,
    concept,
    identifier,
    instant,
    quantity,
    standard,
    word,
)
from stream.outlets.clinical.fhir.fhir_settings import FhirSettings
from stream.outlets.clinical.fhir.trend import SampledTrend
from stream.outlets.identity import identity
from stream.protocol.bedside import AlarmEvent
from stream.protocol.readings import DensityReading

_STATUS: Final[dict[Trust, str]] = {"final": "final", "not verified": "preliminary", "no value": "cancelled"}
_OUT_OF_RANGE: Final = {"low": "L", "high": "H"}


def of_reading(reading: DensityReading, settings: FhirSettings, device: str) -> Resource:
    """Return the Observation of a reading. device: reference to the Device that made it."""
    trust = trust_in(reading)
    known = _measured(reading) if trust != "no value" else {"dataAbsentReason": _absent(reading)}
    method = {"coding": [{"system": MODELS, "code": reading.model_id}], "text": reading.model_id}
    components = [
        *known.pop("component", ()),
        component(QUALITY, valueCodeableConcept=word(reading.quality or NO_VERDICT)),
    ]
    return (
        _observation(DENSITY, READINGS, identity(reading), reading.session, settings)
        | {"status": _STATUS[trust], "effectiveDateTime": instant(reading.t_capture_ns)}
        | known
        | ({"note": [{"text": reason} for reason in reading.quality_reasons]} if reading.quality_reasons else {})
        | ({"method": method} if reading.model_id else {})
        | {"device": {"reference": device}, "component": components}
    )


def of_alarm(alarm: AlarmEvent, settings: FhirSettings, device: str) -> Resource:
    """Return the Observation of an event of an alarm."""
    texts = ((ALARM_PRIORITY, alarm.priority), (ALARM_STATE, alarm.state), (ALARM_CAUSE, alarm.cause))
    numbers = ((ALARM_VALUE, alarm.value), (ALARM_LIMIT, alarm.limit))
    flag = _OUT_OF_RANGE.get(alarm.kind or "")
    return (
        _observation(ALARM, ALARMS, identity(alarm), alarm.session, settings)
        | {
            "status": "final",
            "effectiveDateTime": instant(alarm.t_ns),
            "valueCodeableConcept": word(alarm.kind or "all"),
            "device": {"reference": device},
            "component": [
                component(ALARM_EVENT, valueCodeableConcept=word(alarm.event)),
                *(component(code, valueCodeableConcept=word(text)) for code, text in texts if text),
                *(
                    component(code, valueQuantity=quantity(number, ucum_unit(alarm)))
                    for code, number in numbers
                    if number is not None
                ),
            ],
        }
        | ({"interpretation": [standard("v3-ObservationInterpretation", flag)]} if flag else {})
    )


def of_trend(trend: SampledTrend, settings: FhirSettings, device: str) -> Resource:
    """Return the Observation of a trend: SampledData, with "E" at each step that had no good reading."""
    step_ms = trend.step_ns / 1e6
    step = {"interval": step_ms, "intervalUnit": "ms"} if settings.release == "R5" else {"period": step_ms}
    name = f"{trend.session}/{trend.start_ns // trend.step_ns}/{trend.step_ns}"
    return _observation(DENSITY_TREND, TRENDS, name, trend.session, settings) | {
        "status": "final",
        "effectivePeriod": {"start": instant(trend.start_ns), "end": instant(trend.end_ns)},
        "valueSampledData": {"origin": quantity(0, "%")}
        | step
        | {"dimensions": 1, "data": " ".join("E" if value is None else repr(value) for value in trend.values)},
        "device": {"reference": device},
    }


def _observation(code: Code, system: str, name: str, session: str, settings: FhirSettings) -> Resource:
    """Return what all Observations have."""
    return {
        "resourceType": "Observation",
        "meta": {"tag": [{"system": SESSIONS, "code": session}]},
        "identifier": [identifier(system, name)],
        "category": [standard("observation-category", "imaging")],
        "code": concept(code),
    } | _whose(settings)


def _whose(settings: FhirSettings) -> Resource:
    """Return subject and encounter, as far as the configuration names them."""
    if settings.patient:
        subject: Resource = {"reference": settings.patient}
    else:
        subject = {"type": "Patient", "identifier": identifier(settings.patient_id_system, settings.patient_id)}
    return ({"subject": subject} if settings.patient or settings.patient_id else {}) | (
        {"encounter": {"reference": settings.encounter}} if settings.encounter else {}
    )


def _measured(reading: DensityReading) -> Resource:
    """Return value, interval and count of a reading that has them."""
    assert reading.density_pct is not None
    low, high, count = reading.density_low_pct, reading.density_high_pct, reading.capillary_count
    ends = {name: quantity(end, "%") for name, end in (("low", low), ("high", high)) if end is not None}
    components = [component(DENSITY_INTERVAL, valueRange=ends)] if ends else []
    if count is not None:
        components.append(component(CAPILLARY_COUNT, valueInteger=count))
    return {"valueQuantity": quantity(reading.density_pct, "%"), "component": components}


def _absent(reading: DensityReading) -> Resource:
    """Return why there is no value: an error if the frame could not be analysed, else that it is not known."""
    return standard("data-absent-reason", "error" if reading.status == "failed" else "unknown")
