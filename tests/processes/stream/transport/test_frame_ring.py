"""Frames in shared memory: whole, in other processes too, and a clear word where there is no room."""

import errno
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.errors import RingError
from stream.machine.processes import LINUX
from stream.transport.frame_ring import Ring
from tests.doubles import ring_peer

HEIGHT, WIDTH = 24, 32
FRAME = HEIGHT * WIDTH * 3


@pytest.fixture(params=[False, True], ids=["linux", "portable"])
def ring(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ring]:
    if not request.param and not LINUX:
        pytest.skip("memfd is of Linux")
    ring = Ring.create(4, FRAME, tmp_path, portable=request.param)
    yield ring
    ring.close()


def write(ring: Ring, slot: int, value: int) -> int:
    ring.begin(slot)
    ring.memory(slot, FRAME)[:] = value
    return ring.finish(slot)


def in_another_process(target: Callable[..., None], *args: object) -> int | None:
    process = multiprocessing.get_context("spawn").Process(target=target, args=args)
    process.start()
    process.join(30)
    assert process.exitcode is not None, "it did not end in time"
    return process.exitcode


def test_pixels_come_back_as_written_slot_by_slot(ring: Ring) -> None:
    for slot in range(ring.slots):
        write(ring, slot, slot + 1)
    for slot in range(ring.slots):
        assert (ring.memory(slot, FRAME) == slot + 1).all()


def test_another_process_sees_the_pixels_and_cannot_write_them(ring: Ring) -> None:
    generation = write(ring, 2, 77)
    assert in_another_process(ring_peer.expect, ring.path, 2, generation, (HEIGHT, WIDTH), 77) == 0


def test_another_process_writes_what_the_owner_sees(ring: Ring) -> None:
    assert in_another_process(ring_peer.write, ring.path, 1, (HEIGHT, WIDTH), 55) == 0
    assert ring.captured == 1
    assert ring.holds(1, 2)
    assert (ring.memory(1, FRAME) == 55).all()


def test_a_writer_that_was_killed_in_the_middle_of_a_frame_leaves_no_whole_frame(ring: Ring) -> None:
    before = write(ring, 0, 1)
    assert in_another_process(ring_peer.write_half_and_die, ring.path, 0, (HEIGHT, WIDTH), 99) == -signal.SIGKILL
    assert not ring.holds(0, before)
    assert not any(ring.holds(0, generation) for generation in range(0, 20, 2))
    after = write(ring, 0, 2)
    assert ring.holds(0, after)
    assert after > before
    assert after % 2 == 0


def test_the_memory_survives_every_process_that_only_attached(ring: Ring) -> None:
    generation = write(ring, 0, 5)
    for _ in range(2):
        assert in_another_process(ring_peer.expect, ring.path, 0, generation, (HEIGHT, WIDTH), 5) == 0
    assert ring.holds(0, generation)


def test_a_new_ring_holds_no_frame(ring: Ring) -> None:
    assert ring.captured == 0
    assert not any(ring.holds(slot, 2) for slot in range(ring.slots))


def test_a_reader_notices_that_its_frame_is_being_overwritten_and_was(ring: Ring) -> None:
    reader = Ring.attach(ring.path, writable=False)
    first = write(ring, 3, 1)
    assert reader.holds(3, first)
    ring.begin(3)
    assert not reader.holds(3, first)
    second = ring.finish(3)
    assert not reader.holds(3, first)
    assert reader.holds(3, second)
    assert second == first + 2


def test_frames_of_a_read_only_view_cannot_be_written(ring: Ring) -> None:
    reader = Ring.attach(ring.path, writable=False)
    with pytest.raises(ValueError, match="read-only"):
        reader.memory(0, FRAME)[0] = 1


def test_only_the_owner_hands_it_on(ring: Ring) -> None:
    with pytest.raises(RingError):
        _ = Ring.attach(ring.path, writable=True).path


@pytest.mark.parametrize(("slot", "height"), [(-1, HEIGHT), (4, HEIGHT), (0, 100)])
def test_a_frame_that_does_not_fit_is_refused(ring: Ring, slot: int, height: int) -> None:
    with pytest.raises(RingError, match="do not fit"):
        ring.memory(slot, height * 10 * WIDTH * 3)


@pytest.mark.parametrize("slot", [-1, 4, 10_000])
def test_a_slot_that_is_not_there_holds_nothing(ring: Ring, slot: int) -> None:
    assert not ring.holds(slot, 0)


@given(slots=st.integers(1, 20), width=st.integers(1, 80), height=st.integers(1, 80), data=st.data())
def test_slots_never_touch_each_other_or_the_generations(
    tmp_path_factory: pytest.TempPathFactory, slots: int, width: int, height: int, data: st.DataObject
) -> None:
    ring = Ring.create(slots, width * height * 3, tmp_path_factory.getbasetemp())
    filled = data.draw(st.lists(st.integers(0, slots - 1), max_size=10))
    generations = dict.fromkeys(range(slots), 0)
    for slot in filled:
        ring.begin(slot)
        ring.memory(slot, height * width * 3)[:] = slot + 1
        generations[slot] = ring.finish(slot)
    for slot, generation in generations.items():
        assert ring.holds(slot, generation)
        np.testing.assert_array_equal(ring.memory(slot, height * width * 3), slot + 1 if slot in filled else 0)
    ring.close()


@pytest.mark.parametrize("slots", [0, -1, 509, 10**9])
def test_an_impossible_number_of_slots_is_refused(tmp_path: Path, slots: int) -> None:
    with pytest.raises(RingError, match="slots"):
        Ring.create(slots, FRAME, tmp_path)


def test_as_many_slots_as_may_be_configured_can_be_had(tmp_path: Path) -> None:
    ring = Ring.create(500, 16, tmp_path)
    write_to = ring.memory(499, 15)
    write_to[:] = 9
    ring.begin(499)
    assert ring.holds(499, ring.finish(499))
    assert ring.slots == 500
    del write_to
    ring.close()


@pytest.mark.parametrize("portable", [False, True])
def test_too_little_memory_is_said_with_the_bytes_needed(
    tmp_path: Path, portable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_fd: int, _offset: int, _length: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = open_descriptors()
    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(RingError, match=r"1183744 bytes.*capture\.slots"):
        Ring.create(4, 294_912, tmp_path, portable=portable)
    assert open_descriptors() == before


@pytest.mark.parametrize("portable", [False, True])
def test_more_than_the_machine_has_is_refused_before_it_is_claimed(
    tmp_path: Path, portable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claiming it would not fail: the system would kill other programs to make room."""

    def claimed(_fd: int, _offset: int, length: int) -> None:
        raise AssertionError(f"{length} bytes were claimed")

    monkeypatch.setattr(os, "posix_fallocate", claimed)
    with pytest.raises(RingError, match=r"needs 4398046515200 bytes"):
        Ring.create(4, 2**40, tmp_path, portable=portable)


def test_a_real_limit_is_an_error_and_not_a_bus_error(tmp_path: Path) -> None:
    assert in_another_process(ring_peer.create_beyond_limit, str(tmp_path), resource.RLIMIT_FSIZE) == 0


def test_another_file_is_no_ring(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(bytes(8192))
    with pytest.raises(RingError, match="not a frame ring"):
        Ring.attach(str(tmp_path / "other"), writable=False)


def test_a_ring_whose_owner_is_gone_cannot_be_attached(tmp_path: Path) -> None:
    ring = Ring.create(2, FRAME, tmp_path)
    path = ring.path
    ring.close()
    with pytest.raises(OSError, match="No such file"):
        Ring.attach(path, writable=False)


@pytest.mark.parametrize("portable", [False, True])
def test_a_second_ring_of_a_run_has_a_path_of_its_own(tmp_path: Path, portable: bool) -> None:
    """A source that comes back with larger frames needs one; readers know rings by their paths."""
    first = Ring.create(2, FRAME, tmp_path, portable=portable)
    second = Ring.create(2, 4 * FRAME, tmp_path, portable=portable)
    assert first.path != second.path
    first.close()
    second.close()


def test_closing_gives_memory_and_descriptor_back(tmp_path: Path) -> None:
    before = open_descriptors()
    for portable in (False, True):
        ring = Ring.create(2, FRAME, tmp_path, portable=portable)
        attached = Ring.attach(ring.path, writable=False)
        attached.close()
        ring.close()
    assert open_descriptors() == before


def open_descriptors() -> set[Path]:
    return {entry.readlink() for entry in Path("/proc/self/fd").iterdir() if entry.exists()}
