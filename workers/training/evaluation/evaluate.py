"""How good a model is: end to end through the code that runs at the bedside, frame by frame and in total."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

import numpy as np
from msgspec import Struct

from stream.protocol.contracts import Analyser, Frame, Quality
from workers.capillary.analyser import make_analyser
from workers.capillary.settings import AnalyserSettings
from workers.runtimes.figures import ModelFigures
from workers.shipped import card_of
from workers.training.calibrate import Judged
from workers.training.data.labels import Label, read_frame, read_labels
from workers.training.evaluation.classification import accuracy, auc_roc, calibration_error
from workers.training.evaluation.score import FrameScore, Outline, Totals, score_frame, totals


class FrameResult(Struct, frozen=True, kw_only=True):
    """A frame's score, what the analysis says of its density (shares of the tissue in view), and what it outlined."""

    score: FrameScore
    value: float
    low: float
    high: float
    quality: Quality
    outlines: list[Outline]

    @property
    def covered(self) -> bool:
        """True if the readers' mean density lies inside the interval."""
        return self.low <= self.score.density_readers <= self.high


def frame_result(analyser: Analyser, folder: Path, label: Label) -> FrameResult:
    """Analyse one labelled frame and score the result."""
    analysis = analyser.analyse(Frame(read_frame(folder, label.frame)))
    outlines = [region.polygon_px for region in analysis.regions]
    return FrameResult(
        score=score_frame(outlines, label, [thing.polygon_px for thing in analysis.objects]),
        value=analysis.density_pct / 100,
        low=analysis.density_low_pct / 100,
        high=analysis.density_high_pct / 100,
        quality=analysis.quality,
        outlines=outlines,
    )


def covered_share(results: Sequence[FrameResult]) -> float:
    """Return the share of frames whose interval holds the readers' mean."""
    return float(np.mean([result.covered for result in results]))


def figures_of(
    method: str,
    results: Sequence[Sequence[FrameResult]],
    judged: Sequence[Sequence[Judged]],
    thresholds: Sequence[float],
) -> ModelFigures:
    """Return the figures over all folds, and their spread.

    method: how they were measured, for the card. judged: calibrated. thresholds: one per fold.
    """
    every = [result for fold in results for result in fold]
    total = totals([result.score for result in every])
    pooled = [one for fold in judged for one in fold]
    by_fold = [totals([result.score for result in fold]) for fold in results]
    right = [accuracy(fold, threshold) for fold, threshold in zip(judged, thresholds, strict=True)]
    counts = [sum(int((~one.frame.ignored).sum()) for one in fold) for fold in judged]
    spread = {
        name: [float(getattr(fold, name)) for fold in by_fold]
        for name in ("f1", "recall", "precision", "dice", "jaccard", "density_error_median")
    }
    spread |= {
        "accuracy": right,
        "auc_roc": [auc_roc(fold) for fold in judged],
        "calibration_error": [calibration_error(fold) for fold in judged],
    }
    return ModelFigures(
        method=method,
        frames=total.frames,
        f1=round(total.f1, 4),
        f1_folds=[round(fold.f1, 4) for fold in by_fold],
        recall=round(total.recall, 4),
        precision=round(total.precision, 4),
        accuracy=round(float(np.average(right, weights=counts)), 4),
        auc_roc=round(auc_roc(pooled), 4),
        dice=round(total.dice, 4),
        jaccard=round(total.jaccard, 4),
        density_error_median=round(total.density_error_median, 4),
        density_error_max=round(total.density_error_max, 4),
        density_correlation=None if total.density_correlation is None else round(total.density_correlation, 4),
        calibration_error=round(calibration_error(pooled), 4),
        interval_coverage=round(covered_share(every), 4),
        spread={name: round(float(np.std(folds)), 4) for name, folds in spread.items()} if len(by_fold) > 1 else {},
    )


def table(results: Sequence[FrameResult], note: Mapping[str, str] | None = None) -> str:
    """Return one line per frame, then the totals, as text; `note` may hold a remark for a frame."""
    lines = ["frame  recall  precision  density %  readers %  error %  90 % interval"]
    for r in results:
        s = r.score
        lines.append(
            f"{s.frame:<6} {s.found / max(1, s.capillaries):6.3f}  {s.right / max(1, s.predicted - s.ignored):9.3f}"
            f"  {100 * s.density:9.2f}  {100 * s.density_readers:9.2f}  {100 * s.density_error:7.1f}"
            f"  {100 * r.low:5.2f} to {100 * r.high:5.2f} {'holds' if r.covered else 'misses'}"
            f" {(note or {}).get(s.frame, '')}".rstrip()
        )
    return "\n".join([*lines, summary(totals([r.score for r in results]), covered_share(results))])


def summary(total: Totals, covered: float) -> str:
    """Return the totals in one line."""
    correlation = "-" if total.density_correlation is None else f"{total.density_correlation:.3f}"
    return (
        f"all {total.frames}: F1 {total.f1:.3f} (recall {total.recall:.3f}, precision {total.precision:.3f}), "
        f"density error median {100 * total.density_error_median:.1f} % worst {100 * total.density_error_max:.0f} %, "
        f"correlation {correlation}, intervals hold {100 * covered:.0f} %"
    )


def evaluate(labelled: Path, settings: AnalyserSettings | None = None, out: TextIO | None = None) -> list[FrameResult]:
    """Score these weights on these frames, print the table to `out` (stdout), and return it.

    Frames that the weights were trained on are marked: on them the figures flatter. Raises ModelError, SourceError.
    """
    settings = settings or AnalyserSettings()
    analyser = make_analyser(settings)
    card = card_of(settings.weights)
    seen = dict.fromkeys(card.training.frames, "(trained on it)")
    results = [frame_result(analyser, labelled, label) for label in read_labels(labelled).values()]
    print(table(results, seen), file=out or sys.stdout)
    return results
