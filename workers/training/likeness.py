"""Fits what frames of the training have in common, so that a model knows a frame that is unlike them."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from workers.capillary.likeness import distance, usual
from workers.capillary.traits import Numbers
from workers.runtimes.card import Likeness
from workers.training.data.samples import Samples
from workers.training.data.splits import scenes_of

SHRINKAGE: Final = 0.3
"""Share of the covariance that is taken from its diagonal: frames are few beside the columns."""
FEWEST_SCENES: Final = 5


def likeness_of(frames: Sequence[Samples], same_scene: Sequence[Sequence[str]] = ()) -> Likeness | None:
    """Return centre, precision and limit of these frames; None of too few scenes.

    The limit is the largest distance of a frame to the others without its scene. So a new frame of the same kind
    passes it once in as many frames as there were scenes.
    """
    facts = {f.label.frame: usual(f.traits) for f in frames}
    known = {name: fact for name, fact in facts.items() if fact is not None}
    scenes = scenes_of(list(known), same_scene)
    if len(scenes) < FEWEST_SCENES:
        return None
    limit = 0.0
    for scene in scenes:
        centre, precision = _fitted(np.array([fact for name, fact in known.items() if name not in scene]))
        limit = max(limit, *(distance(known[name], centre, precision) for name in scene))
    centre, precision = _fitted(np.array(list(known.values())))
    return Likeness(
        centre=centre.round(6).tolist(), precision=precision.round(6).tolist(), limit=round(max(limit, 1e-3), 6)
    )


def _fitted(facts: Numbers) -> tuple[Numbers, Numbers]:
    """Return the mean and the inverse of the shrunk covariance of (frames, columns)."""
    covariance = np.asarray(np.cov(facts.T), np.float64)
    shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.diag(np.diag(covariance)) + 1e-6 * np.eye(len(covariance))
    centre: Numbers = facts.mean(axis=0)
    precision = np.asarray(np.linalg.inv(shrunk), np.float64)
    return centre, precision
