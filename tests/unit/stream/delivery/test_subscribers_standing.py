"""The subscribers' socket is connected while there is a subscriber, idle without one, failing if it cannot send."""

from stream.delivery.subscribers_standing import SubscribersStanding
from stream.protocol.outlets import OutletState


def test_the_time_since_when_there_are_subscribers_stays_while_their_number_changes() -> None:
    standing, sending = SubscribersStanding(guarded=True), OutletState(name="publish", condition="connected")
    assert standing.state(sending, 0, 5).condition == "idle"
    first, second = standing.state(sending, 1, 10), standing.state(sending, 2, 20)
    assert (first.condition, first.since_ns, first.detail) == ("connected", 10, "1 subscriber, encrypted")
    assert (second.condition, second.since_ns, second.detail) == ("connected", 10, "2 subscribers, encrypted")
    assert standing.state(sending, 0, 30).since_ns == 30


def test_a_socket_that_cannot_send_says_why() -> None:
    failing = OutletState(name="publish", condition="failing", error="all subscribers are disconnected", since_ns=3)
    state = SubscribersStanding(guarded=False).state(failing, 0, 5)
    assert (state.condition, state.error, state.detail) == ("failing", failing.error, "0 subscribers, not encrypted")
