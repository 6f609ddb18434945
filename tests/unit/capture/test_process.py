"""How large a ring capture asks for."""

import pytest

from capture.process import slots_for
from stream.protocol.frames import RingNeeded
from stream.protocol.wire import checked


@pytest.mark.parametrize(("workers", "credit", "slots"), [(1, 1, 9), (4, 2, 16), (246, 2, 500), (400, 2, 500)])
def test_the_ring_grows_with_the_workers_up_to_what_the_message_to_the_supervisor_holds(
    workers: int, credit: int, slots: int
) -> None:
    assert slots_for(workers, credit) == slots
    checked(RingNeeded(slots=slots, slot_bytes=1))
