"""After a stall, what comes in a burst is old: only the frame that none follows is of now."""

import itertools

import pytest

from capture.sources.network.backlog import Backlog
from capture.sources.network.newest import CameraFrame, Newest
from stream.errors import SourceError


def after(*intervals: float) -> list[float]:
    """Return how long each frame must wait, after a steady second of 25 frames."""
    backlog = Backlog()
    for number in range(25):
        assert backlog.wait_s(number / 25) == 0
    return [backlog.wait_s(24 / 25 + at) for at in itertools.accumulate(intervals)]


def test_frames_at_their_pace_wait_for_nothing() -> None:
    assert after(0.04, 0.01, 0.07, 0.3, 0.04) == [0, 0, 0, 0, 0]


def test_a_burst_after_a_stall_waits_until_it_ends() -> None:
    waits = after(2.0, 0.001, 0.001, 0.02, 0.039, 0.041)
    assert waits[:4] == pytest.approx([0.03] * 4)
    assert waits[4:] == [0, 0]


def test_a_camera_that_is_slow_by_nature_does_not_stall() -> None:
    backlog = Backlog()
    assert [backlog.wait_s(2.0 * number) for number in range(10)] == [0] * 10


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def picture(number: int) -> CameraFrame:
    return CameraFrame(number, 8, lambda _: None)


def test_a_newer_frame_takes_the_place_of_one_that_waits() -> None:
    newest = Newest(Clock())
    for number in range(3):
        newest.put(picture(number))
    taken = newest.take(0)
    assert taken is not None
    assert (taken.arrival.width, taken.lost_before) == (2, 2)
    assert newest.take(0) is None


def test_a_frame_of_a_burst_is_given_only_if_none_follows() -> None:
    clock = Clock()
    newest = Newest(clock)
    for number in range(10):
        clock.now_s = number / 25
        newest.put(picture(number))
        assert newest.take(0) is not None
    for number in (20, 21, 22):
        clock.now_s = 3 + number / 1000
        newest.put(picture(number))
        assert newest.take(0) is None
    clock.now_s += 0.031
    taken = newest.take(0)
    assert taken is not None
    assert (taken.arrival.width, taken.lost_before) == (22, 2)


def test_a_frame_that_waited_too_long_is_counted_and_not_given() -> None:
    clock = Clock()
    newest = Newest(clock)
    newest.put(picture(1))
    clock.now_s = 5.0
    assert newest.take(0) is None
    newest.put(picture(2))
    taken = newest.take(0)
    assert taken is not None
    assert (taken.arrival.width, taken.lost_before) == (2, 1)


def test_why_it_ended_is_said_after_the_last_frame() -> None:
    newest = Newest(Clock())
    newest.put(picture(1))
    newest.end(SourceError("gone"))
    assert newest.take(0) is not None
    with pytest.raises(SourceError, match="gone"):
        newest.take(0)
