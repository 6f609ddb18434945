"""What capture says of a frame carries all that is known of it."""

from dataclasses import replace

import pytest

from capture.clock import CaptureTime
from capture.grabber import Grabbed
from capture.headers import failed_reading, header_of
from stream.errors import WireError
from stream.protocol.contracts import Grab

GRAB = Grab(index=4, name="plate-4", time_s=0.16, width=64, height=48, truth_density_pct=12.5)
GRABBED = Grabbed(slot=1, generation=2, grab=GRAB, time=CaptureTime(10, 20), previous=None, ring="/ring")


def test_a_header_and_the_reading_of_a_frame_that_is_given_up_carry_the_same_facts() -> None:
    header = header_of(GRABBED, source="s", seq=4, attempt=3, incarnation=0, picture=False)
    given_up = failed_reading(GRABBED, session="session", source="s", seq=4, deaths=3)
    assert header.facts() == given_up.facts()
    assert (header.frame, header.time_s, header.truth_density_pct, header.attempt) == ("plate-4", 0.16, 12.5, 3)
    assert {header.t_capture_ns, header.t_grab_monotonic_ns} == {10, 20}


@pytest.mark.parametrize("grab", [replace(GRAB, name="x" * 301), replace(GRAB, time_s=float("nan"))])
def test_a_frame_whose_facts_no_message_holds_is_an_error_whether_it_can_be_read_or_not(grab: Grab) -> None:
    grabbed = replace(GRABBED, grab=grab, unreadable="no pixels")
    with pytest.raises(WireError):
        header_of(grabbed, source="s", seq=4, attempt=1, incarnation=0, picture=False)
    with pytest.raises(WireError):
        failed_reading(grabbed, session="session", source="s", seq=4, deaths=0)
