"""A ruler in a picture: in which direction it lies, and how far apart its marks are. Pure.

The picture is turned step by step; in each position, bands across it are held against themselves, moved along
(autocorrelation). What repeats is looked at closely: mark by mark, first small, then in the picture's own resolution.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Pixels
from workers.scale.even_marks import FEWEST, EvenMarks, marks_in
from workers.scale.profiles import Floats, flattened, half_band_px, half_bands, repetition, turned

SEARCHED_PX: Final = 960
"""The longer side of the picture in which the direction is searched."""
CLOSEST_PX: Final = 4
"""EvenMarks that are closer in the picture, made that small, are not found."""

_STEP_DEG: Final = 2
_NEARBY_DEG: Final = (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5)
_BANDS: Final = (4, 12)  # looked at in each direction: in the search, and near the direction that it found
_LOOKED_AT: Final = 60
_REPEATS: Final = 0.2  # the least autocorrelation that is looked at
_SHORT: Final = 0.75  # a shorter lag is preferred if its autocorrelation is this part of the highest
_MULTIPLE: Final = 0.04


@dataclass(frozen=True, slots=True)
class MeasuredRuler:
    """A ruler that was found.

    marks_px: (n, 2) positions of its marks in the picture, x and y. spacing_px: from mark to mark.
    error: of the spacing, as a share of it: of the fit, and from end to end if the ruler is seen aslant.
    """

    marks_px: npt.NDArray[np.float64]
    spacing_px: float
    error: float


@dataclass(frozen=True, slots=True)
class _Band:
    """A band across the turned picture that repeats itself after `lag_px`."""

    degrees: float
    row: int
    lag_px: int
    strength: float
    whole: Floats
    above: Floats
    below: Floats

    def marks(self) -> EvenMarks | None:
        return marks_in(self.whole, self.above, self.below, float(self.lag_px))


def find_ruler(pixels: Pixels) -> MeasuredRuler | None:
    """Return the ruler in a picture, (height, width, 3) uint8 BGR, its finest marks; None if none is clear."""
    shrink = min(1.0, SEARCHED_PX / max(pixels.shape[:2]))
    small = (
        pixels if shrink == 1 else _plane(cv2.resize(pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA))
    )
    if min(small.shape[:2]) < FEWEST * CLOSEST_PX:
        return None
    flat = flattened(small)
    bands = [band for degrees in range(0, 180, _STEP_DEG) for band in _repeating(flat, degrees, _BANDS[0])]
    first = _best(sorted(bands, key=lambda band: -band.strength)[:_LOOKED_AT])
    if first is None:
        return None
    flat = flattened(pixels)
    nearby = (first[0].degrees + step for step in _NEARBY_DEG)
    found = _best([band for degrees in nearby for band in _repeating(flat, degrees, _BANDS[1])])
    return None if found is None else _ruler(*found, flat)


def _repeating(flat: Floats, degrees: float, most: int) -> Iterator[_Band]:
    """Yield the bands at an angle that repeat themselves most."""
    halves = half_bands(turned(flat, degrees)[0], half_band_px(flat))
    whole = np.asarray((halves[:-1] + halves[1:]) / 2, np.float32)
    peaks = repetition(whole, CLOSEST_PX, whole.shape[1] // FEWEST)
    strengths = peaks.max(axis=1)
    for row in np.argsort(-strengths)[:most].tolist():
        if strengths[row] >= _REPEATS:
            lag = CLOSEST_PX + int(np.flatnonzero(peaks[row] >= _SHORT * strengths[row])[0])
            yield _Band(degrees, row, lag, float(strengths[row]), whole[row], halves[row], halves[row + 1])


def _best(bands: list[_Band]) -> tuple[_Band, EvenMarks] | None:
    """Return the band with the best marks; if others divide their spacing, as short marks do long ones, the finest."""
    rulers = [(band, marks) for band in bands if (marks := band.marks()) is not None and marks.are_a_ruler]
    if not rulers:
        return None
    best = max(rulers, key=lambda found: found[1].rank)
    divisors = [(band, marks) for band, marks in rulers if _divides(marks.spacing_px, best[1].spacing_px)]
    finest_px = min(marks.spacing_px for _, marks in divisors)
    alike = [found for found in divisors if found[1].spacing_px < finest_px * (1 + _MULTIPLE)]
    return max(alike, key=lambda found: found[1].rank)


def _divides(spacing_px: float, of_px: float) -> bool:
    times = of_px / spacing_px
    return round(times) >= 1 and abs(times - round(times)) <= _MULTIPLE * round(times)


def _ruler(band: _Band, marks: EvenMarks, flat: Floats) -> MeasuredRuler:
    """Return the marks at their places in the picture."""
    matrix = turned(flat, band.degrees)[1]
    level = np.stack([marks.at, np.full(len(marks.at), (band.row + 1.0) * half_band_px(flat))])
    places = np.linalg.solve(matrix[:, :2], level - matrix[:, 2:])
    return MeasuredRuler(np.asarray(places.T, np.float64), marks.spacing_px, marks.error)


def _plane(picture: object) -> Pixels:
    return np.asarray(picture, np.uint8)
