"""A live synthetic microscope keeps its clock's time, and loses frames that nobody takes."""

import pytest

from capture.sources.synthetic import SyntheticMicroscope, read_settings
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


def live(clock: Clock, **settings: object) -> SyntheticMicroscope:
    return SyntheticMicroscope(read_settings({"live": True, "fps": 10, **settings}), clock.now, clock.sleep)


def index(source: SyntheticMicroscope) -> int:
    grabbed = source.grab()
    assert grabbed is not None
    return grabbed.index


def test_frames_come_at_their_pace() -> None:
    clock = Clock()
    source = live(clock)
    assert [index(source) for _ in range(6)] == list(range(6))
    assert clock.time_s - 1000.0 == pytest.approx(0.5)
    assert clock.slept == pytest.approx([0.1] * 5)


def test_frames_whose_time_passed_are_lost() -> None:
    clock = Clock()
    source = live(clock)
    assert index(source) == 0
    clock.time_s += 0.57
    assert index(source) == 5, "the newest frame, not the oldest that was missed"
    assert clock.slept == []
    assert index(source) == 6
    assert clock.time_s - 1000.0 == pytest.approx(0.6)


def test_the_clock_starts_with_the_first_frame() -> None:
    clock = Clock()
    source = live(clock)
    clock.time_s += 30.0
    assert index(source) == 0


def test_it_ends_in_time_even_when_the_last_frames_are_lost() -> None:
    clock = Clock()
    source = live(clock, frames=5)
    assert index(source) == 0
    clock.time_s += 60.0
    assert source.grab() is None


def test_a_sleep_that_ends_early_is_continued() -> None:
    clock = Clock()
    source = SyntheticMicroscope(
        read_settings({"live": True, "fps": 10}), clock.now, lambda seconds: clock.sleep(max(seconds / 2, 1e-4))
    )
    index(source)
    assert index(source) == 1
    assert clock.time_s >= 1000.1


def test_a_live_one_cannot_seek() -> None:
    with pytest.raises(SourceError, match="cannot seek"):
        live(Clock()).seek(3)
