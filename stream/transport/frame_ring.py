"""The shared-memory frame ring: slots of pixels, each with a generation. Knows nothing of who uses a slot when.

Capture writes, workers read. A slot's generation is odd while it is being written and goes up by two with every frame,
so a reader that sees the same even number before and after its work has seen one whole frame (a sequence lock).
Layout: one page of int64 words (magic, slots, slot bytes, frames captured, then one generation for each slot), then
the slots.
"""

import contextlib
import mmap
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from stream.errors import RingError
from stream.machine.shared_memory import SharedMemory, create_shared_memory, map_shared_memory
from stream.pixels.frame_image import FrameImage
from stream.pixels.layouts import frame_bytes
from stream.protocol.frames import FrameHeader

if TYPE_CHECKING:
    from stream.pixels.arrays import Bytes

_MAGIC: Final = 0x43415053
_PAGE: Final = 4096
_MAX_SLOTS: Final = _PAGE // 8 - 4
_CAPTURED: Final = 3
_GENERATIONS: Final = 4
T = TypeVar("T")


class Ring:
    """A view of the ring from one process."""

    def __init__(self, memory: mmap.mmap, owner: SharedMemory | None = None) -> None:
        self._owner = owner
        self._memory = memory
        self._words = memoryview(memory)[:_PAGE].cast("q")
        if self._words[0] != _MAGIC:
            raise RingError("the shared memory is not a frame ring of this program")
        self.slots, self.slot_bytes = self._words[1], self._words[2]

    @classmethod
    def create(cls, slots: int, slot_bytes: int, folder: Path, *, portable: bool = False) -> "Ring":
        """Make a ring, owned by the caller. Raises RingError if memory is short, naming the bytes."""
        if not 1 <= slots <= _MAX_SLOTS:
            raise RingError(f"a ring has 1 to {_MAX_SLOTS} slots, not {slots}")
        padded = -(-slot_bytes // _PAGE) * _PAGE
        owner = create_shared_memory(_PAGE + slots * padded, folder, portable)
        for place, word in enumerate((_MAGIC, slots, padded)):
            owner.map[8 * place : 8 * place + 8] = word.to_bytes(8, sys.byteorder)
        return cls(owner.map, owner)

    @classmethod
    def attach(cls, path: str, *, writable: bool) -> "Ring":
        """Map the ring that another process made; `path` is that ring's `path`."""
        return cls(map_shared_memory(path, writable=writable))

    @property
    def path(self) -> str:
        """Return what other processes attach to. Only the owner knows it."""
        if self._owner is None:
            raise RingError("only the ring's owner can hand it on")
        return self._owner.path

    @property
    def captured(self) -> int:
        """Frames captured in this run so far; outlives the capture process, so that no seq is used twice."""
        return self._words[_CAPTURED]

    @captured.setter
    def captured(self, frames: int) -> None:
        self._words[_CAPTURED] = frames

    def memory(self, slot: int, size: int) -> "Bytes":
        """Map the first `size` bytes of a slot, without a copy. Raises RingError if they do not fit."""
        if not 0 <= slot < self.slots or size > self.slot_bytes:
            raise RingError(f"{size} bytes do not fit slot {slot} of {self.slots} ({self.slot_bytes} bytes each)")
        import numpy as np  # the supervisor, which looks at no pixel, starts without it

        return np.frombuffer(self._memory, np.uint8, size, _PAGE + slot * self.slot_bytes)

    def begin(self, slot: int) -> None:
        """Mark the slot as being written: from now on `holds` is false for its last frame."""
        # Odd from here to `finish`. A capture process that died in between left it odd: the next odd number then.
        self._words[_GENERATIONS + slot] += 2 if self._words[_GENERATIONS + slot] % 2 else 1

    def finish(self, slot: int) -> int:
        """Mark the slot as holding a whole frame. Returns its generation."""
        self._words[_GENERATIONS + slot] += 1
        return self._words[_GENERATIONS + slot]

    def holds(self, slot: int, generation: int) -> bool:
        """Return True while the slot still holds the frame of that generation."""
        return 0 <= slot < self.slots and self._words[_GENERATIONS + slot] == generation

    def close(self) -> None:
        """Unmap the memory. Arrays from `memory` must not be used afterwards."""
        self._words.release()
        with contextlib.suppress(BufferError):  # an array from `memory` is still there: it ends with the process
            self._memory.close()
        if self._owner is not None:
            self._owner.close()


class RingReader:
    """A reader of frames from the ring that their headers name. A source with larger frames gets another ring."""

    def __init__(self) -> None:
        self._path = ""
        self._ring: Ring | None = None

    def read(self, header: FrameHeader, use: Callable[[FrameImage], T]) -> T | None:
        """Return what `use` makes of the frame, which lies in the ring itself.

        None if the slot holds another frame by now, or the ring is gone. The slot's generation is compared before and
        after the work: between them, the pixels may have changed.
        """
        try:
            ring = self._attached(header.ring)
        except OSError:
            return None
        if not ring.holds(header.slot, header.generation):
            return None
        memory = ring.memory(header.slot, frame_bytes(header.layout, header.width, header.height))
        made = use(FrameImage(memory, header.width, header.height, header.layout))
        return made if ring.holds(header.slot, header.generation) else None

    def _attached(self, path: str) -> Ring:
        if self._ring is None or self._path != path:
            self._ring = Ring.attach(path, writable=False)
            self._path = path
        return self._ring
