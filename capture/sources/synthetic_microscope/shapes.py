"""Centre lines of capillaries as seen from above: commas, hairpins, loops. Knows geometry only."""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi
from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Vessel:
    """A vessel about the origin: centre line (n, 2) and radii (n,) in full-frame pixels, tone (n,) from 0 to 1."""

    line: Array
    radius: Array
    tone: Array


def _turn(line: Array, angle: float) -> Array:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray((line - line.mean(axis=0)) @ np.array([[cos, sin], [-sin, cos]]))


def _wander(rng: np.random.Generator, count: int, low: float, high: float) -> Array:
    """Return a smooth random run of `count` values between low and high."""
    knots = rng.uniform(low, high, max(3, count // 6))
    return np.interp(np.linspace(0, len(knots) - 1, count), np.arange(len(knots)), knots)


def _arc(length: float, bend: float, count: int) -> Array:
    """Return a line of constant curvature that turns by `bend` radians over its length."""
    heading = np.linspace(-bend / 2, bend / 2, count)
    return np.cumsum(np.stack([np.cos(heading), np.sin(heading)], 1) * length / count, axis=0)


def comma(rng: np.random.Generator) -> Vessel:
    """Return the tip of a loop seen at a slant: thick at one end, fading at the other."""
    count = 16
    line = _arc(rng.uniform(18, 46), rng.uniform(-1.8, 1.8), count)
    taper = np.linspace(1.0, rng.uniform(0.4, 0.8), count)
    return Vessel(line, rng.uniform(6.0, 9.5) * taper, np.linspace(1.0, rng.uniform(0.45, 0.9), count))


def hairpin(rng: np.random.Generator) -> Vessel:
    """Return both limbs seen from the side, the venous one wider and darker than the arterial one."""
    limb, gap, count = rng.uniform(14, 46), rng.uniform(9, 15), 10
    along = np.linspace(limb, 0, count)
    bow = rng.uniform(-6, 6) * np.sin(np.linspace(0, pi / 2, count))
    turn = np.linspace(pi / 2, -pi / 2, count)
    top = np.stack([along, gap / 2 + bow], 1)
    tip = np.stack([-gap / 2 * np.cos(turn), gap / 2 * np.sin(turn)], 1)
    low = np.stack([along[::-1], -gap / 2 + bow[::-1]], 1)
    size = np.repeat([rng.uniform(4.0, 5.5), 5.5, rng.uniform(5.0, 7.0)], count)
    tone = np.repeat([rng.uniform(0.4, 0.8), 0.95, 0.9], count) * _wander(rng, 3 * count, 0.75, 1.0)
    return Vessel(np.vstack([top, tip, low]), size, tone)


def loop(rng: np.random.Generator) -> Vessel:
    """Return a loop seen end on: most of a ring."""
    count = 24
    angle = np.linspace(0, rng.uniform(1.3, 1.95) * pi, count)
    line = np.stack([rng.uniform(10, 20) * np.cos(angle), rng.uniform(7, 12) * np.sin(angle)], 1)
    line += np.stack([_wander(rng, count, -2, 2), _wander(rng, count, -2, 2)], 1)
    return Vessel(line, _wander(rng, count, 3.6, 6.2), _wander(rng, count, 0.35, 1.0))


def spot(rng: np.random.Generator) -> Vessel:
    """Return a loop seen from its tip, often out of focus: a short fat blot."""
    count = 8
    line = _arc(rng.uniform(4, 20), rng.uniform(-1.0, 1.0), count)
    return Vessel(line, _wander(rng, count, 6.0, 11.0), _wander(rng, count, 0.65, 1.0))


def winding(rng: np.random.Generator) -> Vessel:
    """Return a long tortuous vessel, beaded along its way."""
    count = 30
    heading = np.cumsum(rng.normal(0, 0.32, count))
    step = rng.uniform(1.8, 3.4)
    line = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], 1) * step, axis=0)
    return Vessel(line, _wander(rng, count, 4.2, 8.0), _wander(rng, count, 0.35, 1.0))


def cluster(rng: np.random.Generator) -> Vessel:
    """Return a tuft of short pieces at several depths: dark dots in a dim cloud."""
    count = int(rng.integers(5, 11))
    line = rng.normal(0, 1, (count, 2)) * [rng.uniform(10, 20), rng.uniform(6, 12)]
    return Vessel(line, rng.uniform(3.5, 10.0, count), rng.uniform(0.4, 1.0, count))


KINDS: Final[tuple[tuple[Callable[[np.random.Generator], Vessel], float], ...]] = (
    (comma, 0.32),
    (hairpin, 0.21),
    (loop, 0.15),
    (spot, 0.13),
    (winding, 0.1),
    (cluster, 0.07),
)
"""The kinds and how often each is met, by eye from skin of the forearm and hand."""


def _one(rng: np.random.Generator) -> Vessel:
    """Make one vessel of a random kind and direction, a little uneven and seen at a slant."""
    kinds = [kind for kind, _ in KINDS]
    shares = np.array([share for _, share in KINDS])
    vessel = kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))](rng)
    slant = np.array([1.0, rng.uniform(0.65, 1.0)])
    shaken = _turn(vessel.line, rng.uniform(0, 2 * pi)) * slant + rng.normal(0.0, 1.2, vessel.line.shape)
    swollen = vessel.radius * _wander(rng, len(vessel.radius), 0.65, 1.05)
    return Vessel(_turn(shaken, rng.uniform(0, 2 * pi)), swollen, vessel.tone)


def _joined(vessel: Vessel, other: Vessel, faint: float) -> Vessel:
    """Join both, the other one from the vessel's end on and fainter."""
    line = np.vstack([vessel.line, other.line - other.line[0] + vessel.line[-1]])
    tone = np.concatenate([vessel.tone, other.tone * faint])
    return Vessel(line, np.concatenate([vessel.radius, other.radius]), tone)


def any_vessel(rng: np.random.Generator) -> Vessel:
    """Make a capillary: a vessel, often with a second one that it runs into or a faint venule that drains it."""
    vessel = _one(rng)
    if rng.random() < 0.33:
        vessel = _joined(vessel, _one(rng), rng.uniform(0.5, 1.0))
    if rng.random() < 0.4:
        vessel = _joined(vessel, winding(rng), rng.uniform(0.12, 0.4))
    scale = float(np.exp(rng.normal(0.38, 0.33)))
    return Vessel((vessel.line - vessel.line.mean(axis=0)) * scale, vessel.radius * scale, vessel.tone)
