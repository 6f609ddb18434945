"""A whole scene, frame by frame: composes script, hand, tissue and optics. A frame depends on seed and time alone."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from capture.sources.synthetic_microscope import optics, script
from capture.sources.synthetic_microscope.capillaries import Outline, strew
from capture.sources.synthetic_microscope.hand import Affine, frame_to_tissue, inverse, steady_hand
from capture.sources.synthetic_microscope.skin import skin
from capture.sources.synthetic_microscope.tissue import Tissue
from stream.protocol.contracts import Pixels

WIDTH: Final = 1920
HEIGHT: Final = 1080
TISSUE: Final = (2304, 1344)
"""Width and height of the tissue, in frame pixels: the hand moves over it and never past its edge."""
SPACING_PX: Final = 166.0
"""Mean distance of capillaries: gives 40 to 100 outlines per frame, 2 to 5 % of its area, as in labelled frames."""
SHUTTER_S: Final = 0.018
"""How long the shutter is open; its middle is the frame's time."""
BLOCKS_S: Final = 0.5
"""The codec's blocks change with each group of pictures, this long."""
SMEAR_PX: Final = 2.0
"""Movement with the shutter open that blurs, in half-size pixels; less is not seen."""
SMEAR_ROOM: Final = 12
"""More than the longest such movement: cut around the window while it is smeared."""


@dataclass(frozen=True, slots=True)
class FrameState:
    """Everything that decides one frame but the tissue.

    to_tissue: from frame pixels to tissue pixels. path: movement over the tissue with the shutter open, pixels.
    filling: (n,) how full each capillary is, 0..1.
    """

    conditions: script.Conditions
    to_tissue: Affine
    path: tuple[float, float]
    filling: npt.NDArray[np.float64]


class Scene:
    """The synthetic patient under the synthetic lens."""

    def __init__(self, seed: int, schedule: script.Schedule, period_s: float) -> None:
        bare, strewn, held, lens = (np.random.default_rng([seed, part]) for part in range(4))
        half = (TISSUE[0] // 2, TISSUE[1] // 2)
        self._seed, self._schedule, self._period_s = seed, schedule, period_s
        self._capillaries = strew(strewn, half, SPACING_PX)
        self._turns = np.array([c.turn for c in self._capillaries])
        middles = np.array([(c.box[:2], c.box[2:]) for c in self._capillaries]).mean(axis=1)
        light = skin(bare, (half[1], half[0]), middles) + (optics.SHADE_MEAN + optics.NOISE_MEAN)
        self._tissue = Tissue(light, self._capillaries)
        self._hand = steady_hand(held)
        self._shades = optics.shades(lens, (HEIGHT, WIDTH), 3)
        self._noise = optics.noise_tile(lens, (HEIGHT, WIDTH))
        self._glare = optics.glare_layer(lens, (HEIGHT, WIDTH))
        self._window = np.empty((HEIGHT // 2, WIDTH // 2, 4), np.uint8)
        self._colours = np.empty((HEIGHT // 2, WIDTH // 2, 3), np.uint8)
        self._tissue.fill(self.state_at(0.0).filling)
        self._points, self._owners, self._ends = _gather([c.outlines for c in self._capillaries])

    def state_at(self, time_s: float) -> FrameState:
        """Return all that decides the frame at `time_s` but the tissue."""
        now = script.conditions(self._schedule, time_s)
        offset = self._hand.offset(time_s, now.motion)
        opened, closed = (
            self._hand.offset(at, script.conditions(self._schedule, at).motion)
            for at in (time_s - SHUTTER_S / 2, time_s + SHUTTER_S / 2)
        )
        affine = frame_to_tissue(offset, self._hand.angle.at(time_s), (WIDTH, HEIGHT), TISSUE)
        share = script.perfusion(time_s, self._period_s)
        path = (closed[0] - opened[0], closed[1] - opened[1])
        return FrameState(now, affine, path, script.filling(self._turns, share))

    def outlines(self, time_s: float) -> list[Outline]:
        """Return true outlines at `time_s`: (n, 2) int32 frame px each, x then y, of capillaries at least half full.

        Those that reach over the frame's border are whole; those that lie outside are left out.
        """
        state = self.state_at(time_s)
        affine = inverse(state.to_tissue)
        points = np.rint(self._points @ affine[:, :2].T + affine[:, 2]).astype(np.int32)
        shown = state.filling[self._owners] >= 0.5
        starts = np.concatenate([[0], self._ends[:-1]])
        low, high = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
        shown &= (high >= 0).all(axis=1) & (low < (WIDTH, HEIGHT)).all(axis=1)
        return [points[starts[i] : self._ends[i]] for i in np.flatnonzero(shown)]

    def render(self, index: int, time_s: float, out: Pixels) -> None:
        """Write the frame at `time_s` into `out`; `index` picks its noise."""
        state = self.state_at(time_s)
        now = state.conditions
        self._tissue.fill(state.filling)
        self._expose(self._tissue.view(now.defocus), state, out)
        cv2.subtract(out, self._shades[int(time_s / BLOCKS_S) % len(self._shades)], dst=out)
        if now.glare > 0.0:
            cv2.addWeighted(out, 1.0, self._glare, now.glare, 0.0, dst=out)
        if now.dark > 0.0:
            cv2.convertScaleAbs(out, dst=out, alpha=1.0 - 0.8 * now.dark, beta=0.0)
        x, y = optics.noise_corner(self._seed, index)
        cv2.subtract(out, self._noise[y : y + HEIGHT, x : x + WIDTH], dst=out)

    def _expose(self, tissue: Pixels, state: FrameState, out: Pixels) -> None:
        """Cut the window that the lens sees out of the half-size tissue, smear it along its way, and enlarge it."""
        path = np.array(state.path) / 2.0
        room = SMEAR_ROOM if abs(path).max() >= SMEAR_PX else 0
        affine = state.to_tissue.copy()
        # Doubled, the window's pixel h lies at frame pixel 2 h + 1/2.
        affine[:, 2] = (affine[:, 2] + affine[:, :2] @ [0.5, 0.5]) / 2.0 - affine[:, :2] @ [room, room]
        if room:  # smearing looks back from where the lens is when the shutter closes
            affine[:, 2] += path / 2.0
        size = (WIDTH // 2 + 2 * room, HEIGHT // 2 + 2 * room)
        window = np.empty((size[1], size[0], 4), np.uint8) if room else self._window
        cv2.warpAffine(tissue, affine, size, dst=window, flags=cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR)
        if room:
            window = optics.smear(window, path[0], path[1])[room:-room, room:-room]
        cv2.cvtColor(window, cv2.COLOR_BGRA2BGR, dst=self._colours)
        cv2.resize(self._colours, (WIDTH, HEIGHT), dst=out, interpolation=cv2.INTER_LINEAR)


def density_pct(outlines: list[Outline]) -> float:
    """Return the percentage of the frame's pixels that lie inside any of the outlines, borders included."""
    inside = np.zeros((HEIGHT, WIDTH), np.uint8)
    for outline in outlines:
        cv2.fillPoly(inside, [outline], 1)
    return 100.0 * cv2.countNonZero(inside) / inside.size


def _gather(
    outlines: list[tuple[Outline, ...]],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return all points in one array (n, 2), each outline's capillary, and the end of each outline."""
    flat = [outline for group in outlines for outline in group]
    owners = np.repeat(np.arange(len(outlines)), [len(group) for group in outlines])
    return np.concatenate(flat).astype(np.float64), owners, np.cumsum([len(outline) for outline in flat])
