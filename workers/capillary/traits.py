"""What can be measured of a proposed patch without a network: how dark, how large, of what shape and colour.

The network sees a crop that is scaled to the patch, and so neither its size nor the rest of the frame. Both tell
vessels that lie in the plane of the skin, and shadows in frames of strong contrast, from capillaries.
"""

import functools
from collections.abc import Iterable, Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from stream.pixels.arrays import ImagePlane
from stream.protocol.contracts import Pixels
from workers.capillary.background import CONTRAST, darkness
from workers.capillary.odds import log_odds
from workers.capillary.regions import Candidates, Proposal

Numbers = npt.NDArray[np.float64]

MEASURED: Final = ("peak", "relative_peak", "area", "width", "red", "blue", "sharpness")
"""Columns of `measured`. Darkness is 1 less the flat field's green; all but red and blue are logarithms."""

COMPARED: Final = ("peak", "area", "width", "red")
"""Of these `compared` gives the difference from the frame's likely capillaries."""

NAMES: Final = ("network", *MEASURED, *(f"other_{name}" for name in COMPARED))
"""Columns of `design`."""

SUREST: Final = 0.0025
"""Log-odds end at 6 either way: beyond that, a network's certainty means nothing."""

_NONE: Final = np.zeros((0, len(MEASURED)))


def measured(source: Pixels, found: Candidates, proposals: Sequence[Proposal]) -> Numbers:
    """Measure proposals: (n, 7) float64, the columns MEASURED.

    source: see `workers.capillary.crops.picture`. Each is about 0 for a usual capillary, and about 1 away from it for
    an unusual one.
    """
    if not proposals:
        return _NONE
    rows = np.array([_row(source, found.green, p) for p in proposals])
    area, border = rows[:, :2].T
    blue, green, red, peak = darkness(rows[:, 2:6].T)
    steepness = np.maximum(rows[:, 6], 1.0) / CONTRAST
    dark, peak = np.maximum(green, 1e-3), np.maximum(peak, 0.02)
    columns = (
        np.log(peak / 0.1),
        np.log(peak / found.depth),
        np.log(area / 1000.0),
        np.log(area / border / 10.0),
        2.0 * (red / dark - 0.5),
        2.0 * (blue / dark - 0.8),
        np.log(steepness / peak) - 0.5,
    )
    return np.stack(columns, axis=1)


def compared(traits: Numbers, probabilities: Numbers) -> Numbers:
    """Return (n, 4) float64, the columns COMPARED less their mean over the frame, weighted by probability."""
    chosen = traits[:, [MEASURED.index(name) for name in COMPARED]]
    weight = (probabilities + 1e-3)[:, np.newaxis]
    difference: Numbers = chosen - (weight * chosen).sum(axis=0) / weight.sum()
    return difference


def design(traits: Numbers, probabilities: Numbers) -> Numbers:
    """Return (n, 12) float64, the columns NAMES: half the network's log-odds, the traits, and how they compare."""
    if not len(traits):
        return np.zeros((0, len(NAMES)))
    return np.column_stack([log_odds(probabilities, SUREST) / 2.0, traits, compared(traits, probabilities)])


def products(traits: Numbers, probabilities: Numbers, terms: Sequence[str]) -> Numbers:
    """Return (n, terms) float64: columns of `design`, or for a term `a*b` the product of two. Raises ValueError."""
    columns = np.column_stack([design(traits, probabilities), np.ones(len(traits))])
    pairs = _factors(tuple(terms))
    made: Numbers = columns[:, pairs[:, 0]] * columns[:, pairs[:, 1]]
    return made


def unknown(terms: Iterable[str]) -> list[str]:
    """Return the `terms` that are neither a column of `design` nor a product of two."""
    return [term for term in terms if term.count("*") > 1 or not set(term.split("*")) <= set(NAMES)]


@functools.cache
def _factors(terms: tuple[str, ...]) -> npt.NDArray[np.int_]:
    """Return (terms, 2): the columns of `design` that each term multiplies; the column after the last is 1."""
    columns = (*NAMES, "")
    return np.array([[columns.index(name) for name in term.partition("*")[::2]] for term in terms])


def _row(source: Pixels, smooth: ImagePlane, found: Proposal) -> tuple[float, ...]:
    """Return area in full-frame px, border points, mean colours, darkest green, steepest change in 2 px."""
    left, top, width, height = found.box
    inside = np.zeros((height, width), np.uint8)
    cv2.drawContours(inside, [found.outline], -1, (1,), -1, offset=(-left, -top))
    window = slice(top, top + height), slice(left, left + width)
    blue, green, red, _ = cv2.mean(source[window], inside)
    shade = smooth[window]
    darkest = cv2.minMaxLoc(shade, inside)[0]
    steep = max(
        cv2.norm(shade[:, 2:], shade[:, :-2], cv2.NORM_INF) if width > 2 else 0.0,
        cv2.norm(shade[2:], shade[:-2], cv2.NORM_INF) if height > 2 else 0.0,
    )
    return found.area_px, len(found.outline), blue, green, red, darkest, steep
