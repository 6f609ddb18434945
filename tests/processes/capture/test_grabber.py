"""The thread that reads the source tells everything that happens to it, and its end only once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from capture.clock import CaptureClock, CaptureTime
from capture.grabber import Broke, Ended, Grabbed, Grabber
from capture.pacing import Playback, Thinning
from stream.errors import FrameError, SourceError
from stream.protocol.contracts import Grab, Pixels
from stream.transport.frame_ring import Ring
from stream.transport.sockets import Inbox, new_context

HEIGHT, WIDTH = 144, 256


class Counting:
    """Frames 0, 1, 2 …, each filled with its number; `hurt` may raise before the frame of an index."""

    name, live = "counting", False
    fps: float | None = 30.0
    width, height = WIDTH, HEIGHT

    def __init__(self, count: int, hurt: Callable[[int], None] = lambda _index: None) -> None:
        self.frame_count: int | None = count
        self._count, self._hurt, self._next = count, hurt, 0

    def grab(self) -> Grab | None:
        self._hurt(self._next)
        if self._next >= self._count:
            return None
        self._next += 1
        return Grab(self._next - 1, str(self._next - 1), (self._next - 1) / 30, WIDTH, HEIGHT)

    def retrieve(self, out: Pixels) -> None:
        out[:] = self._next - 1

    def seek(self, index: int) -> None:
        self._next = index

    def close(self) -> None:
        pass


Make = Callable[..., Grabber]


@pytest.fixture
def ring(tmp_path: Path) -> Iterator[Ring]:
    ring = Ring.create(4, HEIGHT * WIDTH * 3, tmp_path)
    yield ring
    ring.close()


@pytest.fixture
def make(tmp_path: Path, ring: Ring) -> Iterator[Make]:
    context = new_context()
    inbox = Inbox(context, tmp_path, "capture-0", portable=False)
    made: list[Grabber] = []

    def make(source: Counting, max_fps: float = 0.0) -> Grabber:
        made.append(Grabber(source, ring, ring.path, inbox, Thinning(max_fps), Playback(0), CaptureClock()))
        return made[-1]

    yield make
    for grabber in made:
        grabber.stop(20)
    inbox.close()
    context.term()


def test_frames_come_in_the_slots_that_were_given_until_the_end(make: Make, ring: Ring) -> None:
    grabber = make(Counting(3))
    for slot in (2, 0, 3, 1):
        grabber.give(slot)
    grabber.start(0)
    items = [grabber.taken.get(timeout=20) for _ in range(4)]
    assert [(item.slot, item.grab.index) for item in items if isinstance(item, Grabbed)] == [(2, 0), (0, 1), (3, 2)]
    assert items[3] == Ended("")
    for item in items[:3]:
        assert isinstance(item, Grabbed)
        assert ring.holds(item.slot, item.generation)
        assert (ring.memory(item.slot, HEIGHT * WIDTH * 3) == item.grab.index).all()


def test_a_recording_at_a_bedside_is_thinned_by_its_own_time(make: Make) -> None:
    grabber = make(Counting(7), max_fps=10.0)
    for slot in range(4):
        grabber.give(slot)
    grabber.start(0)
    items = [grabber.taken.get(timeout=20) for _ in range(4)]
    assert [item.grab.index for item in items if isinstance(item, Grabbed)] == [0, 1, 3, 6], "every third, once begun"


def test_every_frame_knows_the_one_before(make: Make) -> None:
    grabber = make(Counting(2))
    grabber.give(0)
    grabber.give(1)
    grabber.start(0)
    first, second = grabber.taken.get(timeout=20), grabber.taken.get(timeout=20)
    assert isinstance(first, Grabbed)
    assert isinstance(second, Grabbed)
    assert first.previous is None
    assert second.previous is not None
    assert set(second.previous) == {0}
    assert second.previous == first.thumbnail != second.thumbnail


def test_a_recorded_frame_after_a_lost_one_is_compared_with_none(make: Make) -> None:
    class Gappy(Counting):
        def grab(self) -> Grab | None:
            grab = super().grab()
            return None if grab is None else replace(grab, lost_before=int(grab.index == 1))

    grabber = make(Gappy(3))
    for slot in range(3):
        grabber.give(slot)
    grabber.start(0)
    items = [grabber.taken.get(timeout=20) for _ in range(3)]
    assert [item.previous is None for item in items if isinstance(item, Grabbed)] == [True, True, False]


def test_a_resumed_run_knows_the_same_predecessor(make: Make) -> None:
    grabber = make(Counting(9))
    grabber.give(0)
    grabber.start(5)
    item = grabber.taken.get(timeout=20)
    assert isinstance(item, Grabbed)
    assert item.grab.index == 5
    assert item.previous is not None
    assert np.frombuffer(item.previous, np.uint8).mean() == 4


def test_a_recording_that_became_shorter_than_what_was_done_is_refused(make: Make) -> None:
    with pytest.raises(SourceError, match="same recording"):
        make(Counting(3)).start(5)


def test_a_source_that_breaks_ends_with_its_sentence(make: Make) -> None:
    def unplugged(index: int) -> None:
        if index == 1:
            raise SourceError("the camera was unplugged")

    grabber = make(Counting(3, unplugged))
    grabber.give(0)
    grabber.give(1)
    grabber.start(0)
    assert isinstance(grabber.taken.get(timeout=20), Grabbed)
    assert grabber.taken.get(timeout=20) == Ended("the camera was unplugged")


@pytest.mark.parametrize("mistake", [ValueError("a bug"), MemoryError("too large"), KeyError("x")])
def test_any_other_mistake_is_told_too_and_does_not_leave_the_run_waiting(make: Make, mistake: Exception) -> None:
    def broken(_index: int) -> None:
        raise mistake

    grabber = make(Counting(3, broken))
    grabber.give(0)
    grabber.start(0)
    assert grabber.taken.get(timeout=20) == Broke(mistake)


def test_a_frame_that_does_not_fit_the_ring_is_told(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Counting(3)
    monkeypatch.setattr(source, "grab", lambda: Grab(0, "0", 0.0, 4 * WIDTH, HEIGHT))
    grabber = make(source)
    grabber.give(0)
    grabber.start(0)
    assert isinstance(grabber.taken.get(timeout=20), Broke)


def test_a_frame_that_cannot_be_read_is_told_and_the_next_one_comes(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Counting(3)
    read = source.retrieve

    def damaged(out: Pixels) -> None:
        if source._next == 2:
            raise FrameError("it is damaged there")
        read(out)

    monkeypatch.setattr(source, "retrieve", damaged)
    grabber = make(source)
    for slot in range(3):
        grabber.give(slot)
    grabber.start(0)
    items = [grabber.taken.get(timeout=20) for _ in range(3)]
    found = [item for item in items if isinstance(item, Grabbed)]
    assert [item.unreadable for item in found] == ["", "it is damaged there", ""]
    assert [item.previous is None for item in found] == [True, False, True]


def test_slots_that_got_no_frame_are_given_back(make: Make) -> None:
    grabber = make(Counting(1))
    for slot in (2, 0, 3):
        grabber.give(slot)
    grabber.start(0)
    assert isinstance(grabber.taken.get(timeout=20), Grabbed)
    assert grabber.taken.get(timeout=20) == Ended("")
    assert sorted(grabber.unused()) == [0, 3]


class Ticking(CaptureClock):
    """A quarter of a second passes at each look, half a second with each frame: when it came, and when it is ready."""

    def __init__(self) -> None:
        self._now_ns = 0

    def now(self) -> CaptureTime:
        self._now_ns += 250_000_000
        return CaptureTime(self._now_ns, self._now_ns)


def test_a_live_picture_that_stays_the_same_is_frozen_after_a_while(tmp_path: Path, ring: Ring) -> None:
    source = Counting(9)
    source.live = True
    source.retrieve = lambda out: out.fill(7 if source._next < 8 else 9)  # type: ignore[method-assign]
    source.grab = stepping_back(source.grab)  # type: ignore[method-assign]
    context = new_context()
    inbox = Inbox(context, tmp_path, "capture-0", portable=False)
    grabber = Grabber(source, ring, ring.path, inbox, Thinning(0), Playback(0), Ticking())
    grabber.start(0)
    found = []
    for _ in range(9):
        grabber.give(0)
        item = grabber.taken.get(timeout=20)
        assert isinstance(item, Grabbed)
        found.append(item)
    grabber.stop(20)
    inbox.close()
    context.term()
    assert [item.frozen for item in found] == [False] * 4 + [True] * 3 + [False] * 2
    times = [item.grab.time_s for item in found]
    assert times == sorted(times), "a device's clock that is set back does not turn the time back"


def stepping_back(grab: Callable[[], Grab | None]) -> Callable[[], Grab | None]:
    """Return a device whose clock is set back after every third frame."""

    def stepped() -> Grab | None:
        found = grab()
        assert found is not None
        return Grab(found.index, found.name, found.index % 3, found.width, found.height)

    return stepped
