"""Evenly spaced marks along a line: found one by one, and held against the whole profile. Pure.

A ruler differs from tissue in how much of the profile one mark, repeated, explains: of rulers over 0.8, of the labelled
frames of skin at most 0.43.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from workers.scale.profiles import Floats

FEWEST: Final = 8
"""Fewer marks at like distances are found by chance in tissue too."""
EVEN: Final = 0.65
STRAIGHT: Final = 0.5
REGULAR: Final = 0.06

_STRAY: Final = 0.15  # of the spacing: how far the next mark may lie from where it is expected
_FAINTEST: Final = 0.15  # of the highest peak
_SOFT: Final = 0.1  # of the spacing: the profile is smoothed by this much before marks are looked for
_BINS: Final = (4, 16)

_Positions = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EvenMarks:
    """A row of marks along a profile.

    at: (n,) px along the profile. spacing_px: in the middle of the row. error: of the spacing, as a share of it.
    even: share of the profile that one mark, repeated, explains. straight: correlation of that mark with the profiles
    above and below, which see the same marks if they are lines. regular: deviation of the distances, as a share.
    """

    at: _Positions
    spacing_px: float
    error: float
    even: float
    straight: float
    regular: float

    @property
    def are_a_ruler(self) -> bool:
        """True if these marks are no chance."""
        return self.even >= EVEN and self.straight >= STRAIGHT and self.regular <= REGULAR

    @property
    def rank(self) -> float:
        """Return how much speaks for them: more and more even marks."""
        return float(self.even * len(self.at) ** 0.5)


def marks_in(profile: Floats, above: Floats, below: Floats, spacing_px: float) -> EvenMarks | None:
    """Return the longest row of marks about `spacing_px` apart, dark or light; None if there is none of `FEWEST`.

    above, below: profiles beside this one, on both sides, of which it is the mean.
    """
    rows = [row for sign in (-1, 1) if len(row := _row(sign * profile, spacing_px)) >= FEWEST]
    found = [_judged(row, profile, above, below) for row in rows]
    return max(found, key=lambda marks: marks.rank, default=None)


def _row(profile: Floats, spacing_px: float) -> _Positions:
    """Return the positions of the longest chain of peaks that follow each other at about the spacing."""
    at = _peaks(profile, max(0.7, _SOFT * spacing_px))
    length, before = np.ones(len(at)), np.full(len(at), -1)
    nearest, farthest = (1 - _STRAY) * spacing_px, (1 + _STRAY) * spacing_px
    for index, place in enumerate(at):
        first, last = np.searchsorted(at, [place - farthest, place - nearest])
        for earlier in range(first, last):
            longer = length[earlier] + 1 - abs(place - at[earlier] - spacing_px) / spacing_px
            if longer > length[index]:
                length[index], before[index] = longer, earlier
    chain: list[int] = []
    index = int(length.argmax()) if len(at) else -1
    while index >= 0:
        chain.append(index)
        index = int(before[index])
    return at[chain[::-1]]


def _peaks(profile: Floats, sigma_px: float) -> _Positions:
    """Return the positions of the profile's peaks, to a fraction of a pixel."""
    soft = cv2.GaussianBlur(profile.reshape(1, -1), (0, 0), sigma_px)[0].astype(np.float64)
    left, middle, right = soft[:-2], soft[1:-1], soft[2:]
    peak = np.flatnonzero((middle > left) & (middle >= right) & (middle > _FAINTEST * soft.max()))
    bend = np.minimum(left[peak] - 2 * middle[peak] + right[peak], -1e-9)
    return np.asarray(peak + 1 + 0.5 * (left[peak] - right[peak]) / bend, np.float64)


def _judged(at: _Positions, profile: Floats, above: Floats, below: Floats) -> EvenMarks:
    number = np.arange(len(at)) - (len(at) - 1) / 2
    growth, spacing, middle = (float(value) for value in np.polyfit(number, at, 2))
    deviation = float(np.std(at - (growth * number**2 + spacing * number + middle), ddof=3))
    of_slope = 2 * deviation / float(np.sqrt((number**2).sum())) / spacing
    from_end_to_end = abs(growth) * (len(at) - 1) / spacing  # a ruler that is tilted is smaller at its far end
    inside = np.arange(max(0, int(at[0] - spacing / 2)), min(len(profile), int(at[-1] + spacing / 2)))
    bins = int(np.clip(spacing, *_BINS))
    phase = (np.interp(inside, *_extended(at, spacing)) + 0.5) % 1
    place = np.minimum((phase * bins).astype(int), bins - 1)
    counts = np.maximum(np.bincount(place, minlength=bins), 1)
    repeated = (np.bincount(place, profile[inside], bins) / counts)[place]
    rest = profile[inside] - repeated
    straight = min(_correlation(side[inside], repeated) for side in (above, below))
    return EvenMarks(
        at=at,
        spacing_px=spacing,
        error=max(0.001, float(np.hypot(of_slope, from_end_to_end))),
        even=1 - float((rest**2).sum()) / max(float(profile[inside].var()) * len(inside), 1e-9),
        straight=straight,
        regular=deviation / spacing,
    )


def _extended(at: _Positions, spacing: float) -> tuple[_Positions, _Positions]:
    """Return positions and numbers of the marks, and of one more at each end, to number what lies between them."""
    return np.concatenate(([at[0] - spacing], at, [at[-1] + spacing])), np.arange(-1.0, len(at) + 1)


def _correlation(one: Floats, other: _Positions) -> float:
    spread = float(one.std()) * float(other.std())
    return float(((one - one.mean()) * (other - other.mean())).mean()) / spread if spread > 0 else 0.0
