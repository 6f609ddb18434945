"""The contracts between the parts: what a source and an analyser must do.

Knows arrays, but no socket, no codec and no vision library.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from stream.pixels.arrays import Bytes, Pixels, bgr_in
from stream.pixels.frame_image import FrameImage, image_of
from stream.pixels.layouts import PixelLayout, frame_bytes
from stream.protocol.types import MAX_TREATMENT, QualityVerdict

__all__ = [
    "Analyser",
    "Analysis",
    "Frame",
    "FrameSource",
    "Grab",
    "PictureObject",
    "Pixels",
    "PlanarSource",
    "Quality",
    "RecordedFrames",
    "Region",
    "SourceExtras",
    "extras_of",
    "layout_of",
    "retrieved",
]


@dataclass(frozen=True, slots=True)
class Grab:
    """A frame that a source has grabbed, before its pixels are fetched.

    index: position in the source, from 0.
    name: the file's stem for pictures, else the index as text.
    time_s: media time in seconds from the source's start.
    width, height: pixels.
    truth_density_pct: the true density if the source knows it (the synthetic microscope).
    device_frame: the number that the device gave the frame.
    device_ns: when the device took the frame, ns on the device's own clock.
    lost_before: frames that the source knows to be lost between the frame before and this one: numbers that the device
    skipped, empty frames of a file.
    """

    index: int
    name: str
    time_s: float
    width: int
    height: int
    truth_density_pct: float | None = None
    device_frame: int | None = None
    device_ns: int | None = None
    lost_before: int = 0


class FrameSource(Protocol):
    """Frames, one after the other.

    name: short and safe for topics and logs ([a-z0-9-]), without folder or patient.
    frame_count: frames promised by the container, None if unknown or endless.
    fps: nominal frames per second, None if there is no such thing (pictures).
    live: True if frames come at their own pace and are lost when not taken.

    A source may also have the attributes that `SourceExtras` lists, and those of `PlanarSource`.

    >>> class Grey:
    ...     name, frame_count, fps, live, width, height = "grey", 2, 10.0, False, 64, 48
    ...     index = 0
    ...
    ...     def grab(self) -> Grab | None:
    ...         self.index += 1
    ...         at = self.index - 1
    ...         return Grab(at, str(at), at / self.fps, self.width, self.height) if at < self.frame_count else None
    ...
    ...     def retrieve(self, out: Pixels) -> None:
    ...         out[:] = 128
    ...
    ...     def seek(self, index: int) -> None:
    ...         self.index = index
    ...
    ...     def close(self) -> None:
    ...         pass
    >>> source: FrameSource = Grey()
    >>> [source.grab().name, source.grab().name, source.grab()]
    ['0', '1', None]
    """

    name: str
    frame_count: int | None
    fps: float | None
    live: bool
    width: int
    height: int

    def grab(self) -> Grab | None:
        """Advance to the next frame; None at the end.

        Raises SourceError if the source broke or a frame is of another size than the first.
        """

    def retrieve(self, out: Pixels) -> None:
        """Write the grabbed frame's pixels into `out`, (height, width, 3) uint8 BGR. Raises SourceError."""

    def seek(self, index: int) -> None:
        """Make `index` the next frame to grab. Recorded sources only; raises SourceError."""

    def close(self) -> None:
        """Close files and devices. May be called twice."""


@runtime_checkable
class PlanarSource(FrameSource, Protocol):
    """A source that can also give frames as its decoder made them, in planes: half the memory, and no conversion.

    layout: the one that takes the most memory among those of its frames.
    """

    layout: PixelLayout

    def retrieve_planes(self, out: Bytes) -> PixelLayout:
        """Write the grabbed frame to the beginning of `out`, and return its layout. Raises SourceError.

        out: as large as a frame in the source's `layout`.
        """


def layout_of(source: FrameSource) -> PixelLayout:
    """Return the layout that takes the most memory among those of the source's frames."""
    return source.layout if isinstance(source, PlanarSource) else "bgr"


def retrieved(source: FrameSource, grab: Grab, memory: Bytes | None = None) -> FrameImage:
    """Return the grabbed frame as the source makes it. Raises SourceError.

    memory: where it is written, as large as a frame in the source's layout; None: to memory of its own.
    """
    if memory is None:
        memory = np.empty(frame_bytes(layout_of(source), grab.width, grab.height), np.uint8)
    layout: PixelLayout = "bgr"
    if isinstance(source, PlanarSource):
        layout = source.retrieve_planes(memory)
    else:
        source.retrieve(bgr_in(memory, grab.width, grab.height))
    return FrameImage(memory[: frame_bytes(layout, grab.width, grab.height)], grab.width, grab.height, layout)


@dataclass(frozen=True, slots=True)
class SourceExtras:
    """What a source may say beyond `FrameSource`, by attributes of these names.

    treatment: a choice that was made to get pixels, in one sentence of up to 200 characters: "interlaced: the upper
    field, lines between interpolated"; empty if there was none.
    um_per_px: width of a pixel by the source itself, µm; None if it does not know.
    lost_at_end: frames that are known to be lost after the last one. Final once `grab` has returned None.
    device_settings: what a camera says of its settings, by the names of the source's options, as text.
    """

    treatment: str = ""
    um_per_px: float | None = None
    lost_at_end: int = 0
    device_settings: Mapping[str, str] = field(default_factory=dict)


def extras_of(source: FrameSource) -> SourceExtras:
    """Return what a source says beyond its contract."""
    return SourceExtras(
        treatment=str(getattr(source, "treatment", ""))[:MAX_TREATMENT],
        um_per_px=getattr(source, "um_per_px", None),
        lost_at_end=getattr(source, "lost_at_end", 0),
        device_settings=getattr(source, "device_settings", {}),
    )


class RecordedFrames(Protocol):
    """A recording whose frames are looked up in any order."""

    def image(self, seq: int, frame: str) -> FrameImage:
        """Return the frame as the source makes it. Raises SourceError if it is not there."""

    def missing_reason(self) -> str:
        """Return why there are no frames; empty if there are."""

    def missing_frame_reason(self, seq: int, frame: str) -> str:
        """Return why there is no picture of one frame, if there are others; empty if nothing speaks against one."""


class Frame:
    """What an analyser sees.

    previous: (135, 240) uint8 thumbnail of the frame before (`stream.pixels.thumbnail`), None at the start.
    seq: position in the run.
    um_per_px: width of a pixel, µm; None if it is not known.
    """

    def __init__(
        self,
        picture: FrameImage | Pixels,
        previous: Pixels | None = None,
        seq: int = 0,
        um_per_px: float | None = None,
    ) -> None:
        """Take the frame's picture, or (height, width, 3) uint8 BGR pixels."""
        self.picture = picture if isinstance(picture, FrameImage) else image_of(picture)
        self.previous, self.seq, self.um_per_px = previous, seq, um_per_px

    @property
    def height(self) -> int:
        """Return the height in pixels."""
        return self.picture.height

    @property
    def width(self) -> int:
        """Return the width in pixels."""
        return self.picture.width

    @property
    def pixels(self) -> Pixels:
        """Return (height, width, 3) uint8 BGR, read-only.

        Made when it is first looked at, if frames travel otherwise.
        """
        return self.picture.pixels

    @property
    def half(self) -> Pixels:
        """Return the frame at half its height and width, uint8 BGR, averaged over 2x2 pixels; odd sizes round up.

        It costs less than `pixels`, and is made once for all who look at it: do not write into it.
        """
        return self.picture.half

    @property
    def thumbnail(self) -> Pixels:
        """Return (135, 240) uint8: what the next frame has as `previous`."""
        return self.picture.thumbnail


@dataclass(frozen=True, slots=True)
class Region:
    """One region judged to be a capillary.

    polygon_px: (n, 2) int32 outline, x then y, in full-frame pixels.
    score: calibrated probability that it is a capillary, 0..1.
    area_px: pixels inside the outline.
    """

    polygon_px: npt.NDArray[np.int32]
    score: float
    area_px: float

    @property
    def bbox_xywh_px(self) -> tuple[int, int, int, int]:
        """Return the upright bounding box: left, top, width, height, in pixels."""
        low, high = self.polygon_px.min(axis=0), self.polygon_px.max(axis=0)
        return int(low[0]), int(low[1]), int(high[0] - low[0] + 1), int(high[1] - low[1] + 1)


@dataclass(frozen=True, slots=True)
class PictureObject:
    """Something in the picture that is not tissue: a hair, a bubble, a ruler.

    name: what it is, in the words that people read: "hair"; "object" if that is not certain.
    polygon_px: (n, 2) int32 outline, x then y, in full-frame pixels.
    area_px: pixels that it covers.
    """

    name: str
    polygon_px: npt.NDArray[np.int32]
    area_px: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Whether a frame may be acted on, why not, and the measures behind it."""

    verdict: QualityVerdict
    reasons: tuple[str, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Analysis:
    """One frame's result.

    density_pct and its 90 % interval: capillary area over the area of the tissue analysed, in percent, 0..100.
    regions: capillaries only.
    measures: further measures, by the keys that `stream.protocol.measures` gives them.
    objects: what is in the picture and is not tissue; no part of the area analysed.
    Raises ValueError if the interval is not finite, not in order or not a percentage.
    """

    density_pct: float
    density_low_pct: float
    density_high_pct: float
    regions: Sequence[Region]
    quality: Quality
    measures: Mapping[str, float] = field(default_factory=dict)
    objects: Sequence[PictureObject] = ()

    def __post_init__(self) -> None:
        """Refuse an analyser's nonsense here, as a failed frame, before it is in a trend."""
        low, value, high = self.density_low_pct, self.density_pct, self.density_high_pct
        if not 0 <= low <= value <= high <= 100:  # also false where one is not a number
            raise ValueError(
                f"density {value} with interval {low} to {high}: expected 0 <= low <= density <= high <= 100"
            )


class Analyser(Protocol):
    """Frame in, analysis out. The result depends on the `Frame` alone, not on frames seen before.

    Frames go to whichever worker is free: an analyser sees some of them, in no order that it could rely on. Of the
    frame before it is given a thumbnail; a measure that needs several whole frames (velocity) has no place here yet.

    An analyser may also have `transfer`: how good it is on scenes it had not seen, in one sentence of up to 200
    characters. The page and the report show it beside "research use".

    >>> class DarkHalf:
    ...     model_id = "dark-half-1"
    ...
    ...     def analyse(self, frame: Frame) -> Analysis:
    ...         percent = 100 * float((frame.pixels[:, :, 1] < 128).mean())
    ...         return Analysis(percent, percent, percent, regions=[], quality=Quality("good"))
    >>> DarkHalf().analyse(Frame(np.full((4, 4, 3), 99, np.uint8))).density_pct
    100.0
    """

    model_id: str

    def analyse(self, frame: Frame) -> Analysis:
        """Analyse one frame. An exception makes that frame's reading `failed`; the run goes on."""
