"""The tissue as it stands at one moment: skin with its capillaries filled to given levels, at several focus steps.

What it shows depends on the levels alone, never on the levels before: all sums are of whole numbers.
Pictures have a fourth, empty channel: OpenCV warps four channels twice as fast as three.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from capture.sources.synthetic_microscope.capillaries import GREY, LEVELS, Capillary
from stream.protocol.contracts import Pixels

FOCUS_PX: Final = (0.0, 0.6, 1.1, 2.0, 3.5, 6.0)
"""Blur of each focus step: sigma on the half-size tissue, in pixels."""
MANY: Final = 20
"""When more capillaries than this changed, blurring the whole tissue again is cheaper than their surroundings."""


class Tissue:
    """Skin (height, width, 3) float32 BGR and capillaries, composed on demand."""

    def __init__(self, skin: npt.NDArray[np.float32], capillaries: Sequence[Capillary]) -> None:
        self._capillaries = capillaries
        self._light = np.rint(skin * GREY).astype(np.int16)
        self._levels = np.zeros(len(capillaries), np.int16)
        self._sharp: Pixels = np.zeros((*skin.shape[:2], 4), np.uint8)
        self._sharp[:, :, :3] = _to_grey(self._light)
        self._soft = {step: _blur(self._sharp, FOCUS_PX[step]) for step in range(1, len(FOCUS_PX))}
        self._stale: dict[int, set[int]] = {step: set() for step in self._soft}
        self._blend = np.empty_like(self._sharp)

    def fill(self, filling: npt.NDArray[np.float64]) -> None:
        """Fill each capillary to its share, 0..1."""
        levels = np.rint(filling * LEVELS).astype(np.int16)
        changed: list[int] = np.flatnonzero(levels != self._levels).tolist()
        for i in changed:
            left, top, right, bottom = self._capillaries[i].box
            self._light[top:bottom, left:right] -= (levels[i] - self._levels[i]) * self._capillaries[i].depth
        for i in changed:
            left, top, right, bottom = self._capillaries[i].box
            self._sharp[top:bottom, left:right, :3] = _to_grey(self._light[top:bottom, left:right])
        for stale in self._stale.values():
            stale.update(changed)
        self._levels = levels

    def view(self, defocus: float) -> Pixels:
        """Return the whole tissue, half size, uint8 BGR and an empty channel, from sharp (0) to the last step (1).

        It is overwritten by the next call of `fill` or `view`.
        """
        place = min(max(defocus, 0.0), 1.0) * (len(FOCUS_PX) - 1)
        step = int(place)
        share = place - step
        if share < 0.02:  # a blend that no one could see
            return self._at(step)
        return cv2.addWeighted(self._at(step), 1.0 - share, self._at(step + 1), share, 0.0, dst=self._blend).astype(
            np.uint8, copy=False
        )

    def _at(self, step: int) -> Pixels:
        """Return one focus step, brought up to date for the capillaries that changed."""
        if step == 0:
            return self._sharp
        soft, sigma = self._soft[step], FOCUS_PX[step]
        if len(self._stale[step]) > MANY:
            soft[:] = _blur(self._sharp, sigma)
            self._stale[step].clear()
            return soft
        reach = _radius(sigma)
        height, width = soft.shape[:2]
        for i in sorted(self._stale[step]):
            left, top, right, bottom = self._capillaries[i].box
            l1, t1, r1, b1 = (
                max(left - reach, 0),
                max(top - reach, 0),
                min(right + reach, width),
                min(bottom + reach, height),
            )
            l2, t2, r2, b2 = max(l1 - reach, 0), max(t1 - reach, 0), min(r1 + reach, width), min(b1 + reach, height)
            patch = _blur(self._sharp[t2:b2, l2:r2], sigma)
            soft[t1:b1, l1:r1] = patch[t1 - t2 : b1 - t2, l1 - l2 : r1 - l2]
        self._stale[step].clear()
        return soft


def _to_grey(light: npt.NDArray[np.int16]) -> Pixels:
    """Round sixteenths of grey values to grey values."""
    return np.asarray(np.clip((light + GREY // 2) >> 4, 0, 255), np.uint8)


def _radius(sigma: float) -> int:
    return int(np.ceil(3.0 * sigma))


def _blur(picture: Pixels, sigma: float) -> Pixels:
    size = 2 * _radius(sigma) + 1
    return cv2.GaussianBlur(picture, (size, size), sigma).astype(np.uint8, copy=False)
