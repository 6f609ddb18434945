"""The measure: how well predicted outlines and their density agree with two readers. Pure functions on polygons.

It gives the same numbers as the program `score_regions.py` that comes with the labelled frames, but computes them in
windows around each outline.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from workers.training.data.labels import (
    COVER,
    GROWTH_PX,
    Label,
    Mask,
    filled,
    readers_masks,
    shares,
)

Outline = npt.NDArray[np.int32]
"""(n, 2) int32: x, y in px of the full frame."""


class FrameScore(Struct, frozen=True, kw_only=True):
    """One frame: capillaries found, predictions right or ignored, densities as shares of the tissue in view.

    dice, jaccard: overlap of the predicted mask with each reader's own, the mean of both.
    """

    frame: str
    found: int
    capillaries: int
    right: int
    ignored: int
    predicted: int
    density: float
    density_readers: float
    dice: float
    jaccard: float

    @property
    def density_error(self) -> float:
        """Error of density relative to the readers' mean: |predicted - mean| / mean."""
        return abs(self.density - self.density_readers) / self.density_readers


class Totals(Struct, frozen=True, kw_only=True):
    """All frames together; densities' errors are relative to the readers' mean."""

    frames: int
    recall: float
    precision: float
    f1: float
    density_error_median: float
    density_error_max: float
    density_correlation: float | None
    dice: float
    jaccard: float


def overlap(a: Mask, b: Mask) -> tuple[float, float]:
    """Return Dice's and Jaccard's coefficient of two masks; 1 if both are empty."""
    both, total = int((a & b).sum()), int(a.sum()) + int(b.sum())
    return (2 * both / total, both / (total - both)) if total else (1.0, 1.0)


def score_frame(predicted: Sequence[Outline], label: Label, objects: Sequence[Outline] = ()) -> FrameScore:
    """Score the outlines that were called capillaries in one frame.

    objects: outlines of what is not tissue; densities, the readers' too, are those of the rest.
    """
    shape = (label.height_px, label.width_px)
    tissue = filled([polygon.tolist() for polygon in objects], shape) == 0
    seen = max(1, int(tissue.sum()))
    truth = filled(label.polygons("capillary") + label.boxes(), shape, GROWTH_PX)
    ignore = filled(label.polygons("uncertain", "vessel"), shape, GROWTH_PX)
    union = filled([polygon.tolist() for polygon in predicted], shape)
    capillaries = [np.asarray(polygon, np.int32) for polygon in label.polygons("capillary")]
    covered = [shares(polygon, [truth, ignore]) for polygon in predicted]
    readers = readers_masks(label)
    dice, jaccard = np.mean([overlap(union, mask) for mask in readers], axis=0)
    right = [on_truth >= COVER for on_truth, _ in covered]
    return FrameScore(
        frame=label.frame,
        found=sum(shares(polygon, [union])[0] >= COVER for polygon in capillaries),
        capillaries=len(capillaries),
        right=sum(right),
        ignored=sum(on_ignored >= COVER and not good for (_, on_ignored), good in zip(covered, right, strict=True)),
        predicted=len(predicted),
        density=float(union[tissue].sum()) / seen,
        density_readers=float(np.mean([mask[tissue].sum() for mask in readers])) / seen,
        dice=float(dice),
        jaccard=float(jaccard),
    )


def totals(scores: Sequence[FrameScore]) -> Totals:
    """Sum up the scores of at least one frame."""
    recall = sum(s.found for s in scores) / max(1, sum(s.capillaries for s in scores))
    precision = sum(s.right for s in scores) / max(1, sum(s.predicted - s.ignored for s in scores))
    errors = [s.density_error for s in scores]
    pairs = np.array([(s.density, s.density_readers) for s in scores])
    return Totals(
        frames=len(scores),
        recall=recall,
        precision=precision,
        f1=2 * recall * precision / max(1e-9, recall + precision),
        density_error_median=float(np.median(errors)),
        density_error_max=max(errors),
        density_correlation=float(np.corrcoef(pairs.T)[0, 1]) if len(scores) > 2 and pairs.std(axis=0).all() else None,
        dice=float(np.mean([s.dice for s in scores])),
        jaccard=float(np.mean([s.jaccard for s in scores])),
    )
