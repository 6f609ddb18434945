"""How far two analyses agree: on places, and in density. Pure functions on outlines and numbers."""

import math
import statistics
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from workers.training.data.labels import filled, shares

Outline = npt.NDArray[np.int32]

HALF: Final = 0.5
"""An analysis calls a place a capillary if half of the place's pixels lie in its regions."""

Z_95: Final = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""


class Places(Struct, frozen=True, kw_only=True):
    """Places that both, one or neither calls a capillary."""

    both: int = 0
    only_a: int = 0
    only_b: int = 0
    neither: int = 0

    @property
    def total(self) -> int:
        """Number of all places."""
        return self.both + self.only_a + self.only_b + self.neither


class Limits(Struct, frozen=True, kw_only=True):
    """Mean difference B - A of densities, in percent, and the range of 95 % of the differences (None for one frame)."""

    bias_pct: float
    low_pct: float | None
    high_pct: float | None


def places(proposed: Sequence[Outline], a: Sequence[Outline], b: Sequence[Outline], shape: tuple[int, int]) -> Places:
    """Count what A and B say of each place: the built-in analysis' proposals, and what A or B found beside them.

    So there is a common list, with places that neither accepts, also for analyses that keep what they rejected to
    themselves.
    """
    listed = list(proposed)
    for found in (a, b):
        covered = _filled(listed, shape)
        listed += [outline for outline in found if shares(outline, [covered])[0] < HALF]
    masks = [_filled(a, shape), _filled(b, shape)]
    said = [tuple(share >= HALF for share in shares(outline, masks)) for outline in listed]
    return Places(
        both=said.count((True, True)),
        only_a=said.count((True, False)),
        only_b=said.count((False, True)),
        neither=said.count((False, False)),
    )


def kappa(counted: Places) -> float | None:
    """Return Cohen's kappa (1960): agreement beyond what chance gives, 1 at most; None if chance gives all of it."""
    if not counted.total:
        return None
    share_a, share_b = ((counted.both + alone) / counted.total for alone in (counted.only_a, counted.only_b))
    agreed = (counted.both + counted.neither) / counted.total
    by_chance = share_a * share_b + (1 - share_a) * (1 - share_b)
    return None if math.isclose(by_chance, 1.0) else (agreed - by_chance) / (1 - by_chance)


def bland_altman(a: Sequence[float], b: Sequence[float]) -> Limits:
    """Return bias and 95 % limits of agreement of B - A (Bland and Altman 1986), from at least one pair."""
    differences = [second - first for first, second in zip(a, b, strict=True)]
    bias = statistics.fmean(differences)
    if len(differences) < 2:
        return Limits(bias_pct=bias, low_pct=None, high_pct=None)
    spread = Z_95 * statistics.stdev(differences)
    return Limits(bias_pct=bias, low_pct=bias - spread, high_pct=bias + spread)


def _filled(found: Sequence[Outline], shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
    return filled([outline.tolist() for outline in found], shape)
