"""A delivery keeps within its limits, loses nothing of a session for another, and passes what is damaged."""

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stream.delivery.delivery import Delivery
from stream.delivery.process import now
from stream.session.store import FILE_NAME
from tests.doubles.outgoing_session import OutgoingSession
from tests.doubles.outlet_receiver import Receiver
from tests.doubles.readings import reading
from tests.running import eventually

Open = Callable[..., Delivery]


@pytest.fixture
def later(tmp_path: Path) -> Iterator[OutgoingSession]:
    session = OutgoingSession(tmp_path / "two")
    yield session
    session.close()


def test_what_an_earlier_session_has_delivered_is_not_forgotten_in_this_one(
    receiver: Receiver, session: OutgoingSession, later: OutgoingSession, start: Open
) -> None:
    session.add(*map(reading, range(5)))
    later.add(*map(reading, range(10, 13)))
    receiver.awaited = 3  # of the earlier session
    delivery = start(session.folder, later.folder)
    eventually(lambda: receiver.seqs == [0, 1, 2], "it is at the earlier session")
    assert delivery.settled == 0
    later.forget(now([delivery]).settled or 0)
    receiver.awaited = 100
    eventually(lambda: receiver.seqs == [0, 1, 2, 3, 4, 10, 11, 12], "both sessions are there")
    eventually(lambda: delivery.settled == 3, "now it is of this session")


def test_the_limit_holds_while_the_receiver_is_away(receiver: Receiver, session: OutgoingSession, start: Open) -> None:
    receiver.away = True
    session.add(*map(reading, range(10)))
    delivery = start(session.folder, most_waiting=10)
    eventually(lambda: delivery.state.condition == "failing", "nothing arrives")
    session.add(*map(reading, range(10, 30)))
    eventually(lambda: (delivery.state.waiting, delivery.state.given_up) == (10, 20), "the oldest are given up")
    assert delivery.settled == 20
    receiver.away = False
    eventually(lambda: receiver.seqs == list(range(20, 30)), "the newest are there")


def test_a_reading_of_a_period_waits_until_the_receiver_is_back(
    receiver: Receiver, session: OutgoingSession, start: Open
) -> None:
    receiver.away = True
    session.add(*map(reading, range(75)))  # 3 s
    delivery = start(session.folder, every_s=1.0)
    eventually(lambda: delivery.state.condition == "failing", "nothing arrives")
    receiver.away = False
    eventually(lambda: receiver.seqs == [0, 25, 50], "one of each period is there")


def damage(folder: Path, n: int) -> None:
    with contextlib.closing(sqlite3.connect(folder / FILE_NAME)) as database, database:
        database.execute("UPDATE outgoing SET message = ? WHERE n = ?", (b"\xc1", n))


def test_a_damaged_message_is_given_up_and_the_next_ones_follow(
    receiver: Receiver, session: OutgoingSession, start: Open
) -> None:
    session.add(*map(reading, range(4)))
    damage(session.folder, 2)
    delivery = start(session.folder)
    eventually(lambda: receiver.seqs == [0, 2, 3], "the others are there")
    assert delivery.state.given_up == 1


@pytest.mark.parametrize("content", [None, b"no database"], ids=["it is gone", "it is damaged"])
def test_an_earlier_session_that_cannot_be_read_does_not_hold_up_this_one(
    receiver: Receiver, later: OutgoingSession, start: Open, tmp_path: Path, content: bytes | None
) -> None:
    gone = tmp_path / "gone"
    if content is not None:
        gone.mkdir()
        (gone / FILE_NAME).write_bytes(content)
    later.add(reading(7))
    start(gone, later.folder)
    eventually(lambda: receiver.seqs == [7], "this one is delivered")


def test_many_refused_messages_do_not_fill_the_log(
    receiver: Receiver, session: OutgoingSession, start: Open, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.refused = set(range(100))
    session.add(*map(reading, range(101)))
    with caplog.at_level(logging.WARNING, "capillary.delivery"):
        delivery = start(session.folder)
        eventually(lambda: receiver.seqs == [100], "the last one is there")
    assert delivery.state.given_up == 100
    assert len([line for line in caplog.messages if "refused" in line]) == 3  # the 1st, the 10th, the 100th


def test_without_an_outlet_that_acknowledges_nothing_waits_on_disk(session: OutgoingSession) -> None:
    session.add(*map(reading, range(3)))
    session.forget(now([]).settled)
    assert session.kept() == []
