"""A source of frames from any industrial camera: the newest frame, its number, and what was lost before it."""

import threading
import time
from collections.abc import Callable
from typing import Final

from capture.sources.industrial.device import Device, FilledBuffer, IndustrialOptions
from capture.sources.industrial.frame_ids import FrameIds
from capture.sources.industrial.settings import apply, rate
from capture.sources.naming import safe_name
from capture.sources.pixel_formats import pixel_format, write_bgr
from stream.errors import FrameError, SourceError
from stream.protocol.contracts import Grab, Pixels

_SLICE_S: Final = 0.1
"""The longest wait inside a library: `close` comes in between."""


class IndustrialSource:
    """A camera that acquires already; see `stream.protocol.contracts.FrameSource`.

    time_s is the time since the first frame, by the clock of this machine. device_settings: what the camera says of its
    settings, by option. treatment: how they differ from what was asked for.
    """

    live = True
    frame_count: int | None = None

    def __init__(
        self,
        scheme: str,
        device: Device,
        options: IndustrialOptions,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Set the camera, start it, and drop its first frame. Raises SourceError if none comes."""
        self._device, self._clock, self._timeout_s = device, clock, options.timeout_s
        self._label = device.label
        self.name = safe_name(f"{scheme}-{device.serial}")
        self._lock = threading.Lock()
        self._closed, self._lost = False, False
        self._buffer: FilledBuffer | None = None
        self._ids, self._index, self._started_s = FrameIds(), -1, 0.0
        self._last_key: tuple[int | None, int | None] = (None, None)
        try:
            applied = apply(device.features, options)
            self.device_settings = applied.values
            self.treatment = applied.treatment(self._label)
            self._format = pixel_format(applied.values.get("pixel_format", ""))
            self.fps = rate(device.features)
            self.width, self.height = self._size()
            device.start()
            self.grab()
        except SourceError:
            self.close()
            raise
        self._index = -1
        self._let_go()

    def grab(self) -> Grab | None:
        """Wait for the next frame. Raises SourceError when none comes in time; None only after close."""
        with self._lock:
            self._let_go()
        buffer = self._newest(self._clock() + self._timeout_s)
        if buffer is None:
            return None
        if not buffer.fault and (buffer.width, buffer.height) != (self.width, self.height):
            buffer.release()
            size = f"{buffer.width}x{buffer.height}"
            raise SourceError(f"{self._label} changed its frames from {self.width}x{self.height} to {size}.")
        self._buffer = buffer
        now_s = self._clock()
        if self._index < 0:
            self._started_s = now_s
        self._index += 1
        return Grab(
            self._index,
            str(self._index),
            now_s - self._started_s,
            self.width,
            self.height,
            device_frame=buffer.frame_id,
            device_ns=buffer.device_ns,
            lost_before=self._ids.lost_before(buffer.frame_id),
        )

    def retrieve(self, out: Pixels) -> None:
        """Convert the grabbed frame into `out`, (height, width, 3) uint8 BGR.

        Raises FrameError if the frame did not arrive whole, SourceError if there is none.
        """
        with self._lock:
            buffer = self._buffer
            if buffer is None:
                raise SourceError(f"No frame of {self._label} is grabbed.")
            if buffer.fault:
                raise FrameError(f"{self._label} gave a frame that is not whole: {buffer.fault}.")
            line = self._format.packing.line_bytes(self.width * self._format.channels)
            write_bgr(buffer.data, self._format, out, line + buffer.padding if buffer.padding else None)

    def seek(self, index: int) -> None:
        """Raise SourceError always: what a camera saw is gone."""
        raise SourceError(f"{self._label} is live; it cannot go to frame {index}.")

    def close(self) -> None:
        """Let the camera go."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._let_go()
                self._device.close(lost=self._lost)

    def _let_go(self) -> None:
        buffer, self._buffer = self._buffer, None
        if buffer is not None:
            buffer.release()

    def _size(self) -> tuple[int, int]:
        """Return width and height as the camera tells them. Raises SourceError if it does not."""
        told = [self.device_settings.get(name, "") for name in ("width", "height")]
        if not all(one.isdecimal() for one in told):
            raise SourceError(f"{self._label} does not tell the size of its frames (Width, Height).")
        return int(told[0]), int(told[1])

    def _newest(self, until_s: float) -> FilledBuffer | None:
        """Return the newest frame that is there, else the next one; None if the source was closed.

        If all buffers of the library are filled but the one that was let go, later frames were not kept: then even the
        newest is old, and the next one is waited for. Raises SourceError at `until_s`.
        """
        while True:
            with self._lock:
                if self._closed:
                    return None
                newest = self._device.pop(_SLICE_S)
                taken = 0
                while newest is not None:
                    taken += 1
                    following = self._device.pop(0)
                    if following is None:
                        break
                    newest.release()
                    newest = following
            if newest is not None and taken < self._device.buffers - 1 and not self._seen(newest):
                return newest
            if newest is not None:
                newest.release()
            if self._clock() > until_s:
                self._lost = True
                raise SourceError(
                    f"{self._label} gave no frame for {self._timeout_s:g} s, after {self._index + 1}. "
                    "Check cable, power, and that no other program uses it."
                )

    def _seen(self, buffer: FilledBuffer) -> bool:
        """Return whether a library hands over the frame of the time before once more."""
        key = (buffer.frame_id, buffer.device_ns)
        seen, self._last_key = key == self._last_key and key != (None, None), key
        return seen
