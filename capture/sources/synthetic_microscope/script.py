"""What happens when: episodes of good and bad pictures, and the slow rise and fall of perfusion. Knows no pixels."""

from dataclasses import dataclass
from itertools import accumulate
from math import pi, sin
from typing import Final

import numpy as np
import numpy.typing as npt

Schedule = tuple[tuple[str, float], ...]
"""Episodes, one after the other and then from the start again: name and length in seconds."""

SCHEDULES: Final[dict[str, Schedule]] = {
    "steady": (("steady", 60.0),),
    "demo": (
        ("steady", 13.0),
        ("defocus", 2.5),
        ("steady", 11.5),
        ("motion", 2.0),
        ("steady", 12.0),
        ("dark", 2.5),
        ("steady", 11.0),
        ("glare", 2.5),
        ("steady", 3.0),
    ),
    "rough": tuple((name, 2.5) for bad in ("defocus", "motion", "dark", "glare") for name in ("steady", bad)),
}

RAMP_S: Final = 0.4
"""A bad picture comes and goes within this time."""

PERFUSION_MEAN: Final = 0.72
PERFUSION_SWING: Final = 0.27
FADE_WIDTH: Final = 0.1
"""The share of the perfusion scale over which one capillary fills: two to four seconds at the steepest rise."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """How the picture is taken at one moment; every strength from 0 (good) to 1 (worst)."""

    episode: str
    defocus: float = 0.0
    motion: float = 0.0
    dark: float = 0.0
    glare: float = 0.0


def smoothstep(x: float) -> float:
    """Return 0 below 0, 1 above 1, and a smooth S between."""
    x = min(max(x, 0.0), 1.0)
    return x * x * (3.0 - 2.0 * x)


def conditions(schedule: Schedule, time_s: float) -> Conditions:
    """Return the episode at `time_s` and how far it has come in: up over RAMP_S, and down again before it ends."""
    ends = list(accumulate(length for _, length in schedule))
    into = time_s % ends[-1]
    for (name, length), end in zip(schedule, ends, strict=True):
        if into < end:
            edge = min(into - (end - length), end - into)
            return Conditions(name) if name == "steady" else Conditions(name, **{name: smoothstep(edge / RAMP_S)})
    return Conditions(schedule[-1][0])


def perfusion(time_s: float, period_s: float) -> float:
    """Return the share of capillaries that carry blood: a slow sine between 0.45 and 0.99, rising first."""
    return PERFUSION_MEAN + PERFUSION_SWING * sin(2.0 * pi * time_s / period_s)


def filling(threshold: npt.NDArray[np.float64], share: float) -> npt.NDArray[np.float64]:
    """Return how full each capillary is, 0..1, when `share` of all carry blood; `threshold`, (n,) 0..1, is its turn.

    Half full exactly when `share` equals the threshold.
    """
    x = np.clip((share - threshold) / FADE_WIDTH + 0.5, 0.0, 1.0)
    return np.asarray(x * x * (3.0 - 2.0 * x), np.float64)
