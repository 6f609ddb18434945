"""The frames of one object on their way to workers: in memory that all map, so that no pixel goes through a pipe."""

import contextlib
import tempfile
from pathlib import Path

from msgspec.structs import replace

from stream.errors import RingError
from stream.pixels.frame_image import FrameImage
from stream.protocol.frames import FrameHeader
from stream.transport.frame_ring import Ring


class SharedFrames:
    """A ring of the last few frames, made when the first one says how large they are."""

    def __init__(self, slots: int) -> None:
        self._slots, self._placed = slots, 0
        self._ring: Ring | None = None
        self._opened = contextlib.ExitStack()

    def place(self, header: FrameHeader, image: FrameImage) -> FrameHeader:
        """Copy a frame, and return the header that leads to the copy.

        The copy is there until `slots` more frames are placed. Raises RingError if there is no memory.
        """
        ring = self._ring or self._made(header, image.memory.nbytes)
        slot = self._placed % self._slots
        self._placed += 1
        ring.begin(slot)
        ring.memory(slot, image.memory.size)[...] = image.memory
        return replace(header, ring=ring.path, slot=slot, generation=ring.finish(slot))

    def close(self) -> None:
        """Let the memory go; what workers still read stays for them."""
        self._opened.close()

    def _made(self, header: FrameHeader, nbytes: int) -> Ring:
        folder = self._opened.enter_context(tempfile.TemporaryDirectory())
        try:
            self._ring = Ring.create(self._slots, nbytes, Path(folder))
        except RingError:
            raise RingError(
                f"there is no memory for {self._slots} frames of {header.width}x{header.height}; free some, or take "
                "fewer --workers"
            ) from None
        self._opened.callback(self._ring.close)
        return self._ring
