"""The hand that holds the microscope: drift, breathing, tremor, and a sweep when it moves. Knows no pixels."""

from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
import numpy.typing as npt

Affine = npt.NDArray[np.float64]
"""A 2x3 map of points."""


@dataclass(frozen=True)
class Wave:
    """A sum of sines: amplitudes (n,), frequencies (n,) in Hz, phases (n,) in radians."""

    amplitude: npt.NDArray[np.float64]
    hz: npt.NDArray[np.float64]
    phase: npt.NDArray[np.float64]

    def at(self, time_s: float) -> float:
        """Return the sum at `time_s`, in the amplitudes' unit."""
        return float(self.amplitude @ np.sin(2.0 * pi * self.hz * time_s + self.phase))


@dataclass(frozen=True)
class Hand:
    """The three ways a hand moves: across, along (pixels) and around (radians), and how far it sweeps (pixels)."""

    x: Wave
    y: Wave
    angle: Wave
    sweep_x: float
    sweep_y: float

    def offset(self, time_s: float, sweep: float) -> tuple[float, float]:
        """Return the displacement over the tissue in pixels; `sweep` 0..1 adds a fast movement round and round."""
        turn = 2.0 * pi * 1.3 * time_s
        return self.x.at(time_s) + self.sweep_x * sweep * sin(turn), self.y.at(time_s) + self.sweep_y * sweep * cos(
            turn
        )


def _wave(rng: np.random.Generator, parts: list[tuple[float, float]]) -> Wave:
    """Make a sum of sines of the given amplitudes and rough frequencies, each detuned a little and of random phase."""
    amplitude, hz = np.array(parts, np.float64).T
    return Wave(amplitude, hz * rng.uniform(0.85, 1.15, len(parts)), rng.uniform(0.0, 2.0 * pi, len(parts)))


def steady_hand(rng: np.random.Generator) -> Hand:
    """Make a hand that drifts over some 100 px in half a minute, breathes and trembles.

    Physiological tremor lies at 8 to 12 Hz (Elble and Koller, Tremor, 1990); people at rest breathe 15 times a minute.
    """
    return Hand(
        x=_wave(rng, [(42.0, 0.023), (16.0, 0.061), (3.0, 0.25), (1.2, 1.1), (0.45, 9.0)]),
        y=_wave(rng, [(26.0, 0.029), (11.0, 0.071), (7.0, 0.25), (1.0, 1.3), (0.45, 10.0)]),
        angle=_wave(rng, [(0.007, 0.031), (0.002, 0.11), (0.0004, 1.0)]),
        sweep_x=rng.uniform(70.0, 100.0),
        sweep_y=rng.uniform(35.0, 55.0),
    )


def frame_to_tissue(
    offset: tuple[float, float], angle: float, frame_wh: tuple[int, int], tissue_wh: tuple[int, int]
) -> Affine:
    """Return the map from frame to tissue pixels: turned about the frame's middle, `offset` from the tissue's."""
    turn = np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]])
    frame_middle, tissue_middle = np.array(frame_wh) / 2.0, np.array(tissue_wh) / 2.0
    shift = tissue_middle + np.array(offset) - turn @ frame_middle
    return np.hstack([turn, shift[:, None]])


def inverse(affine: Affine) -> Affine:
    """Return the map from tissue pixels back to frame pixels."""
    back = np.linalg.inv(affine[:, :2])
    return np.hstack([back, -(back @ affine[:, 2:])])
