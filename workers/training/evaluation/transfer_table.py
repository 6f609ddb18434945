"""Figures of frames of which nothing was seen: each frame, groups of them, and both as text."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from workers.runtimes.figures import FrameFigures, GroupFigures, HardSplitFigures, TransferFigures
from workers.training.evaluation.evaluate import FrameResult
from workers.training.evaluation.score import totals


def frame_figures(result: FrameResult) -> FrameFigures:
    """Return what a card holds of one frame."""
    score = result.score
    return FrameFigures(
        frame=score.frame,
        found=score.found,
        capillaries=score.capillaries,
        right=score.right,
        counted=score.predicted - score.ignored,
        density=round(score.density, 5),
        density_readers=round(score.density_readers, 5),
        value=round(result.value, 5),
        low=round(result.low, 5),
        high=round(result.high, 5),
        verdict=result.quality.verdict,
        reasons=list(result.quality.reasons),
    )


def group_figures(results: Sequence[FrameResult]) -> GroupFigures:
    """Sum up at least one frame."""
    total = totals([result.score for result in results])
    frames = [frame_figures(result) for result in results]
    half_width = float(np.median([frame.half_width for frame in frames]))
    correlation = total.density_correlation
    return GroupFigures(
        frames=total.frames,
        f1=round(total.f1, 4),
        recall=round(total.recall, 4),
        precision=round(total.precision, 4),
        density_error_median=round(total.density_error_median, 4),
        density_error_max=round(total.density_error_max, 4),
        density_correlation=None if correlation is None else round(correlation, 4),
        interval_coverage=round(float(np.mean([frame.covered for frame in frames])), 4),
        half_width_median=round(half_width, 4) if np.isfinite(half_width) else None,
        centred=round(float(np.mean([frame.centred for frame in frames])), 4),
    )


def good_figures(results: Sequence[FrameResult]) -> GroupFigures | None:
    """Sum up the frames that the analysis calls good; None if there is none."""
    good = [result for result in results if result.quality.verdict == "good"]
    return group_figures(good) if good else None


def hard_split_figures(
    name: str,
    rule: str,
    learned: Sequence[str],
    unseen_kind: Sequence[FrameResult],
    unseen_scene: Mapping[str, FrameResult],
) -> HardSplitFigures:
    """Set the frames of an unseen kind beside the same frames with only their own scene left out."""
    scored = [result.score.frame for result in unseen_kind]
    return HardSplitFigures(
        name=name,
        rule=rule,
        learned=list(learned),
        scored=scored,
        unseen_kind=group_figures(unseen_kind),
        unseen_scene=group_figures([unseen_scene[frame] for frame in scored]),
    )


def text(figures: TransferFigures) -> str:
    """Return one line per frame, then groups of frames, then the hard splits."""
    return "\n".join(_lines(figures))


def _lines(figures: TransferFigures) -> Iterator[str]:
    yield figures.method
    yield ""
    yield "frame  recall  precision  density %  readers %  error %  90 % interval         value    picture"
    yield from (_frame(frame) for frame in figures.frames)
    yield ""
    yield _group(f"all {figures.every.frames}", figures.every)
    yield _group(f"good {figures.good.frames}", figures.good) if figures.good else "no frame is called good"
    for split in figures.hard_splits:
        yield ""
        yield f"{split.name}: learned from {len(split.learned)}, scored {', '.join(split.scored)} ({split.rule})"
        yield _group("  kind unseen", split.unseen_kind)
        yield _group("  scene unseen", split.unseen_scene)
        yield f"  F1 falls by {split.fall:.3f}"


def _frame(frame: FrameFigures) -> str:
    return (
        f"{frame.frame:<6} {frame.found / max(1, frame.capillaries):6.3f}  {frame.right / max(1, frame.counted):9.3f}"
        f"  {100 * frame.density:9.2f}  {100 * frame.density_readers:9.2f}  {100 * frame.density_error:7.1f}"
        f"  {100 * frame.low:5.2f} to {100 * frame.high:5.2f} {'holds ' if frame.covered else 'misses'}"
        f"  {'centred' if frame.centred else 'off    '}  {', '.join((frame.verdict, *frame.reasons))}"
    )


def _group(title: str, group: GroupFigures) -> str:
    correlation = "-" if group.density_correlation is None else f"{group.density_correlation:.3f}"
    width = "-" if group.half_width_median is None else f"{100 * group.half_width_median:.0f} %"
    return (
        f"{title}: F1 {group.f1:.3f} (recall {group.recall:.3f}, precision {group.precision:.3f}), "
        f"density error median {100 * group.density_error_median:.1f} % worst {100 * group.density_error_max:.0f} %, "
        f"correlation {correlation}, intervals hold {100 * group.interval_coverage:.0f} %, "
        f"half-width median {width} of the value, centred {100 * group.centred:.0f} %"
    )
