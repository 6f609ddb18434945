"""Makes a model: cross-validated figures first, then weights from all frames, then the cards that say both."""

import contextlib
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from stream.errors import OutputError, StreamError, UsageError
from workers.capillary.analyser import CapillaryAnalyser
from workers.capillary.settings import AnalyserSettings
from workers.runtimes.card import RECIPE, Card, Training, weights_file
from workers.runtimes.figures import ModelFigures
from workers.runtimes.litert import LiteRtRuntime
from workers.training.calibrate import Judged, best_threshold, outline_spread, recalibrated
from workers.training.data.dataset_info import DatasetInfo, read_dataset_info
from workers.training.data.distractors import painted_samples
from workers.training.data.samples import Samples, read_samples
from workers.training.data.splits import Split, folds_of
from workers.training.evaluation.card_figures import read_transfer, renew, write_card
from workers.training.evaluation.evaluate import FrameResult, figures_of, frame_result, table
from workers.training.evaluation.model_card import figures_table
from workers.training.evaluation.plots import plots
from workers.training.fit import Epoch, architecture_of
from workers.training.folds import Fold, Weights, calibrated_by_others, opinions, others, train_folds, train_splits
from workers.training.likeness import likeness_of
from workers.training.plan import TrainingPlan, plan_hash
from workers.training.weighing import cross_fitted, fitting

INTENDED_USE: Final = "research on the microcirculation; not a medical device, not for decisions about a patient"
TEST_PARTS: Final = 5  # of the frames of --test, to show the spread


@dataclass(frozen=True)
class Job:
    """What a model is made from, and how."""

    labelled: Path
    plan: TrainingPlan
    seed: int
    folds: int
    name: str
    jobs: int = 1
    """Networks that are trained at the same time: it changes no weights."""


@dataclass(frozen=True)
class Scored:
    """Frames that a model has not seen, in folds: scores end to end, and its calibrated opinions of their proposals."""

    results: list[list[FrameResult]]
    judged: list[list[Judged]]
    figures: ModelFigures


@dataclass(frozen=True)
class Validation:
    """Every fold with its card, and how its held-out frames were scored."""

    samples: dict[str, Samples]
    info: DatasetInfo
    parts: list[Fold]
    cards: list[Card]
    scored: Scored

    @property
    def everything(self) -> list[Judged]:
        """All held-out frames, not calibrated."""
        return [judged for part in self.parts for judged in part.held_out]

    @property
    def histories(self) -> list[list[Epoch]]:
        """Losses of each fold's training."""
        return [part.weights.history for part in self.parts]


def train(
    labelled: Path,
    output: Path,
    seed: int = 1,
    folds: int = 5,
    keep_folds: bool = False,
    plan: TrainingPlan | None = None,
    name: str = "capillary-net",
    test: Path | None = None,
    jobs: int = 1,
    transfer: Path | None = None,
    stress: Path | None = None,
) -> None:
    """Train on every frame under `labelled`, and write weights, cards and plots.

    output: path of the .tflite; .keras, .json, .md and the plots are written beside it.
    keep_folds: also write each fold's model, as stem-fold1.tflite and so on. Its card lists the frames that were held
    out: on those alone a score says how good it is.
    test: labelled frames of another kind; the card's figures are then those of the finished model on them.
    jobs: networks that are trained at the same time; the weights are the same for any number.
    transfer, stress: transfer.json and stress.json, for the card; both must have been measured with this plan, the
    second with these very weights. The model is written before they are taken.
    Prints the table to stdout, progress to stderr. An interrupted run goes on after the last finished network.
    Raises SourceError, UsageError, OutputError, and ModelError if the plan names no known architecture.
    """
    if output.suffix != ".tflite":
        raise UsageError(f"The model is written as a .tflite file: give a path such as {output}.tflite.")
    job = Job(labelled, plan or TrainingPlan(), seed, folds, name, jobs)
    if transfer is not None:
        read_transfer(transfer, plan_hash(job.plan))
    work = output.with_name(f"{output.stem}-unfinished")
    with resumable("The same command continues after the last finished network."), written(output.parent):
        validation = validate(job, work)
        weights = final(job, validation, work)
        card = card_of(job, weights, validation.info, validation.everything)
        scored = validation.scored if test is None else tested(job, weights, card, test)
        print(table(by_frame(scored.results)))
        draw(validation.histories, scored, output.parent, f"{output.stem}-")
        card = msgspec.structs.replace(card, figures=scored.figures)
        write(output, weights, card)
        if keep_folds:
            _write_folds(output, job, validation)
        shutil.rmtree(work, ignore_errors=True)
        if transfer is not None or stress is not None:
            renew(output, transfer, stress)


def cross_validate(
    labelled: Path,
    seed: int = 1,
    folds: int = 5,
    plan: TrainingPlan | None = None,
    output: Path | None = None,
    jobs: int = 1,
) -> ModelFigures:
    """Train a model for each fold, and return the figures of each on the frames that it has not seen.

    output: folder for plots and figures.json; finished folds are kept below it, and `models forms` takes them up.
    Prints the tables to stdout. Raises SourceError, UsageError, OutputError, ModelError.
    """
    job = Job(labelled, plan or TrainingPlan(), seed, folds, "fold", jobs)
    kept = (
        "The same command continues after the last finished network." if output else "Nothing was kept: give --output."
    )
    with resumable(kept), written(output):
        validation = validate(job, None if output is None else output / "folds")
        scored = validation.scored
        print(table(by_frame(scored.results)), figures_table(scored.figures), sep="\n\n")
        if output is not None:
            draw(validation.histories, scored, output, "")
            content = msgspec.json.format(msgspec.json.encode(scored.figures), indent=2)
            (output / "figures.json").write_bytes(content + b"\n")
        return scored.figures


def validate(job: Job, work: Path | None) -> Validation:
    """Cross-validate, from frames to scores; each fold is calibrated, and its threshold chosen, by the other folds.

    work: folder of finished folds.
    """
    info = read_dataset_info(job.labelled)
    samples = painted_samples(job.labelled, job.plan.proposals, job.plan.painted, job.plan.disturbed)
    parts = train_folds(samples, job.plan, job.seed, job.folds, info.same_scene, work, job.jobs)
    cards = [fold_card(job, info, parts, number) for number in range(job.folds)]
    results = [
        [results_of(part.weights, card, job.labelled, judged.frame) for judged in part.held_out]
        for part, card in zip(parts, cards, strict=True)
    ]
    judged = [calibrated_by_others(parts, number, fitting(job.plan)) for number in range(len(parts))]
    method = f"{len(parts)}-fold cross-validation, frames of one scene together, int8 weights, end to end"
    figures = figures_of(method, results, judged, [card.threshold for card in cards])
    return Validation(samples, info, parts, cards, Scored(results, judged, figures))


def final(job: Job, validation: Validation, work: Path | None = None) -> Weights:
    """Train on all frames, for the median of the epochs that the folds' best networks took."""
    epochs = round(float(np.median([part.weights.epochs for part in validation.parts])))
    plan = msgspec.structs.replace(job.plan, epochs=epochs, patience=0)
    everything = Split("all-frames", list(validation.samples), [], job.seed)
    return train_splits(validation.samples, [everything], plan, work=work)[0]


def fold_card(job: Job, info: DatasetInfo, parts: Sequence[Fold], number: int) -> Card:
    """Make the card of one fold: calibration, threshold and spread come from the other folds' held-out frames."""
    held_out = [judged.frame.label.frame for judged in parts[number].held_out]
    named = msgspec.structs.replace(
        card_of(job, parts[number].weights, info, others(parts, number)), name=f"{job.name}-fold{number + 1}"
    )
    return msgspec.structs.replace(named, training=msgspec.structs.replace(named.training, held_out=held_out))


def card_of(job: Job, weights: Weights, info: DatasetInfo, judged: Sequence[Judged]) -> Card:
    """Make the card of `weights`, without figures. judged: frames that these weights, or those of folds, have not seen.

    Calibration, threshold and spread are fitted on them.
    """
    honest = cross_fitted(judged, info.same_scene, fitting(job.plan))
    threshold = best_threshold(honest)
    return Card(
        name=job.name,
        recipe=RECIPE,
        architecture=architecture_of(job.plan).description,
        litert=weights_file(Path("weights.tflite"), weights.int8),
        keras=weights_file(Path("weights.keras"), weights.float32),
        input=job.plan.view,
        proposals=job.plan.proposals,
        threshold=threshold,
        calibration=fitting(job.plan)(judged),
        outline_spread=outline_spread(honest, threshold),
        # As with the traits: what is usual of drawn frames is not what is usual of skin.
        likeness=likeness_of([j.frame for j in judged], info.same_scene) if job.plan.measured else None,
        training=Training(
            data=info.data,
            readers=info.readers,
            frames=weights.frames,
            seed=job.seed,
            epochs=weights.epochs,
            plan=plan_hash(job.plan),
            chosen_on=info.chosen_on,
        ),
        figures=None,
        licence=info.licence,
        intended_use=INTENDED_USE,
        limits=info.limits,
    )


def tested(job: Job, weights: Weights, card: Card, test: Path) -> Scored:
    """Score the finished model on other frames, in parts, to show the spread."""
    info, samples = read_dataset_info(test), read_samples(test, job.plan.proposals)
    parts = folds_of(list(samples), min(TEST_PARTS, len(samples)), job.seed, info.same_scene)
    results = [[results_of(weights, card, test, samples[name]) for name in names] for names in parts]
    judged = [
        recalibrated(opinions(weights, [samples[name] for name in names], job.plan), card.calibration)
        for names in parts
    ]
    method = f"no frame of these was seen: {info.data}; int8 weights, end to end; the folds are parts of these frames"
    return Scored(results, judged, figures_of(method, results, judged, [card.threshold] * len(parts)))


def draw(histories: Sequence[Sequence[Epoch]], scored: Scored, folder: Path, prefix: str) -> None:
    """Write loss curves, ROC, calibration and Bland–Altman as PNG."""
    scores = [[result.score for result in fold] for fold in scored.results]
    for name, figure in plots(histories, scored.judged, scores).items():
        figure.savefig(folder / f"{prefix}{name}.png", dpi=120)


def results_of(weights: Weights, card: Card, labelled: Path, frame: Samples) -> FrameResult:
    """Score one frame end to end, with the code that runs at the bedside."""
    analyser = CapillaryAnalyser(card, LiteRtRuntime(weights.int8, card.shape), AnalyserSettings())
    return frame_result(analyser, labelled, frame.label)


def by_frame(results: Sequence[Sequence[FrameResult]]) -> list[FrameResult]:
    """Return all folds' frames in one list, sorted by name."""
    return sorted((result for fold in results for result in fold), key=lambda result: result.score.frame)


def write(path: Path, weights: Weights, card: Card) -> None:
    """Write .tflite, .keras, .json and .md with the same stem."""
    path.write_bytes(weights.int8)
    path.with_suffix(".keras").write_bytes(weights.float32)
    named = msgspec.structs.replace(
        card,
        litert=weights_file(path, weights.int8),
        keras=weights_file(path.with_suffix(".keras"), weights.float32),
    )
    write_card(path, named)


def _write_folds(output: Path, job: Job, validation: Validation) -> None:
    scored = validation.scored
    folds = zip(validation.parts, validation.cards, scored.results, scored.judged, strict=True)
    for number, (part, card, results, judged) in enumerate(folds, start=1):
        figures = figures_of(f"the frames held out of {job.folds} folds", [results], [judged], [card.threshold])
        path = output.with_name(f"{output.stem}-fold{number}.tflite")
        write(path, part.weights, msgspec.structs.replace(card, figures=figures))


@contextlib.contextmanager
def resumable(kept: str) -> Iterator[None]:
    """Print what is `kept` if the user stops the run."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"\nStopped. {kept}", file=sys.stderr)
        raise


@contextlib.contextmanager
def written(folder: Path | None) -> Iterator[None]:
    """Make the folder. Raises OutputError, as a sentence, if it or a file inside cannot be written."""
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        yield
    except StreamError:  # some of these are an OSError too, and have their own sentence
        raise
    except OSError as error:
        raise OutputError(f"Cannot write {error.filename}: {error.strerror}.") from error
