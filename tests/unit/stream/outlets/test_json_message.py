"""What receivers outside are told in JSON: enough to act on, and nothing that may name a person or a file."""

import pytest

from stream.outlets.identity import identity
from stream.outlets.json_message import json_fields, rfc3339
from stream.outlets.outlet import Published
from stream.protocol.bedside import AlarmEvent, Marker
from stream.protocol.readings import RunStatus
from tests.doubles.readings import START_NS, failed, reading

ALARM = AlarmEvent(session="session", source="s", event="raised", t_ns=START_NS, id=1, kind="low", value=3.5)
MARKER = Marker(
    session="session", source="s", change="set", t_changed_ns=START_NS, id=1, kind="note", text="Mr X", seq=None,
    t_ns=START_NS,
)  # fmt: skip
STATUS = RunStatus(
    session="session", source="s", mode="live", state="good", notices=("disk of Mr X",), t_published_ns=START_NS
)
MESSAGES: list[Published] = [reading(0), failed(1, frame="Mr X", error="no file Mr X"), ALARM, MARKER, STATUS]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_what_may_name_a_person_or_a_file_is_left_out(message: Published) -> None:
    assert "Mr X" not in str(json_fields(message))


def test_the_text_of_a_marker_is_there_if_it_is_asked_for() -> None:
    assert json_fields(MARKER, marker_text=True)["text"] == "Mr X"


def test_a_moment_is_told_to_the_nanosecond() -> None:
    assert rfc3339(START_NS + 40_000_001) == "2027-01-15T08:00:00.040000001Z"
    assert json_fields(reading(1))["time"] == "2027-01-15T08:00:00.040000000Z"


def test_no_two_messages_have_one_identity_and_the_same_one_has_it_again() -> None:
    assert len({identity(message) for message in MESSAGES}) == len(MESSAGES)
    assert identity(reading(3)) == identity(reading(3, t_published_ns=5))
