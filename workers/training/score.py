"""The measure: how well predicted outlines and their density agree with two readers. Pure functions on polygons.

The same numbers as the programme `score_regions.py` that comes with the labelled frames, computed in windows.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from workers.training.dataset import COVER, GROWTH_PX, Label, Polygon, filled, shares

Outline = npt.NDArray[np.int32]


class FrameScore(Struct, frozen=True, kw_only=True):
    """One frame: capillaries found, predictions right or ignored, densities as shares of the frame."""

    frame: str
    found: int
    capillaries: int
    right: int
    ignored: int
    predicted: int
    density: float
    density_readers: float

    @property
    def density_error(self) -> float:
        """|predicted - readers' mean| / readers' mean."""
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


def readers_density(label: Label) -> float:
    """The mean of the two readers' own densities, as a share of the frame."""
    shape = (label.height_px, label.width_px)
    by_reader: list[list[Polygon]] = [
        [region.polygon_px for region in label.regions if region.reader_a in "CB"],
        [region.polygon_px for region in label.regions if region.reader_b in "CB"],
    ]
    return float(np.mean([filled(polygons, shape).mean() for polygons in by_reader]))


def score_frame(predicted: Sequence[Outline], label: Label) -> FrameScore:
    """Score the outlines, (n, 2) int32 full-frame px each, judged to be capillaries in one frame."""
    shape = (label.height_px, label.width_px)
    truth = filled(label.polygons("capillary") + label.boxes(), shape, GROWTH_PX)
    ignore = filled(label.polygons("uncertain", "vessel"), shape, GROWTH_PX)
    union = filled([polygon.tolist() for polygon in predicted], shape)
    capillaries = [np.asarray(polygon, np.int32) for polygon in label.polygons("capillary")]
    covered = [shares(polygon, [truth, ignore]) for polygon in predicted]
    right = [on_truth >= COVER for on_truth, _ in covered]
    return FrameScore(
        frame=label.frame,
        found=sum(shares(polygon, [union])[0] >= COVER for polygon in capillaries),
        capillaries=len(capillaries),
        right=sum(right),
        ignored=sum(on_ignored >= COVER and not good for (_, on_ignored), good in zip(covered, right, strict=True)),
        predicted=len(predicted),
        density=float(union.mean()),
        density_readers=readers_density(label),
    )


def totals(scores: Sequence[FrameScore]) -> Totals:
    """Sum up frames; at least one."""
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
        density_correlation=float(np.corrcoef(pairs.T)[0, 1]) if len(scores) > 2 else None,
    )
