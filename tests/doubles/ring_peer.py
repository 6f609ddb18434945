"""What other processes do with a ring in its tests; spawned, so importable by name."""

import os
import resource
import signal
from pathlib import Path

import pytest

from stream.errors import RingError
from stream.transport.frame_ring import Ring

Size = tuple[int, int]


def expect(path: str, slot: int, generation: int, size: Size, value: int) -> None:
    """Check that the slot holds that whole frame, and that this reader cannot change it."""
    ring = Ring.attach(path, writable=False)
    pixels = ring.memory(slot, 3 * size[0] * size[1])
    assert ring.holds(slot, generation)
    assert (pixels == value).all()
    assert not pixels.flags.writeable


def write(path: str, slot: int, size: Size, value: int) -> None:
    """Write a frame, as capture does."""
    ring = Ring.attach(path, writable=True)
    ring.begin(slot)
    ring.memory(slot, 3 * size[0] * size[1])[:] = value
    ring.finish(slot)
    ring.captured += 1


def write_half_and_die(path: str, slot: int, size: Size, value: int) -> None:
    """Die in the middle of a frame."""
    ring = Ring.attach(path, writable=True)
    ring.begin(slot)
    ring.memory(slot, size[0] * size[1])[:] = value
    os.kill(os.getpid(), signal.SIGKILL)


def create_beyond_limit(folder: str, limit: int) -> None:
    """Check that with files limited to 1 MB, a ring of 100 MB is refused in words."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(limit, (2**20, 2**20))
    for portable in (False, True):
        with pytest.raises(RingError, match="104861696 bytes"):
            Ring.create(10, 10 * 2**20, Path(folder), portable=portable)
