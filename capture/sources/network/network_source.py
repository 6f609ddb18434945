"""A camera in the network as a source: a thread reads what it sends, and the newest frame is the next one.

Reading never waits for the analysis, so that nothing old is kept in buffers between the camera and here.
"""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from capture.sources.naming import safe_name
from capture.sources.network.address import Address
from capture.sources.network.newest import CameraFrame, Newest, Taken
from stream.errors import FrameError, SourceError
from stream.pixels.arrays import Bytes
from stream.pixels.frame_image import FrameImage
from stream.pixels.layouts import PixelLayout, frame_bytes
from stream.protocol.contracts import Grab, Pixels

REMEDY: Final = "Check its address, its password and the network."
_RATE_FRAMES: Final = 6
_FEWEST_FRAMES: Final = 3
_RATE_S: Final = 1.0
_MOST_FPS: Final = 1000.0


class CameraStream(Protocol):
    """What a camera sends, read in one thread. fps: as the camera gives it, None if it does not; known with a frame."""

    fps: float | None

    def frames(self) -> Iterator[CameraFrame]:
        """Connect, and yield frames as they come. Raises SourceError."""

    def stop(self) -> None:
        """Make `frames` end soon; called from another thread."""


@dataclass(frozen=True, slots=True)
class _Size:
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


class NetworkSource:
    """A live source; see `stream.protocol.contracts.FrameSource`.

    time_s is the time since the first frame came, by this machine's clock.
    """

    live = True
    frame_count: int | None = None

    def __init__(self, address: Address, stream: CameraStream, timeout_s: float) -> None:
        """Connect and take one frame, for its size. Raises SourceError if none comes in time."""
        self.name = safe_name(f"{address.scheme}-{address.host}")
        self._label, self._stream, self._timeout_s = address.label, stream, timeout_s
        self._newest, self._closed = Newest(), threading.Event()
        self._index, self._started_s = -1, 0.0
        self._taken: Taken | None = None
        threading.Thread(target=self._read, name="network camera", daemon=True).start()
        try:
            first = self._first_frame()
        except Exception:
            self.close()
            raise
        self._size, self.treatment, self.layout = first
        self.width, self.height = self._size.width, self._size.height
        self.fps = stream.fps or self._measured_fps()

    def grab(self) -> Grab | None:
        """Wait for a frame that has not been taken. Raises SourceError when none comes in time; None after close."""
        if self._closed.is_set():
            return None
        self._taken = taken = self._newest.take(self._timeout_s)
        if taken is None:
            if self._closed.is_set():
                return None
            raise SourceError(
                f"{self._label} stopped giving frames after {self._index + 1} "
                f"(waited for up to {self._timeout_s:g} s). {REMEDY}"
            )
        size = _size_of(taken.arrival)
        if size not in (None, self._size):
            raise SourceError(f"{self._label} changed its frames from {self._size} to {size}.")
        if self._index < 0:
            self._started_s = taken.at_s
        self._index += 1
        return Grab(
            self._index,
            str(self._index),
            taken.at_s - self._started_s,
            self.width,
            self.height,
            device_ns=taken.arrival.device_ns,
            lost_before=taken.lost_before,
        )

    def retrieve(self, out: Pixels) -> None:
        """Decode the grabbed frame into `out`, (height, width, 3) uint8 BGR. Raises SourceError, FrameError."""
        memory: Bytes = np.empty(frame_bytes(self.layout, self.width, self.height), np.uint8)
        out[:] = FrameImage(memory, self.width, self.height, self.retrieve_planes(memory)).pixels

    def retrieve_planes(self, out: Bytes) -> PixelLayout:
        """Decode the grabbed frame into `out` in this source's layout. Raises SourceError, FrameError."""
        if self._closed.is_set() or self._taken is None:
            raise SourceError(f"No frame of {self._label} is grabbed.")
        try:
            self._taken.arrival.write(out)
        except FrameError as error:
            raise FrameError(f"{self._label} gave a frame that cannot be shown: {str(error).rstrip('.')}.") from None
        return self.layout

    def seek(self, index: int) -> None:
        """Raise SourceError always: what a camera saw is gone."""
        raise SourceError(f"{self._label} is live; it cannot go to frame {index}.")

    def close(self) -> None:
        """Leave the camera; may be called twice. A camera that does not answer is left to its timeout."""
        self._closed.set()
        self._stream.stop()
        self._newest.end()

    def _read(self) -> None:
        try:
            for arrival in self._stream.frames():
                if self._closed.is_set():
                    break
                self._newest.put(arrival)
            self._newest.end()
        except Exception as error:  # noqa: BLE001 (raised again in the thread that waits for frames)
            self._newest.end(error)

    def _first_frame(self) -> tuple[_Size, str, PixelLayout]:
        """Return size, treatment and layout of the first frame that has a size: what comes before it is no picture."""
        wait_s = 2 * self._timeout_s  # for the connection, and for the frame
        deadline_s = time.monotonic() + wait_s
        while (taken := self._newest.take(deadline_s - time.monotonic())) is not None:
            size = _size_of(taken.arrival)
            if size is not None:
                return size, taken.arrival.treatment, taken.arrival.layout
        ended = time.monotonic() < deadline_s
        how = "it ended the connection" if ended else f"tried for up to {wait_s:g} s"
        raise SourceError(f"{self._label} gives no picture; {how}. {REMEDY}")

    def _measured_fps(self) -> float | None:
        """Return how many frames per second come, over the next few; None if too few come in a moment."""
        times: list[float] = []
        until_s = time.monotonic() + _RATE_S
        while len(times) < _RATE_FRAMES and (taken := self._newest.take(until_s - time.monotonic())) is not None:
            times.append(taken.at_s)
        if len(times) < _FEWEST_FRAMES:
            return None
        fps = (len(times) - 1) / max(times[-1] - times[0], 1e-9)
        return round(fps, 1) if fps <= _MOST_FPS else None


def _size_of(arrival: CameraFrame) -> _Size | None:
    if arrival.width is None or arrival.height is None:
        return None
    return _Size(arrival.width, arrival.height)
