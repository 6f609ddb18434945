"""What is done to a frame, and how far its density may move: the rows of the stress table.

Properties and seeds are the table's own, none of them those that a training draws at random.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from stream.protocol.contracts import Pixels
from workers.training.data.disturbances import light
from workers.training.data.disturbances.bubbles import Bubble
from workers.training.data.disturbances.geometry import halves, mirrored, scaled, turned
from workers.training.data.disturbances.markings import Aperture, Ruler, Stamp
from workers.training.data.disturbances.mix import Drawable
from workers.training.data.disturbances.spots import Glare, Specks
from workers.training.data.disturbances.strokes import BGR, Canvas
from workers.training.data.disturbances.threads import Fibre, Hair
from workers.training.data.labels import Mask

ChangeGroup = Literal["geometry", "light", "objects", "scale", "focus"]


@dataclass(frozen=True, slots=True)
class Bar:
    """What a group of changes is called, and what is asked of it: median and worst change of density at most, in %.

    None: nothing is asked. held: every reading must lie in the interval of the undisturbed one, or be called poor.
    """

    title: str
    median_pct: float | None = None
    worst_pct: float | None = None
    held: bool = False


BARS: Final[dict[ChangeGroup, Bar]] = {
    "geometry": Bar("turned, mirrored, halves", 1.0, 4.0),
    "light": Bar("light, colour, compression, noise", 4.0, 12.0),
    "objects": Bar("drawn objects, tissue beside them", 3.0, 10.0),
    "scale": Bar("scale", 8.0),
    "focus": Bar("blur, halved contrast", held=True),
}
"""Set before the first table was made. Blur and faded contrast do hide capillaries, so there the number may move, but
not be trusted."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A changed frame: one part or several that together show all of it; 1 where an object hides tissue of the part."""

    parts: tuple[Pixels, ...]
    hidden: Mask | None = None


@dataclass(frozen=True, slots=True)
class FrameChange:
    """One row of the table."""

    name: str
    group: ChangeGroup
    apply: Callable[[Pixels, np.random.Generator], Changed]


def _geometry(name: str, change: Callable[[Pixels], Sequence[Pixels]], group: ChangeGroup = "geometry") -> FrameChange:
    return FrameChange(name, group, lambda pixels, _random: Changed(tuple(change(pixels))))


def _light(
    name: str, change: Callable[[Canvas, np.random.Generator], Canvas], group: ChangeGroup = "light"
) -> FrameChange:
    def apply(pixels: Pixels, random: np.random.Generator) -> Changed:
        return Changed((light.to_pixels(change(pixels.astype(np.float32), random)),))

    return FrameChange(name, group, apply)


def _gain(name: str, factors: BGR) -> FrameChange:
    return _light(name, lambda canvas, _random: light.gain(canvas, factors))


def _drawn(name: str, drawables: Sequence[Drawable]) -> FrameChange:
    def apply(pixels: Pixels, random: np.random.Generator) -> Changed:
        canvas, hidden = pixels.astype(np.float32), np.zeros(pixels.shape[:2], np.uint8)
        for drawable in drawables:
            hidden |= drawable.draw(canvas, random)
        return Changed((light.to_pixels(canvas),), hidden)

    return FrameChange(name, "objects", apply)


def _scaled(factor: float) -> FrameChange:
    return _geometry(f"scale {factor:g}", lambda pixels: [scaled(pixels, factor)], "scale")


CHANGES: Final[tuple[FrameChange, ...]] = (
    _geometry("turned by 90°", lambda pixels: [turned(pixels, 1)]),
    _geometry("turned by 180°", lambda pixels: [turned(pixels, 2)]),
    _geometry("mirrored", lambda pixels: [mirrored(pixels)]),
    _geometry("halves left and right", lambda pixels: halves(pixels, 1)),
    _geometry("halves above and below", lambda pixels: halves(pixels, 0)),
    _gain("gain 0.7", (0.7, 0.7, 0.7)),
    _gain("gain 1.3", (1.3, 1.3, 1.3)),
    _light("gamma 0.8", lambda canvas, _random: light.gamma(canvas, 0.8)),
    _light("gamma 1.25", lambda canvas, _random: light.gamma(canvas, 1.25)),
    _gain("warm cast", (0.85, 1.0, 1.15)),
    _gain("cold cast", (1.15, 1.0, 0.85)),
    _gain("green cast", (0.92, 1.08, 0.92)),
    _gain("dark, warm lamp", (0.45, 0.57, 0.63)),
    _light("noise of 4 grey levels", lambda canvas, random: light.grain(canvas, 4.0, random)),
    _light("JPEG, quality 50", lambda canvas, _random: light.jpeg(canvas, 50)),
    _light("colour in blocks of 8 px", lambda canvas, _random: light.chroma_blocks(canvas, 8)),
    _drawn("hair of 5 px", [Hair(width_px=5, darkness=0.6)]),
    _drawn("hair of 10 px", [Hair(width_px=10, darkness=0.6)]),
    _drawn("hair of 20 px", [Hair(width_px=20, darkness=0.6, shine=15.0)]),
    _drawn("hair of 40 px", [Hair(width_px=40, darkness=0.6, shine=15.0)]),
    _drawn("brown hair of 36 px", [Hair(width_px=36, darkness=0.17, red=0.65, clear=0.3)]),
    _drawn("two white fibres", [Fibre(width_px=10, length_px=900, colour=(235, 235, 235), opacity=0.6)] * 2),
    _drawn(
        "red and blue fibre",
        [
            Fibre(width_px=9, length_px=700, colour=(70, 50, 160), opacity=0.6),
            Fibre(width_px=9, length_px=700, colour=(150, 80, 40), opacity=0.6),
        ],
    ),
    _drawn("round bubble", [Bubble(radius_px=180, rim=0.08, darkness=0.4)]),
    _drawn(
        "irregular bubble",
        [Bubble(radius_px=220, flatness=0.55, rim=0.03, darkness=0.2, waves=0.1, one_sided=0.8, glints=3)],
    ),
    _drawn("dust", [Specks(count=25, darkness=0.55, radii_px=(3.0, 12.0))]),
    _drawn("glare", [Glare(count=4, radii_px=(15.0, 60.0))]),
    _drawn("ruler", [Ruler()]),
    _drawn("date stamp", [Stamp()]),
    _drawn("round aperture", [Aperture(radius=1.05)]),
    *(_scaled(factor) for factor in (0.75, 0.87, 1.15, 1.33)),
    _light("blur of 1.5 px", lambda canvas, _random: light.blur(canvas, 1.5), "focus"),
    _light("blur of 3 px", lambda canvas, _random: light.blur(canvas, 3.0), "focus"),
    _light("contrast halved", lambda canvas, _random: light.contrast(canvas, 0.5), "focus"),
)

LEFT_OUT: Final = ("H.264 at crf 28: OpenCV as installed by pip writes no H.264",)
