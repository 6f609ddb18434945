"""`models evaluate --transfer`: how good a model is on a scene of which nothing was seen, and on kinds of frames.

For each scored scene the network, and all that a card holds beside it, come from the other scenes: the card is fitted
on opinions of networks that had seen neither the scored scene nor the frame that they gave their opinion of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from tqdm import tqdm

from stream.errors import UsageError
from workers.runtimes.card import RECIPE
from workers.runtimes.figures import TransferFigures
from workers.training.data.dataset_info import DatasetInfo, read_dataset_info
from workers.training.data.distractors import painted_samples
from workers.training.data.hard_splits import HardSplit, hard_splits
from workers.training.data.labels import read_frame
from workers.training.data.samples import Samples
from workers.training.data.splits import Round, Split, learn_and_score, leave_out, scenes_of
from workers.training.evaluation.evaluate import FrameResult
from workers.training.evaluation.failures import failing, picture_of
from workers.training.evaluation.transfer_table import (
    frame_figures,
    good_figures,
    group_figures,
    hard_split_figures,
    text,
)
from workers.training.folds import Weights, opinions, train_splits
from workers.training.plan import TrainingPlan, plan_hash
from workers.training.train import Job, card_of, results_of, resumable, written

GROUPS: Final = 7
"""Groups of scenes for the inner opinions: networks for every pair of groups have then seen five sevenths of the
scenes, which is near to what the scoring network has seen, at 21 trainings."""
INNER_FOLDS: Final = 3
"""Folds of the frames that a hard split learns from, for its inner opinions. More would take longer; what a hard split
shows is a fall of several hundredths."""
FILE: Final = "transfer.json"


@dataclass(frozen=True)
class Extent:
    """How much is trained: groups of scenes, whether whole groups are left out at once, and the hard splits or not."""

    groups: int = GROUPS
    whole_groups: bool = False
    hard: bool = True


def transfer(
    labelled: Path,
    seed: int = 1,
    plan: TrainingPlan | None = None,
    output: Path | None = None,
    jobs: int = 1,
    extent: Extent | None = None,
) -> TransferFigures:
    """Leave out one scene after the other, score it, and return the figures; the same for any number of `jobs`.

    output: folder for transfer.json, a picture of each frame that fails badly, and finished networks: an interrupted
    run goes on. Prints the table to stdout, progress to stderr.
    Raises SourceError, UsageError, OutputError, ModelError.
    """
    extent = extent or Extent()
    job = Job(labelled, plan or TrainingPlan(), seed, extent.groups, "transfer", jobs)
    kept = "The same command continues after the last finished network." if output else "Nothing was kept: give -o."
    with resumable(kept), written(output):
        info = read_dataset_info(labelled)
        samples = painted_samples(labelled, job.plan.proposals, job.plan.painted, job.plan.disturbed)
        rounds = _scenes_left_out(job, info, samples, extent.whole_groups)
        kinds = hard_splits(labelled, {n: frame.label for n, frame in samples.items()}, info) if extent.hard else []
        hard = [(kind, _round_of(kind, number, job, info)) for number, kind in enumerate(kinds, start=1)]
        networks = _networks(job, info, samples, [*rounds, *(one for _, one in hard)], output)
        scored = tqdm([*rounds, *(one for _, one in hard)], desc="scoring", unit="round", disable=None)
        results = [score(job, info, samples, networks, one) for one in scored]
        by_frame = {result.score.frame: result for part in results[: len(rounds)] for result in part}
        ordered = {name: by_frame[name] for name in samples}
        falls = [
            hard_split_figures(kind.name, kind.rule, kind.learned, unseen, ordered)
            for (kind, _), unseen in zip(hard, results[len(rounds) :], strict=True)
        ]
        figures = TransferFigures(
            method=_method(rounds, extent, info),
            recipe=RECIPE,
            plan=plan_hash(job.plan),
            seed=seed,
            frames=[frame_figures(result) for result in ordered.values()],
            every=group_figures(list(ordered.values())),
            good=good_figures(list(ordered.values())),
            hard_splits=falls,
        )
        print(text(figures))
        if output is not None:
            _write(figures, ordered, samples, labelled, output)
        return figures


def score(
    job: Job, info: DatasetInfo, samples: Mapping[str, Samples], networks: Mapping[str, Weights], one: Round
) -> list[FrameResult]:
    """Fit a card on the inner opinions of a round, and score its frames end to end with the outer network."""
    judged = [
        opinion
        for opined in one.inner
        for opinion in opinions(networks[opined.split.name], [samples[name] for name in opined.names], job.plan)
    ]
    weights = networks[one.outer.name]
    card = card_of(job, weights, info, judged)
    return [results_of(weights, card, job.labelled, samples[name]) for name in one.scored]


def _scenes_left_out(job: Job, info: DatasetInfo, samples: Mapping[str, Samples], whole_groups: bool) -> list[Round]:
    scenes = len(scenes_of(list(samples), info.same_scene))
    if scenes < 3:
        raise UsageError(
            f"{scenes} scenes are too few to leave one out: one to score, one to fit on, one to learn from."
        )
    return leave_out(list(samples), min(job.folds, scenes), job.seed, info.same_scene, whole_groups)


def _round_of(kind: HardSplit, number: int, job: Job, info: DatasetInfo) -> Round:
    scenes = len(scenes_of(kind.learned, info.same_scene))
    return learn_and_score(
        f"hard{number}", kind.learned, kind.scored, min(INNER_FOLDS, scenes), job.seed, info.same_scene
    )


def _networks(
    job: Job, info: DatasetInfo, samples: Mapping[str, Samples], rounds: Sequence[Round], output: Path | None
) -> dict[str, Weights]:
    splits: dict[str, Split] = {split.name: split for one in rounds for split in one.splits}
    work = None if output is None else output / "networks"
    networks = train_splits(samples, list(splits.values()), job.plan, info.same_scene, work, job.jobs)
    return dict(zip(splits, networks, strict=True))


def _method(rounds: Sequence[Round], extent: Extent, info: DatasetInfo) -> str:
    left_out = f"{len(rounds)} groups of scenes" if extent.whole_groups else f"{len(rounds)} scenes"
    return (
        f"{left_out}, each left out once: network, calibration, threshold and intervals come from the others alone; "
        f"int8 weights, end to end; {info.data}"
    )


def _write(
    figures: TransferFigures,
    results: Mapping[str, FrameResult],
    samples: Mapping[str, Samples],
    labelled: Path,
    output: Path,
) -> None:
    (output / FILE).write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
    for frame in failing(figures.frames):
        content = picture_of(read_frame(labelled, frame.frame), samples[frame.frame].label, results[frame.frame], frame)
        (output / f"fails-{frame.frame}.jpg").write_bytes(content)
