"""What every outlet must do: subclass, say how to open it and what its receiver got, and the tests run."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from stream.outlets.outlet import Outlet
from tests.doubles.readings import reading
from tests.running import eventually

MANY = 3000  # more than an outlet's queue and the buffers behind it hold
A_FEW_MS = 0.005


def slowest_s(tell: Callable[[int], None]) -> float:
    """Call `tell` with many seqs and return the time that 99 of 100 calls took at most: a busy machine may stop one."""
    took_s = []
    for seq in range(MANY):
        before_s = time.perf_counter()
        tell(seq)
        took_s.append(time.perf_counter() - before_s)
    return sorted(took_s)[round(0.99 * MANY)]


class OutletContract:
    """A receiver that takes everything gets everything in order; one that takes nothing delays nothing."""

    SEES_WHAT_IS_MISSED: ClassVar[bool] = True
    """False if the receiver's side loses messages without a sign, as a ZeroMQ PUB socket does."""

    @pytest.fixture(autouse=True)
    def own_folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def open(self) -> Outlet:
        """Return a fresh outlet whose receiver is there; it may keep files in `self.folder`."""
        raise NotImplementedError

    def received(self) -> list[int]:
        """Return the seqs of the readings that the receiver of that outlet got so far."""
        raise NotImplementedError

    def open_dead(self) -> Outlet:
        """Return an outlet whose receiver takes nothing."""
        raise NotImplementedError

    @pytest.fixture
    def outlet(self) -> Iterator[Outlet]:
        outlet = self.open()
        yield outlet
        outlet.close()

    @pytest.fixture
    def dead(self) -> Iterator[Outlet]:
        outlet = self.open_dead()
        yield outlet
        outlet.close()

    def test_readings_arrive_in_order_and_none_is_missed(self, outlet: Outlet) -> None:
        for seq in range(100):
            outlet.tell(reading(seq))
        eventually(lambda: self.received() == list(range(100)), "all of them are there")
        assert outlet.missed == 0

    def test_telling_it_takes_a_few_milliseconds_at_most(self, outlet: Outlet) -> None:
        assert slowest_s(lambda seq: outlet.tell(reading(seq))) < A_FEW_MS

    def test_a_dead_receiver_delays_nothing_and_what_it_missed_is_counted(self, dead: Outlet) -> None:
        assert slowest_s(lambda seq: dead.tell(reading(seq))) < A_FEW_MS
        if self.SEES_WHAT_IS_MISSED:
            eventually(lambda: dead.missed > 0, "it is counted")

    def test_the_last_messages_still_leave_when_it_is_closed(self, outlet: Outlet) -> None:
        for seq in range(10):
            outlet.tell(reading(seq))
        outlet.close()
        eventually(lambda: self.received() == list(range(10)), "all of them are there")

    def test_it_may_be_closed_twice_and_takes_nothing_afterwards(self, outlet: Outlet) -> None:
        outlet.tell(reading(0))
        outlet.close()
        outlet.close()
        outlet.tell(reading(1))
        eventually(lambda: self.received() == [0], "what came before it was closed is there")
        assert outlet.missed == 0

    def test_a_dead_receiver_does_not_hold_up_the_end(self, dead: Outlet) -> None:
        for seq in range(MANY):
            dead.tell(reading(seq))
        before_s = time.monotonic()
        dead.close()
        assert time.monotonic() - before_s < 3
