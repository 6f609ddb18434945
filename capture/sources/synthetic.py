"""The synthetic microscope: a seeded stand-in for a hand-held skin microscope that knows its own true density.

Knows no socket and no file. Same settings and index, same bytes, in any order and any run. Between processors with
different vector instructions a few bytes in a million differ by one; outlines and densities do not.
"""

import math
import time
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Annotated, Final, Literal

import msgspec
import numpy as np
from msgspec import Meta, Struct

from capture.sources.synthetic_microscope import scene
from capture.sources.synthetic_microscope.capillaries import Outline
from capture.sources.synthetic_microscope.pace import Pace
from capture.sources.synthetic_microscope.script import SCHEDULES, conditions
from stream.errors import SourceError, UsageError
from stream.protocol.contracts import FrameSource, Grab, Pixels

NAME: Final = "synthetic"


class SyntheticSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the synthetic microscope can be asked for; the keys of `synthetic:?key=value&…`."""

    seed: Annotated[int, Meta(ge=0, le=2**32 - 1, description="another seed, another patient")] = 1
    fps: Annotated[float, Meta(ge=1, le=240, description="frames per second")] = 30.0
    seconds: Annotated[float, Meta(gt=0, le=1e7, description="length; endless without")] | None = None
    frames: Annotated[int, Meta(ge=1, le=10**9, description="length in frames; the shorter length counts")] | None = (
        None
    )
    live: Annotated[bool, Meta(description="keep real time, and lose frames that nobody takes")] = False
    episodes: Annotated[Literal["steady", "demo", "rough"], Meta(description="what happens to the picture")] = "demo"
    period_s: Annotated[float, Meta(ge=5, le=3600, description="from one rise of density to the next, s")] = 48.0

    @property
    def frame_count(self) -> int | None:
        """Return the number of frames until the end; None if endless."""
        lengths = [] if self.frames is None else [self.frames]
        if self.seconds is not None:
            lengths.append(max(1, math.floor(self.seconds * self.fps + 1e-6)))
        return min(lengths, default=None)


class SyntheticMicroscope:
    """A FrameSource of 1920x1080 frames with known density. `now` and `sleep` are a live one's clock, in seconds."""

    name = NAME
    width = scene.WIDTH
    height = scene.HEIGHT

    def __init__(
        self,
        settings: SyntheticSettings,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.settings = settings
        self.fps: float | None = settings.fps
        self.frame_count = settings.frame_count
        self.live = settings.live
        self._pace = Pace(settings.fps, now, sleep) if settings.live else None
        self._schedule = SCHEDULES[settings.episodes]
        self._scene = scene.Scene(settings.seed, self._schedule, settings.period_s)
        self._next = 0
        self._grabbed: int | None = None

    def grab(self) -> Grab | None:
        """Advance to the next frame; None at the end. A live one waits for it, and skips those it came too late for."""
        index = self._next if self._pace is None else self._pace.wait(self._next)
        if self.frame_count is not None and index >= self.frame_count:
            self._grabbed = None
            return None
        self._grabbed, self._next = index, index + 1
        density = scene.density_pct(self.outlines(index))
        return Grab(index, str(index), self._time_s(index), self.width, self.height, density)

    def retrieve(self, out: Pixels) -> None:
        """Write the grabbed frame into `out`, (1080, 1920, 3) uint8 BGR, C-contiguous."""
        if self._grabbed is None:
            raise SourceError("No frame of the synthetic microscope is grabbed. Call grab() before retrieve().")
        if out.shape != (self.height, self.width, 3) or out.dtype != np.uint8 or not out.flags.c_contiguous:
            raise SourceError(
                "The synthetic microscope writes into contiguous (1080, 1920, 3) uint8 memory, "
                f"but was given {out.shape} {out.dtype}."
            )
        self._scene.render(self._grabbed, self._time_s(self._grabbed), out)

    def seek(self, index: int) -> None:
        """Make `index` the next frame to grab. Raises SourceError on a live one and outside the recording."""
        if self.live:
            raise SourceError("A live synthetic microscope cannot seek. Open it without live=true.")
        if index < 0 or (self.frame_count is not None and index > self.frame_count):
            raise SourceError(
                f"The synthetic microscope has no frame {index}: it has {self.frame_count or 'endless'} frames."
            )
        self._next = index

    def close(self) -> None:
        """Release the grabbed frame; there is nothing else."""
        self._grabbed = None

    def outlines(self, index: int) -> list[Outline]:
        """Return the true outlines in frame `index`: (n, 2) int32 px each, x then y; they may reach over the border."""
        return self._scene.outlines(self._time_s(index))

    def episode(self, index: int) -> str:
        """Return what happens to the picture in frame `index`: steady, defocus, motion, dark or glare."""
        return conditions(self._schedule, self._time_s(index)).episode

    def _time_s(self, index: int) -> float:
        return index / self.settings.fps


def read_settings(values: Mapping[str, object]) -> SyntheticSettings:
    """Make settings from keywords or a URI's query (text is read as numbers). Raises UsageError naming the key."""
    known = SyntheticSettings.__struct_fields__
    for key in values:
        if key not in known:
            near = get_close_matches(key, known, 1)
            hint = f"Did you mean '{near[0]}'?" if near else f"It knows {', '.join(known)}."
            raise UsageError(f"The synthetic microscope has no setting '{key}'. {hint}")
    try:
        return msgspec.convert(dict(values), SyntheticSettings, strict=False)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        raise UsageError(f"The synthetic microscope cannot use its setting '{where.rstrip('`')}': {what}.") from error


def open_synthetic(**settings: object) -> FrameSource:
    """Make the synthetic microscope with these settings (see SyntheticSettings). Raises UsageError for a wrong one."""
    return SyntheticMicroscope(read_settings(settings))
