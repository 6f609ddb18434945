"""A live synthetic microscope keeps its clock's time, and loses frames that are not taken in time."""

import pytest

from capture.sources.synthetic import SyntheticMicroscope, read_settings
from capture.sources.synthetic_microscope.pace import Pace
from stream.errors import SourceError


class Clock:
    """A clock that moves only when someone sleeps or works."""

    def __init__(self) -> None:
        self.time_s = 1000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time_s

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time_s += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(10.0, clock.now, clock.sleep)


def test_frames_come_at_their_pace(clock: Clock, pace: Pace) -> None:
    assert [pace.wait(index) for index in range(6)] == list(range(6))
    assert clock.time_s - 1000.0 == pytest.approx(0.5)
    assert clock.slept == pytest.approx([0.1] * 5)


def test_frames_whose_time_passed_are_lost(clock: Clock, pace: Pace) -> None:
    assert pace.wait(0) == 0
    clock.time_s += 0.57
    assert pace.wait(1) == 5, "the newest frame, not the oldest that was missed"
    assert clock.slept == []
    assert pace.wait(6) == 6
    assert clock.time_s - 1000.0 == pytest.approx(0.6)


def test_the_clock_starts_with_the_first_frame(clock: Clock, pace: Pace) -> None:
    clock.time_s += 30.0
    assert pace.wait(0) == 0


def test_a_sleep_that_ends_early_is_continued(clock: Clock) -> None:
    pace = Pace(10.0, clock.now, lambda seconds: clock.sleep(max(seconds / 2, 1e-4)))
    pace.wait(0)
    assert pace.wait(1) == 1
    assert clock.time_s >= 1000.1


def test_a_live_microscope_follows_its_clock_to_the_end_and_cannot_seek(clock: Clock) -> None:
    source = SyntheticMicroscope(read_settings({"live": True, "fps": 10, "frames": 9}), clock.now, clock.sleep)
    taken = []
    for late in (0.0, 0.25, 0.0, 0.31, 0.0):
        clock.time_s += late
        grabbed = source.grab()
        assert grabbed is not None
        taken.append((grabbed.index, grabbed.time_s))
    assert taken == [(0, 0.0), (2, 0.2), (3, 0.3), (6, 0.6), (7, 0.7)]
    with pytest.raises(SourceError, match="cannot seek"):
        source.seek(3)
    clock.time_s += 60.0
    assert source.grab() is None, "it ends in time even when the last frames are lost"
