"""A process that reads one recording or picture after the other, as capture does, and may die of it."""

import multiprocessing
import os
import resource
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from capture.sources.opening import SourceLimits, open_source
from stream.errors import FrameError, StreamError
from stream.protocol.contracts import Pixels

LIMITS: Final = SourceLimits(max_width=4096, max_height=3072)
_MOST_FRAMES: Final = 50
_PATIENCE_S: Final = 30.0
_WARM: Final = 64  # files after which memory is compared


@dataclass(slots=True)
class FileFrames:
    """What came of a file: read, refused, wrong, died or hung; the sentence; frames by index, None: failed."""

    outcome: str
    text: str = ""
    frames: dict[int, Pixels | None] = field(default_factory=dict)
    grown_mb: float = 0.0


class ReadingProcess:
    """The process, started anew if it dies."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other,), daemon=True)
        self._process.start()
        other.close()
        self._files, self._warm = 0, 0

    def read(self, path: Path) -> FileFrames:
        """Read a file to its end."""
        self._pipe.send(str(path))
        try:
            if not self._pipe.poll(_PATIENCE_S):
                return self._anew("hung")
            found, peak = self._pipe.recv()
        except (EOFError, ConnectionError):
            return self._anew("died")
        assert isinstance(found, FileFrames)
        self._files += 1
        if self._files == _WARM:
            self._warm = peak
        found.grown_mb = (peak - self._warm) / 2**20 if self._files >= _WARM else 0.0
        return found

    def _anew(self, outcome: str) -> FileFrames:
        self.close()
        self._start()
        return FileFrames(outcome)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def frames_of(path: Path) -> list[Pixels]:
    """Return all frames of a whole file."""
    return [pixels for _, pixels in _frames(str(path)) if pixels is not None]


def _serve(pipe: Connection) -> None:
    cv2.setNumThreads(1)
    with tempfile.TemporaryFile() as printed:
        os.dup2(printed.fileno(), sys.stderr.fileno())  # what libraries print, below Python
        while True:
            try:
                path = pipe.recv()
            except EOFError:
                return
            found = _found(path)
            if said := os.pread(printed.fileno(), 1000, 0):
                found = FileFrames("wrong", f"printed {said.decode(errors='replace')!r}")
                os.ftruncate(printed.fileno(), 0)
                os.lseek(printed.fileno(), 0, os.SEEK_SET)
            pipe.send((found, _peak()))


def _peak() -> int:
    """Most bytes that this process has held: its own, not those of the process that spawned it."""
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(status.read_text().partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _found(path: str) -> FileFrames:
    found = FileFrames("read")
    try:
        for index, pixels in _frames(path):
            found.frames[index] = pixels
    except StreamError as error:
        found.text = str(error)
        found.outcome = "refused" if 0 < len(found.text) < 600 and "\n" not in found.text else "wrong"
    except BaseException as error:  # noqa: BLE001 (whatever it is, it is no sentence)
        found.outcome, found.text = "wrong", f"{type(error).__name__}: {error}"
    return found


def _frames(path: str) -> Iterator[tuple[int, Pixels | None]]:
    """Yield the frames of a file, None for one that failed. Raises StreamError."""
    source = open_source(path, LIMITS)
    try:
        for _ in range(_MOST_FRAMES):
            grab = source.grab()
            if grab is None:
                break
            pixels = np.empty((source.height, source.width, 3), np.uint8)
            try:
                source.retrieve(pixels)
            except FrameError:
                yield grab.index, None
            else:
                yield grab.index, pixels
    finally:
        source.close()
