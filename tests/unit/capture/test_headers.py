"""What capture says of a frame carries all that is known of it."""

from capture.clock import CaptureTime
from capture.grabber import Grabbed
from capture.headers import failed_reading, header_of
from stream.protocol.contracts import Grab
from stream.protocol.wire import checked

GRAB = Grab(index=4, name="plate-4", time_s=0.16, width=64, height=48, truth_density_pct=12.5)
GRABBED = Grabbed(slot=1, generation=2, grab=GRAB, time=CaptureTime(10, 20), previous=None, ring="/ring")


def test_a_header_and_the_reading_of_a_frame_that_is_given_up_carry_the_same_facts() -> None:
    header = header_of(GRABBED, source="s", seq=4, attempt=3, incarnation=0, picture=False)
    given_up = failed_reading(GRABBED, session="session", source="s", seq=4, deaths=3)
    assert header.facts() == given_up.facts()
    assert (header.frame, header.time_s, header.truth_density_pct, header.attempt) == ("plate-4", 0.16, 12.5, 3)
    assert {header.t_capture_ns, header.t_grab_monotonic_ns} == {10, 20}
    assert checked(given_up) is given_up
