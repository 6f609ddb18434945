"""Analysers that record every frame they begin and finish, so that a fault injector knows what was computed twice.

A line per event is appended to the file in CHAOS_COUNTS: `b`, the seq and the time as a frame begins, `f` as it ends.
"""

import os
import time
from collections.abc import Mapping
from typing import Any, Final

import cv2
import numpy as np

from stream.config.plugins import find
from stream.protocol.contracts import Analyser, Analysis, Frame, Quality, Region

COUNTS: Final = "CHAOS_COUNTS"
COMPUTE_MS: Final = "CHAOS_COMPUTE_MS"


class Counting:
    """Another analyser, whose frames are recorded."""

    def __init__(self, inner: Analyser) -> None:
        self.model_id = inner.model_id
        self._inner = inner
        counts = os.environ.get(COUNTS)
        self._file = None if counts is None else os.open(counts, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def analyse(self, frame: Frame) -> Analysis:
        """Analyse as the other one does, and record when it began and ended."""
        self._note("b", frame.seq)
        found = self._inner.analyse(frame)
        self._note("f", frame.seq)
        return found

    def _note(self, what: str, seq: int) -> None:
        if self._file is not None:
            os.write(
                self._file, f"{what} {seq} {time.monotonic_ns()}\n".encode()
            )  # one write, appended: whole even from two processes


class Quick:
    """A density that depends on every pixel, made in COMPUTE_MS milliseconds of work (default 5)."""

    model_id = "quick"

    def __init__(self) -> None:
        self._work_s = float(os.environ.get(COMPUTE_MS, "5")) / 1000

    def analyse(self, frame: Frame) -> Analysis:
        """Return brightness in place of a density, and one square in place of capillaries."""
        until = time.thread_time() + self._work_s
        density = round(float(cv2.mean(frame.pixels)[1]) / 2.56, 6)
        while time.thread_time() < until:
            cv2.mean(frame.pixels[:64, :64])
        side = 1 + int(density)
        square = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.int32)
        return Analysis(density, density, density, [Region(square, 0.5, float(side * side))], Quality("good"))


def real(settings: Mapping[str, Any]) -> Counting:
    """Make the shipped analyser, counted."""
    return Counting(find("analysers", "capillary")(settings))


def quick(_settings: Mapping[str, Any]) -> Counting:
    """Make a cheap analyser, counted."""
    return Counting(Quick())


class _Deadly(Quick):
    """An analyser whose process ends at one frame."""

    def analyse(self, frame: Frame) -> Analysis:
        if frame.seq == int(os.environ["CHAOS_DEADLY_SEQ"]):
            os.abort()
        return super().analyse(frame)


def deadly(_settings: Mapping[str, Any]) -> Analyser:
    """Make an analyser that ends at the frame CHAOS_DEADLY_SEQ, as a broken native library would."""
    return _Deadly()


class _Endless(Quick):
    """An analyser that never finishes one frame."""

    def analyse(self, frame: Frame) -> Analysis:
        while frame.seq == int(os.environ["CHAOS_DEADLY_SEQ"]):
            time.sleep(1)
        return super().analyse(frame)


def endless(_settings: Mapping[str, Any]) -> Analyser:
    """Make an analyser that never comes back from the frame CHAOS_DEADLY_SEQ."""
    return _Endless()


def stillborn(_settings: Mapping[str, Any]) -> Analyser:
    """End the process that makes it."""
    os._exit(7)
