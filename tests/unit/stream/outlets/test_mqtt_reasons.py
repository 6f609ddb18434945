"""A refusal of a broker says whether the message is at fault, or something that can be mended there."""

import pytest

from stream.errors import OutputError, RefusedMessageError
from stream.outlets.mqtt.reasons import connection_refused, publish_refused


@pytest.mark.parametrize("code", [0x95, 0x99])
def test_a_message_that_the_broker_will_never_take_is_given_up(code: int) -> None:
    assert isinstance(publish_refused(code, "name", "h:1"), RefusedMessageError)


@pytest.mark.parametrize("code", [0x80, 0x83, 0x87, 0x8B, 0x8E, 0x90, 0x97, 0x9B])
def test_what_can_be_mended_at_the_broker_lets_the_message_wait(code: int) -> None:
    assert isinstance(publish_refused(code, "Some name", "h:1"), OutputError)


@pytest.mark.parametrize(
    ("code", "says"), [(0x84, "no MQTT 5"), (0x86, '"password"'), (0x8E, '"client_id"'), (0x89, "server busy")]
)
def test_a_refused_connection_says_why_and_what_to_do(code: int, says: str) -> None:
    assert says in str(connection_refused(code, "Server busy", "h:1"))
