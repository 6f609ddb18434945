"""A source gives its frames through one place, which opens it again when it is live and was lost."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from capture.clock import CaptureClock
from capture.grabber import Ended, Grabbed
from capture.intake import SLOTS_AHEAD, Intake, Lost
from stream.errors import SourceError
from stream.protocol.contracts import FrameSource, Grab, Pixels
from stream.transport.frame_ring import Ring
from stream.transport.sockets import Inbox

HEIGHT, WIDTH = 144, 256


class Counting:
    """Frames 0, 1, 2 …; after `count` it ends, or breaks with `error`."""

    name, width, height = "counting", WIDTH, HEIGHT
    fps: float | None = 30.0
    frame_count: int | None = None

    def __init__(self, count: int, *, live: bool = False, error: Exception | None = None) -> None:
        self.live, self.closed = live, False
        self._count, self._error, self.grabbed = count, error, 0

    def grab(self) -> Grab | None:
        if self.grabbed >= self._count:
            if self._error is not None:
                raise self._error
            return None
        self.grabbed += 1
        return Grab(self.grabbed - 1, str(self.grabbed - 1), (self.grabbed - 1) / 30, WIDTH, HEIGHT)

    def retrieve(self, out: Pixels) -> None:
        out[:] = self.grabbed

    def seek(self, index: int) -> None:
        self.grabbed = index

    def close(self) -> None:
        self.closed = True


class UnreadInbox:
    """An inbox that is never read; also its own waker."""

    def waker(self) -> "UnreadInbox":
        return self

    def wake(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Ring]:
    ring = Ring.create(4, HEIGHT * WIDTH * 3, tmp_path)
    yield ring
    ring.close()


def missing() -> FrameSource:
    raise SourceError("the cable is out")


def intake_of(
    source: Counting, ring: Ring, open_again: Callable[[], FrameSource] = missing, *, replay: bool = False
) -> Intake:
    inbox = cast("Inbox", UnreadInbox())
    intake = Intake(source, open_again, inbox, CaptureClock(), replay=replay, speed=0.0, max_fps=0.0)
    intake.start(ring, ring.path, 0)
    return intake


def items_of(intake: Intake, until: type[Ended] | type[Lost]) -> list[Grabbed | Ended | Lost]:
    """Return everything that comes, up to the end or the loss."""
    items: list[Grabbed | Ended | Lost] = []
    slot = 0
    while not items or not isinstance(items[-1], until):
        if intake.wants_slot:
            intake.give(slot % 4)
            slot += 1
        items += intake.taken()
        time.sleep(0.001)
    return items


def until_reopened(intake: Intake) -> None:
    while not intake.reopened():
        time.sleep(0.001)


def test_frames_come_in_order_and_the_end_once(ring: Ring) -> None:
    intake = intake_of(Counting(5), ring)
    *frames, end = items_of(intake, Ended)
    assert [item.grab.index for item in frames if isinstance(item, Grabbed)] == [0, 1, 2, 3, 4]
    assert end == Ended("")
    assert list(intake.taken()) == []


def test_the_grabber_holds_no_more_slots_than_it_may(ring: Ring) -> None:
    intake = intake_of(Counting(0), ring)
    given = 0
    while intake.wants_slot:
        intake.give(given)
        given += 1
    assert given == SLOTS_AHEAD
    intake.stop()


def test_a_live_source_that_breaks_is_closed_and_opened_again(ring: Ring) -> None:
    broken, back = Counting(2, live=True, error=SourceError("the cable is out")), Counting(2, live=True)
    intake = intake_of(broken, ring, lambda: back)
    lost = items_of(intake, Lost)[-1]
    assert isinstance(lost, Lost)
    assert lost.reason == "the cable is out"
    assert broken.closed
    until_reopened(intake)
    assert intake.source is back
    assert intake.idle
    intake.start(ring, ring.path, 2)
    assert isinstance(items_of(intake, Ended)[-1], Ended)


def test_a_source_that_breaks_without_a_frame_is_looked_for_less_often(ring: Ring) -> None:
    opened: list[float] = []

    def open_again() -> FrameSource:
        opened.append(time.monotonic())
        return cast("FrameSource", Counting(0 if len(opened) < 3 else 9, live=True, error=SourceError("gone")))

    intake = intake_of(Counting(1, live=True, error=SourceError("gone")), ring, open_again)
    for _ in range(3):
        items_of(intake, Lost)
        until_reopened(intake)
        intake.start(ring, ring.path, 0)
    intake.stop()
    assert opened[1] - opened[0] > 0.3  # not at once: the one found before gave no frame
    assert opened[2] - opened[1] > opened[1] - opened[0]


def test_slots_that_got_no_frame_come_back_with_the_loss(ring: Ring) -> None:
    intake = intake_of(Counting(0, live=True, error=SourceError("the cable is out")), ring)
    intake.give(0)
    intake.give(1)
    items: list[Grabbed | Ended | Lost] = []
    while not items:
        items += intake.taken()
        time.sleep(0.001)
    (lost,) = items
    assert isinstance(lost, Lost)
    assert sorted(lost.unused) == [0, 1]
    intake.stop()


def test_a_recording_or_a_replay_that_breaks_has_ended(ring: Ring) -> None:
    for source, replay in (
        (Counting(1, error=SourceError("damaged")), False),
        (Counting(1, live=True, error=SourceError("damaged")), True),
    ):
        intake = intake_of(source, ring, replay=replay)
        assert items_of(intake, Ended)[-1] == Ended("damaged")
        assert not intake.idle


def test_an_unexpected_exception_is_raised_in_the_main_loop(ring: Ring) -> None:
    intake = intake_of(Counting(0, error=ZeroDivisionError()), ring)
    with pytest.raises(ZeroDivisionError):
        items_of(intake, Ended)


def test_an_unexpected_exception_of_opening_again_is_raised_too(ring: Ring) -> None:
    def broken() -> FrameSource:
        raise ZeroDivisionError

    intake = intake_of(Counting(0, live=True, error=SourceError("the cable is out")), ring, broken)
    items_of(intake, Lost)
    with pytest.raises(ZeroDivisionError):
        until_reopened(intake)


def test_only_a_live_source_that_is_open_can_be_in_trouble(ring: Ring) -> None:
    live, recording = Counting(9, live=True), Counting(9)
    for source, said in ((live, True), (recording, False)):
        intake = intake_of(source, ring)
        assert (intake.trouble() is not None) is said
        intake.stop()


def test_stopped_it_gives_what_it_had_taken(ring: Ring) -> None:
    source = Counting(9)
    intake = intake_of(source, ring)
    intake.give(0)
    intake.give(1)
    while source.grabbed < 2:
        time.sleep(0.001)
    assert [grabbed.grab.index for grabbed in intake.finish()] == [0, 1]
