"""Every resource is one of its release, says how far a number may be trusted, and names a person only if configured."""

import json
import re
from typing import Any, get_args

import pytest

from stream.outlets.clinical.fhir.elements import Resource
from stream.outlets.clinical.fhir.fhir_sender import bundle_of
from stream.outlets.clinical.fhir.fhir_settings import FhirSettings, Release
from stream.outlets.clinical.fhir.trend import SampledTrend, TrendBook
from stream.protocol.bedside import AlarmEvent
from stream.protocol.readings import DensityReading
from tests.doubles.clinical.fhir_server import validated
from tests.doubles.readings import START_NS, failed, reading

IDENTIFIED: dict[str, Any] = {
    "patient_id": "0012345",
    "patient_id_system": "urn:oid:1.2.3",
    "encounter": "Encounter/e1",
    "device_id": "SCOPE-3",
    "device_id_system": "urn:oid:1.2.4",
}
TREND = SampledTrend("s", START_NS, 10_000_000_000, (6.25, None, 7.0))
ALARM = AlarmEvent(
    session="s", source="s", event="raised", t_ns=START_NS, id=1, kind="low", priority="high", value=3.5, limit=4.0
)


def bundle(told: DensityReading | AlarmEvent, completed: SampledTrend | None = None, **settings: Any) -> Resource:
    given = FhirSettings(**{"url": "https://h/fhir"} | settings)
    return bundle_of(told, given, START_NS + 10**9, completed, introduce=True)


def observation(told: DensityReading | AlarmEvent, **settings: Any) -> Resource:
    found: Resource = bundle(told, **settings)["entry"][1]["resource"]
    return found


@pytest.mark.parametrize("release", get_args(Release))
@pytest.mark.parametrize("settings", [{}, IDENTIFIED])
@pytest.mark.parametrize(
    "told",
    [
        reading(3),
        reading(3, quality="poor", quality_reasons=("too dark", "moved"), density_low_pct=None),
        reading(3, quality="unusable", model_id=""),
        failed(3),
        ALARM,
        AlarmEvent(session="s", source="s", event="paused", t_ns=START_NS),
    ],
)
def test_each_is_a_resource_of_its_release(told: Any, settings: dict[str, Any], release: str) -> None:
    sent = bundle(told, TREND, release=release, **settings)
    validated(sent, release)
    for entry in sent["entry"]:
        validated(entry["resource"], release)
    named = set(re.findall(r"urn:uuid:[0-9a-f-]+", json.dumps([entry["resource"] for entry in sent["entry"]])))
    assert named <= {entry["fullUrl"] for entry in sent["entry"]}


@pytest.mark.parametrize("release", get_args(Release))
def test_what_is_no_resource_of_its_release_would_be_noticed(release: str) -> None:
    other = {"R4": "R5", "R5": "R4"}[release]
    for entry in bundle(reading(3), TREND, release=other)["entry"][:2]:
        with pytest.raises(ValueError, match="validation error"):
            validated(entry["resource"], release)


def test_a_good_reading_is_final_and_a_poor_one_is_not() -> None:
    assert observation(reading(3))["status"] == "final"
    poor = observation(reading(3, quality="poor", quality_reasons=("too dark",)))
    assert (poor["status"], poor["valueQuantity"]["value"]) == ("preliminary", 12.5)
    assert poor["note"] == [{"text": "too dark"}]
    assert poor["method"]["text"] == "model-1"


@pytest.mark.parametrize(("told", "why"), [(failed(3), "error"), (reading(3, quality="unusable"), "unknown")])
def test_what_cannot_be_acted_on_has_no_number(told: DensityReading, why: str) -> None:
    found = observation(told)
    assert (found["status"], found["dataAbsentReason"]["coding"][0]["code"]) == ("cancelled", why)
    assert "valueQuantity" not in found
    assert [part["code"]["coding"][0]["code"] for part in found["component"]] == ["quality"]


def test_what_is_sent_again_is_the_same_and_made_once() -> None:
    assert bundle(reading(3)) == bundle(reading(3))
    conditions = [entry["request"]["ifNoneExist"] for entry in bundle(reading(3), TREND)["entry"]]
    assert len(set(conditions)) == 4
    assert conditions[2].endswith("|session/3")
    assert conditions[3].startswith("_tag=")


def test_without_identifiers_in_the_configuration_there_are_none() -> None:
    told = failed(3, source="mueller", frame="mueller-anna", error="FileNotFoundError: /mueller/anna.png")
    sent = json.dumps(bundle(told))
    for absent in ("subject", "encounter", "mueller"):
        assert absent not in sent
    named = bundle(reading(3), **IDENTIFIED)
    assert named["entry"][1]["resource"]["subject"]["identifier"] == {"system": "urn:oid:1.2.3", "value": "0012345"}
    assert observation(reading(3), patient="Patient/p1")["subject"] == {"reference": "Patient/p1"}
    assert "0012345" not in json.dumps([entry["request"] for entry in named["entry"]])


def test_an_alarm_has_its_value_limit_and_direction() -> None:
    found = observation(ALARM)
    numbers = [part["valueQuantity"] for part in found["component"] if "valueQuantity" in part]
    assert [(number["value"], number["code"]) for number in numbers] == [(3.5, "%"), (4.0, "%")]
    assert found["interpretation"][0]["coding"][0]["code"] == "L"


def test_a_trend_has_one_value_per_step_and_says_which_are_missing() -> None:
    sampled = bundle(reading(3), TREND)["entry"][1]["resource"]
    assert sampled["valueSampledData"]["data"] == "6.25 E 7.0"
    assert sampled["valueSampledData"]["period"] == 10_000
    assert sampled["effectivePeriod"] == {"start": "2027-01-15T08:00:00.000000Z", "end": "2027-01-15T08:00:30.000000Z"}


def test_a_trend_is_of_the_first_good_reading_of_each_step() -> None:
    book = TrendBook(60, 10)
    given: list[tuple[int, dict[str, Any]]] = [
        (20, {"quality": "poor"}),
        (22, {"density_pct": 5.0}),
        (23, {"density_pct": 9.0}),
        (45, {}),
    ]
    for seq, (second, fields) in enumerate(given):
        told = reading(seq, t_capture_ns=START_NS + second * 10**9, **fields)
        assert book.completed_by(told) is None
        book.take(told)
    after = reading(9, t_capture_ns=START_NS + 61 * 10**9)
    completed = book.completed_by(after)
    assert completed == book.completed_by(after)
    assert completed == SampledTrend("session", START_NS + 20 * 10**9, 10 * 10**9, (5.0, None, 12.5))
    book.take(after)
    assert book.completed_by(reading(10, t_capture_ns=START_NS + 62 * 10**9)) is None
    assert book.completed_by(reading(0, session="other")) is not None


def test_no_trend_is_collected_unless_it_is_asked_for() -> None:
    book = TrendBook(0, 10)
    book.take(reading(0))
    assert book.completed_by(reading(1, session="other")) is None
