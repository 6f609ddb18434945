"""Readings of a replay share commits, and nothing else waits for them."""

import time
from collections.abc import Callable

from stream.protocol.frames import Drop
from stream.protocol.messages import AnyMessage
from stream.sink.gathering import messages_of_turn
from tests.doubles.readings import reading


def inbox(*messages: tuple[float, AnyMessage]) -> Callable[[int], AnyMessage | None]:
    """Return what gives messages, each so many seconds after the one before, as a socket does."""
    coming = list(messages)

    def receive(wait_ms: int) -> AnyMessage | None:
        if not coming or coming[0][0] > wait_ms / 1000:
            time.sleep(wait_ms / 1000 if wait_ms < 1000 else 0)
            return None
        after_s, message = coming.pop(0)
        time.sleep(after_s)
        return message

    return receive


def seqs(receive: Callable[[int], AnyMessage | None], *, gather: bool) -> list[int]:
    return [getattr(message, "seq", -1) for message in messages_of_turn(receive, 1000, gather=gather)]


def test_a_reading_of_a_replay_waits_a_moment_for_a_few_more() -> None:
    receive = inbox(*((0.002, reading(seq)) for seq in range(9)))
    assert seqs(receive, gather=True) == [0, 1, 2, 3]


def test_what_is_there_already_is_taken_too() -> None:
    receive = inbox((0.5, reading(0)), *((0, reading(seq)) for seq in range(1, 9)))
    assert seqs(receive, gather=True) == list(range(9))


def test_a_reading_at_the_bedside_waits_for_none() -> None:
    receive = inbox((0.5, reading(0)), (0.002, reading(1)))
    assert seqs(receive, gather=False) == [0]


def test_a_reading_after_which_none_comes_is_not_kept_waiting() -> None:
    begun_s = time.monotonic()
    assert seqs(inbox((0, reading(0)), (1.0, reading(1))), gather=True) == [0]
    assert time.monotonic() - begun_s < 0.5


def test_what_is_no_reading_is_acted_on_at_once() -> None:
    assert seqs(inbox((0, Drop(seq=7, cause="overload")), (0.002, reading(8))), gather=True) == [7]
