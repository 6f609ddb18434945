"""A queued outlet waits for its receiver in a thread of its own, and counts what the receiver did not take."""

import logging
import threading

import pytest

from stream.outlets.outlet import Outlet, Published, QueuedOutlet
from stream.protocol.bedside import AlarmsNow
from stream.protocol.frames import SourceInfo
from stream.protocol.readings import DensityReading, RegionOutline
from tests.contracts.outlet_contract import OutletContract
from tests.doubles.readings import START_NS, reading
from tests.running import eventually


class Keeping:
    """A sender that keeps what it is given."""

    def __init__(self) -> None:
        self.messages: list[Published] = []
        self.threads: set[str] = set()
        self.closed = 0

    def send(self, message: Published) -> None:
        self.messages.append(message)
        self.threads.add(threading.current_thread().name)

    def close(self) -> None:
        self.closed += 1
        self.threads.add(threading.current_thread().name)


class Hanging(Keeping):
    """A sender whose receiver never answers, until it is `released`."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def send(self, message: Published) -> None:
        self.released.wait()
        super().send(message)


class Refusing(Keeping):
    """A sender that has no connection."""

    def send(self, _message: Published) -> None:
        raise ConnectionRefusedError("there is no such machine")


class TestQueuedOutlet(OutletContract):
    def open(self) -> Outlet:
        self.sender = Keeping()
        return QueuedOutlet("test", self.sender)

    def received(self) -> list[int]:
        return [message.seq for message in self.sender.messages if isinstance(message, DensityReading)]

    def open_dead(self) -> Outlet:
        return QueuedOutlet("test", Hanging())


class TestQueuedOutletWithoutConnection(TestQueuedOutlet):
    def open_dead(self) -> Outlet:
        return QueuedOutlet("test", Refusing())


def test_only_what_is_published_is_sent_and_without_pictures_and_outlines() -> None:
    sender = Keeping()
    outlet = QueuedOutlet("test", sender)
    outlet.tell(AlarmsNow())
    outlet.tell(
        SourceInfo(source="clip", width=64, height=48, fps=25.0, frames_expected=4, live=False, started_ns=START_NS)
    )
    outlet.tell(reading(1, picture=b"jpeg", regions=(RegionOutline(b"", 0.5),), objects=()))
    outlet.close()
    assert sender.messages == [reading(1)]


def test_the_sender_is_used_and_closed_in_the_outlets_own_thread() -> None:
    sender = Keeping()
    outlet = QueuedOutlet("mine", sender)
    outlet.tell(reading(0))
    outlet.close()
    assert (sender.threads, sender.closed) == ({"outlet-mine"}, 1)


def test_every_message_that_is_not_sent_is_counted_once() -> None:
    outlet = QueuedOutlet("test", Refusing())
    for seq in range(20):
        outlet.tell(reading(seq))
    outlet.close()
    assert outlet.missed == 20


def test_a_dead_receiver_is_logged_with_its_reason_and_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        outlet = QueuedOutlet("mine", Refusing())
        for seq in range(500):
            outlet.tell(reading(seq))
        outlet.close()
    assert [record.getMessage() for record in caplog.records] == [
        f"outlet mine missed {count} of its messages so far: ConnectionRefusedError: there is no such machine"
        for count in (1, 10, 100)
    ]


def test_a_receiver_that_comes_back_after_the_end_is_sent_nothing_more() -> None:
    sender = Hanging()
    outlet = QueuedOutlet("test", sender)
    for seq in range(5):
        outlet.tell(reading(seq))
    outlet.close()
    sender.released.set()
    eventually(lambda: sender.closed == 1, "the sender is closed")
    assert sender.messages == [reading(0)], "the one that it was sending"


def test_upkeep_goes_on_in_the_outlets_thread_while_nothing_is_sent() -> None:
    threads: list[str] = []
    outlet = QueuedOutlet("mine", Keeping(), lambda: threads.append(threading.current_thread().name))
    eventually(lambda: len(threads) > 2, "it is called again and again")
    outlet.close()
    assert set(threads) == {"outlet-mine"}
