"""A message of HL7 v2 says what was measured, how far it may be trusted, and of a person only what is configured."""

from typing import Any

import hl7
import pytest

from stream.outlets.clinical.hl7.encoding import decimal, hl7_time
from stream.outlets.clinical.hl7.hl7_settings import Hl7Settings
from stream.outlets.clinical.hl7.oru import control_id, oru
from stream.protocol.bedside import AlarmEvent
from stream.protocol.readings import DensityReading
from tests.doubles.readings import START_NS, failed, reading

NASTY = "A|B^C~D&E\\F\rG"


def message(told: DensityReading | AlarmEvent | None = None, **settings: Any) -> hl7.Message:
    text = oru(told or reading(3), Hl7Settings(host="h", **settings), START_NS + 1_500_000_000)
    return hl7.parse(text)


def results(parsed: hl7.Message) -> dict[str, hl7.Segment]:
    return {str(one(3)(0)(0)): one for one in parsed.segments("OBX")}


def alarm(**fields: Any) -> AlarmEvent:
    given: dict[str, Any] = {"session": "s", "source": "scope", "event": "raised", "t_ns": START_NS, "id": 2}
    return AlarmEvent(**given | {"kind": "low", "priority": "high", "value": 3.5, "limit": 4.0} | fields)


def test_a_good_reading_is_final_with_its_interval_count_quality_and_model() -> None:
    found = results(message())
    assert [str(found[code](5)) for code in ("density", "density-low", "density-high")] == ["12.5", "11.0", "14.0"]
    assert (str(found["capillary-count"](5)), str(found["capillary-count"](6))) == ("9", "1^1^UCUM")
    assert (str(found["quality"](5)), str(found["model"](5))) == ("good", "model-1")
    assert {str(one(11)) for one in found.values()} == {"F"}


def test_a_poor_reading_is_not_final_and_says_why() -> None:
    found = results(message(reading(3, quality="poor", quality_reasons=("too dark", "moved"))))
    assert (str(found["density"](5)), str(found["density"](11))) == ("12.5", "R")
    assert [str(one) for one in found["quality-reasons"](5)] == ["too dark", "moved"]


@pytest.mark.parametrize("told", [failed(3), reading(3, quality="unusable")])
def test_what_cannot_be_acted_on_has_no_number(told: DensityReading) -> None:
    parsed = message(told)
    found = results(parsed)
    assert (str(found["density"](5)), str(found["density"](8)), str(found["density"](11))) == ("", "NAV", "X")
    assert str(parsed["OBR.25"]) == "X"


def test_times_have_their_offset() -> None:
    parsed = message()
    assert str(parsed["MSH.7"]) == "20270115080001.5000+0000"
    assert str(results(parsed)["density"](14)) == "20270115080000.1200+0000" == hl7_time(reading(3).t_capture_ns)


def test_the_control_id_is_the_same_the_next_time_and_another_for_another_message() -> None:
    readings = [reading(seq) for seq in range(100)] + [reading(0, session="other")]
    alarms = [alarm(), alarm(event="ended"), alarm(id=3)]
    assert len({*map(control_id, readings), *map(control_id, alarms)}) == 104
    assert control_id(reading(5)) == control_id(reading(5, quality="poor"))
    assert len(control_id(reading(5))) <= 20


def test_without_identifiers_in_the_configuration_there_are_none() -> None:
    parsed = message()
    assert {str(segment(0)) for segment in parsed} == {"MSH", "OBR", "OBX"}
    assert [str(parsed[f"MSH.{number}"]) for number in (3, 4, 5, 6)] == [""] * 4
    assert str(parsed.segments("OBX")[0](14))
    assert len(parsed.segments("OBX")[0]) <= 19


def test_the_name_of_a_source_a_frame_or_a_file_is_not_in_a_message() -> None:
    told = failed(3, source="mueller", frame="mueller-anna", error="FileNotFoundError: /mueller/anna.png")
    assert "mueller" not in oru(told, Hl7Settings(host="h"), 0)


def test_no_identifier_can_be_taken_for_a_delimiter() -> None:
    parsed = message(patient_id=NASTY, sending_facility=NASTY, bed=NASTY, equipment_id=NASTY)
    for written in ("PID.3.1.1", "MSH.4", "PV1.3.1.3"):
        assert parsed[written] == NASTY
    assert str(parsed["PV1.2"]) == "U"
    assert parsed.unescape(str(parsed.segments("OBX")[0](18))) == NASTY


def test_numbers_are_whole_and_without_exponent() -> None:
    for number in (1e-7, 0.1 + 0.2, 100.0, 12.5, 9):
        assert "e" not in decimal(number)
        assert float(decimal(number)) == number


def test_an_alarm_is_a_message_of_its_own() -> None:
    found = results(message(alarm()))
    assert [str(found[code](5)) for code in ("alarm", "alarm-event", "alarm-priority")] == ["low", "raised", "high"]
    assert (str(found["alarm-value"](5)), str(found["alarm-value"](6)), str(found["alarm-value"](8))) == (
        "3.5",
        "%^%^UCUM",
        "L",
    )
    full_disk = results(message(alarm(kind="technical", cause="disk", value=80.0, limit=100.0)))
    assert str(full_disk["alarm-limit"](6)) == "MBy^MBy^UCUM"
    pause = results(message(alarm(id=None, kind=None, event="paused", value=None, limit=None)))
    assert str(pause["alarm"](5)) == "all"


def test_the_enhanced_mode_asks_for_the_answer_that_it_is_stored() -> None:
    assert [str(message(acknowledgement="enhanced")[f"MSH.{number}"]) for number in (15, 16)] == ["AL", "NE"]
    assert str(message(version="2.6")["MSH.12"]) == "2.6"
