"""Fits how the network's opinion of a region and what is measured of it are weighed together. Knows arrays alone.

The fit needs opinions of frames that the network has not seen. What is chosen by the outcome of the fit, such as a
threshold, needs frames that the fit has not seen either: `cross_fitted`.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from workers.capillary.traits import NAMES, products
from workers.runtimes.card import Calibration
from workers.training.calibrate import Float64Array, Judged, platt, recalibrated
from workers.training.data.splits import scenes_of
from workers.training.plan import TrainingPlan

Fitting = Callable[[Sequence[Judged]], Calibration]

TERMS: Final = [*NAMES, *(f"{a}*{b}" for i, a in enumerate(NAMES) for b in NAMES[i:])]
RIDGE: Final = 10.0  # penalty on every standardised coefficient
USUAL_AREA_PX: Final = 1300.0  # of a region that counts once


def weigh_traits(judged: Sequence[Judged]) -> Calibration:
    """Fit a ridge logistic regression on the network's log-odds, all traits, and all products of two.

    Regions count by the square root of their area, since density is made of area.
    """
    every = [*judged, *(vessels for j in judged for vessels in j.painted)]
    design = np.concatenate([products(j.frame.traits, j.probabilities, TERMS) for j in every])
    target = np.concatenate([j.frame.target for j in every]).astype(np.float64)
    weight = np.concatenate([importance(j) for j in every])
    mean, spread = design.mean(axis=0), design.std(axis=0) + 1e-6
    fitted = ridge(np.column_stack([(design - mean) / spread, np.ones(len(design))]), target, weight)
    terms = (fitted[:-1] / spread).round(6)
    offset = float(np.clip(fitted[-1] - terms @ mean, -100.0, 100.0))  # what a card takes
    return Calibration(slope=0.0, offset=offset, terms=dict(zip(TERMS, terms.tolist(), strict=True)))


def fitting(plan: TrainingPlan) -> Fitting:
    """Return how a plan's calibration is fitted: what is measured holds on frames of the same kind only."""
    return weigh_traits if plan.measured else platt


def cross_fitted(
    judged: Sequence[Judged], same_scene: Sequence[Sequence[str]] = (), fitted: Fitting = weigh_traits
) -> list[Judged]:
    """Return the same frames, each with probabilities by a calibration that was fitted without its scene."""
    result = []
    for scene in scenes_of([j.frame.label.frame for j in judged], same_scene):
        rest = [j for j in judged if j.frame.label.frame not in scene] or judged
        held_out = [j for j in judged if j.frame.label.frame in scene]
        result += recalibrated(held_out, fitted(rest))
    return result


def importance(judged: Judged) -> Float64Array:
    """Return the weight of each region in the fit, (n,): half if the readers disagree."""
    weight: Float64Array = np.sqrt(judged.frame.areas_px / USUAL_AREA_PX) * np.where(
        judged.frame.target == 0.5, 0.5, 1.0
    )
    return weight


def ridge(design: Float64Array, target: Float64Array, weight: Float64Array) -> Float64Array:
    """Fit a logistic regression by Newton's method; returns (columns,) coefficients.

    design: (rows, columns); all coefficients but the last column's are drawn towards 0. target: 0..1 for each row.
    """
    penalty = np.diag([*[RIDGE] * (design.shape[1] - 1), 1e-6])
    weights = np.zeros(design.shape[1])
    for _ in range(25):
        fitted = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30, 30)))
        curvature = design.T @ (design * (weight * fitted * (1 - fitted))[:, None]) + penalty
        step = np.linalg.solve(curvature, design.T @ (weight * (target - fitted)) - penalty @ weights)
        weights = weights + step
        if np.abs(step).max() < 1e-6:
            break
    return weights
