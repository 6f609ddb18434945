"""What every sender of an outlet must do: subclass, start its receiver, say what it got, and the tests run."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from stream.delivery.delivery import Delivery
from stream.delivery.outlet_table import DeliverySettings
from stream.errors import ConfigError, StreamError
from stream.outlets.outlet import Sender, extras_of
from stream.outlets.selection import sender_of
from stream.protocol.outlets import OutletState
from stream.protocol.readings import DensityReading
from tests.doubles.outgoing_session import OutgoingSession
from tests.doubles.readings import reading
from tests.running import eventually

A_SECOND = 1.0


class SenderContract:
    """What is delivered arrives once, in order and whole; what cannot be delivered waits on disk."""

    NAME: ClassVar[str]
    """The outlet's name in the configuration."""

    @pytest.fixture(autouse=True)
    def own_folder(self, tmp_path: Path) -> Iterator[None]:
        self.folder = tmp_path
        self.session = OutgoingSession(tmp_path / "session")
        self.deliveries: list[Delivery] = []
        self.start_receiver()
        yield
        for delivery in self.deliveries:
            delivery.close()
        self.session.close()
        self.stop_receiver()

    def start_receiver(self) -> None:
        """Start the receiver, or start it again with what it had; it may keep files in `self.folder`."""
        raise NotImplementedError

    def stop_receiver(self) -> None:
        """Kill the receiver, as a power cut would. May be called twice."""
        raise NotImplementedError

    def settings(self) -> dict[str, Any]:
        """Return the outlet's table in the configuration, once the receiver was started."""
        raise NotImplementedError

    def received(self) -> list[int]:
        """Return the seqs of the readings that the receiver has, in order; what came twice with one id counts once."""
        raise NotImplementedError

    def same_number(self, given: DensityReading) -> bool:
        """Return whether the receiver has the density, the interval and the times of a reading, units included."""
        raise NotImplementedError

    def sender(self) -> Sender:
        return sender_of(self.NAME, self.settings())

    def deliver(self) -> Delivery:
        every = DeliverySettings(every_s=0.0, messages=("reading",))
        delivery = Delivery(self.NAME, self.sender(), every, [self.session.folder])
        self.deliveries.append(delivery)
        return delivery

    def state(self) -> OutletState:
        return self.deliveries[-1].state

    def test_readings_arrive_in_order_and_none_is_missed(self) -> None:
        self.session.add(*map(reading, range(20)))
        delivery = self.deliver()
        eventually(lambda: self.received() == list(range(20)), "all of them are there")
        eventually(lambda: self.state().condition == "connected" and self.state().waiting == 0, "and it says so")
        assert delivery.missed == 0

    def test_what_arrived_is_what_was_sent(self) -> None:
        given = reading(7, density_pct=4.25, density_low_pct=3.5, density_high_pct=5.125)
        self.session.add(given)
        self.deliver()
        eventually(lambda: self.received() == [7], "it is there")
        assert self.same_number(given)

    def test_nothing_is_lost_while_the_receiver_is_away(self) -> None:
        if not extras_of(self.sender()).acknowledged:
            return
        self.session.add(*map(reading, range(5)))
        delivery = self.deliver()
        eventually(lambda: self.received() == list(range(5)), "the first are there")
        self.stop_receiver()
        self.session.add(*map(reading, range(5, 12)))
        delivery.tell(reading(11))
        eventually(lambda: self.state().condition == "failing", "it says that nothing arrives")
        assert self.state().error
        self.start_receiver()
        eventually(lambda: self.received() == list(range(12)), "all of them are there")
        assert delivery.missed == 0

    def test_another_process_goes_on_where_the_last_one_was(self) -> None:
        if not extras_of(self.sender()).acknowledged:
            return
        self.session.add(*map(reading, range(4)))
        self.deliver()
        eventually(lambda: self.received() == list(range(4)), "the first are there")
        self.stop_receiver()
        self.deliveries.pop().close()
        self.session.add(*map(reading, range(4, 8)))
        self.start_receiver()
        self.deliver()
        eventually(lambda: self.received() == list(range(8)), "all of them are there")

    def test_a_receiver_that_is_away_does_not_hold_up_the_end(self) -> None:
        self.stop_receiver()
        self.session.add(*map(reading, range(20)))
        delivery = self.deliver()
        eventually(lambda: self.state().condition == "failing", "it says that nothing arrives")
        before_s = time.monotonic()
        delivery.close()
        assert time.monotonic() - before_s < 3 * A_SECOND

    def test_its_check_says_that_the_receiver_is_there(self) -> None:
        sentence = self.checked()
        assert sentence
        assert "\n" not in sentence
        assert self.received() == []

    def test_its_check_says_that_the_receiver_is_away(self) -> None:
        settings = self.settings()
        self.stop_receiver()
        with pytest.raises(StreamError) as caught:
            sender_of(self.NAME, settings).check()  # type: ignore[attr-defined]
        assert "\n" not in str(caught.value)
        assert "Traceback" not in str(caught.value)

    def test_a_setting_that_it_does_not_know_is_named(self) -> None:
        with pytest.raises(ConfigError, match="no_such_key"):
            sender_of(self.NAME, self.settings() | {"no_such_key": 1})

    def checked(self) -> str:
        sender = self.sender()
        try:
            said: str = sender.check()  # type: ignore[attr-defined]
        finally:
            sender.close()
        return said
