"""Fits what stands in the card beside the weights: Platt scaling, threshold, spread of outlines. Knows arrays alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workers.capillary.classifier import calibrated
from workers.capillary.density import Z_90, counted
from workers.capillary.odds import log_odds
from workers.runtimes.card import Calibration
from workers.training.data.labels import COVER, readers_density
from workers.training.data.samples import Samples

Float64Array = npt.NDArray[np.float64]

THRESHOLDS = np.arange(0.20, 0.805, 0.01)
PLATEAU = 0.006
"""Thresholds whose F1 is this close to the best count as equal."""

MAX_SPREAD = 2.0
"""The most that a card takes. A model that needs more knows nothing of density."""


@dataclass(frozen=True)
class Judged:
    """A frame and what a network that was not trained on it says of its proposals.

    probabilities: (proposals,) of a capillary. painted: the same for the vessels painted into that frame.
    """

    frame: Samples
    probabilities: Float64Array
    painted: tuple["Judged", ...] = ()


def platt(judged: Sequence[Judged]) -> Calibration:
    """Fit slope and offset of the log-odds by maximum likelihood (Platt 1999), with the readers' shares as targets."""
    said = log_odds(np.concatenate([j.probabilities for j in judged]))
    target = np.concatenate([j.frame.target for j in judged]).astype(np.float64)
    design = np.stack([said, np.ones_like(said)], axis=1)
    weights = np.zeros(2)
    for _ in range(50):  # Newton's method
        fitted = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30, 30)))
        curvature = design.T @ (design * (fitted * (1 - fitted))[:, None]) + 1e-6 * np.eye(2)
        weights = weights + np.linalg.solve(curvature, design.T @ (target - fitted))
    slope, offset = np.clip(weights, [0.01, -100.0], 100.0)  # what a card takes
    return Calibration(slope=float(slope), offset=float(offset))


def recalibrated(judged: Sequence[Judged], calibration: Calibration) -> list[Judged]:
    """Return the same frames with calibrated probabilities."""
    return [Judged(j.frame, calibrated(j.probabilities, j.frame.traits, calibration)) for j in judged]


def f1_at(judged: Sequence[Judged], threshold: float) -> float:
    """Return the measure's F1 over all frames if regions with `threshold` or more are called capillaries."""
    found = capillaries = right = counted = 0
    for j in judged:
        chosen = j.probabilities >= threshold
        found += int((j.frame.coverage[:, chosen].sum(axis=1) >= COVER).sum())
        capillaries += len(j.frame.coverage)
        right += int((chosen & j.frame.right).sum())
        counted += int((chosen & ~j.frame.ignored).sum())
    recall, precision = found / max(1, capillaries), right / max(1, counted)
    return 2 * recall * precision / max(1e-9, recall + precision)


def best_threshold(judged: Sequence[Judged]) -> float:
    """Return, of the thresholds with nearly the best F1, the one whose densities are nearest to the readers'."""
    f1 = np.array([f1_at(judged, threshold) for threshold in THRESHOLDS])
    good = THRESHOLDS[f1 >= f1.max() - PLATEAU]
    truth = np.array([readers_area(j) for j in judged])
    return round(float(min(good, key=lambda threshold: abs(bias(judged, truth, threshold)))), 3)


def bias(judged: Sequence[Judged], truth: Float64Array, threshold: float) -> float:
    """Return the logarithm of measured over true area in the median frame. truth: (frames,), full-frame px."""
    area = np.array([counted_area(j, threshold) for j in judged])
    return float(np.median(np.log(np.maximum(area, 1.0) / np.maximum(truth, 1.0))))


def counted_area(judged: Judged, threshold: float) -> float:
    """Return how many full-frame px count as capillary, as in the density."""
    return float(counted(judged.probabilities, threshold) @ judged.frame.areas_px)


def readers_area(judged: Judged) -> float:
    """Return how many full-frame px the readers call capillary, the mean of both."""
    label = judged.frame.label
    return readers_density(label) * label.width_px * label.height_px


def outline_spread(judged: Sequence[Judged], threshold: float) -> float:
    """Return the smallest relative spread with which nine of ten new frames' intervals would hold the readers' mean.

    For each frame the spread that it would have needed; of these the 0.9 * (n + 1)-th smallest, interpolated: a new
    frame needs less than the k-th smallest of n with probability k / (n + 1) (as in conformal prediction, Vovk et al.
    2005). `judged` must be calibrated.
    """
    needed = []
    for j in judged:
        p, area = j.probabilities, j.frame.areas_px
        own = counted_area(j, threshold)
        left = ((readers_area(j) - own) / Z_90) ** 2 - float((p * (1 - p)) @ area**2)
        needed.append(np.sqrt(max(0.0, left)) / max(1.0, own))
    ranks = np.arange(1, len(needed) + 1)
    return round(min(MAX_SPREAD, float(np.interp(0.9 * (len(needed) + 1), ranks, np.sort(needed)))), 4)
