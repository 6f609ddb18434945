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

from stream.errors import OutputError, UsageError
from workers.capillary.analyser import CapillaryAnalyser
from workers.capillary.settings import AnalyserSettings
from workers.runtimes.card import RECIPE, Card, Figures, Training, weights_file
from workers.runtimes.litert import LiteRtRuntime
from workers.training import plots
from workers.training.about import About, read_about
from workers.training.architectures.compact import NAME
from workers.training.calibrate import Judged, best_threshold, outline_spread, recalibrated
from workers.training.dataset import Samples, folds_of, read_samples
from workers.training.distractors import painted_samples
from workers.training.evaluate import FrameResult, figures_of, frame_result, table
from workers.training.fit import Epoch, Plan
from workers.training.folds import Fold, Weights, calibrated_by_others, opinions, others, train_folds, trained
from workers.training.modelcard import as_markdown, figures_table
from workers.training.verdict import cross_fitted, fitting

INTENDED_USE: Final = "research on the microcirculation; not a medical device, not for decisions about a patient"
TEST_PARTS: Final = 5


@dataclass(frozen=True)
class Job:
    """What a model is made from, and how."""

    labelled: Path
    plan: Plan
    seed: int
    folds: int
    name: str


@dataclass(frozen=True)
class Scored:
    """Frames that a model has not seen, in folds: scores end to end, and calibrated opinions of their proposals."""

    results: list[list[FrameResult]]
    judged: list[list[Judged]]
    figures: Figures


@dataclass(frozen=True)
class Validation:
    """Every fold with its card, and how its held-out frames were scored."""

    samples: dict[str, Samples]
    about: About
    parts: list[Fold]
    cards: list[Card]
    scored: Scored

    @property
    def everything(self) -> list[Judged]:
        """All held-out frames, not calibrated."""
        return [judged for part in self.parts for judged in part.held_out]

    @property
    def histories(self) -> list[list[Epoch]]:
        """How each fold's training went."""
        return [part.weights.history for part in self.parts]


def train(
    labelled: Path,
    output: Path,
    seed: int = 1,
    folds: int = 5,
    keep_folds: bool = False,
    plan: Plan | None = None,
    name: str = "capillary-net",
    test: Path | None = None,
) -> None:
    """Train on every frame under `labelled`, and write weights, cards and plots.

    output: path of the .tflite; .keras, .json, .md and the plots are written beside it. With `keep_folds` also each
    fold's model, as stem-fold1.tflite and so on: scored on the frames that its card lists as held out, it is honest.
    test: labelled frames of another kind; the card's figures are then those of the finished model on them.
    Prints the table to stdout, progress to stderr. An interrupted run goes on where it stopped.
    Raises SourceError, UsageError, OutputError.
    """
    if output.suffix != ".tflite":
        raise UsageError(f"The model is written as a .tflite file: give a path such as {output}.tflite.")
    job = Job(labelled, plan or Plan(), seed, folds, name)
    work = output.with_name(f"{output.stem}-unfinished")
    with _resumable("The same command goes on after the last finished fold."), _written(output.parent):
        validation = validate(job, work)
        weights = final(job, validation)
        card = card_of(job, weights, validation.about, validation.everything)
        scored = validation.scored if test is None else tested(job, weights, card, test)
        print(table(by_frame(scored.results)))
        draw(validation.histories, scored, output.parent, f"{output.stem}-")
        card = msgspec.structs.replace(card, figures=scored.figures)
        write(output, weights, card)
        if keep_folds:
            _write_folds(output, job, validation)
        shutil.rmtree(work, ignore_errors=True)


def cross_validate(
    labelled: Path, seed: int = 1, folds: int = 5, plan: Plan | None = None, output: Path | None = None
) -> Figures:
    """Train each fold anew, print the table of frames each has not seen, and return the honest figures.

    output: folder for plots and figures.json; finished folds are kept below it, and `models forms` takes them up.
    """
    job = Job(labelled, plan or Plan(), seed, folds, "fold")
    kept = "The same command goes on after the last finished fold." if output else "Nothing was kept: give --output."
    with _resumable(kept), _written(output):
        validation = validate(job, None if output is None else output / "folds")
        scored = validation.scored
        print(table(by_frame(scored.results)), figures_table(scored.figures), sep="\n\n")
        if output is not None:
            draw(validation.histories, scored, output, "")
            content = msgspec.json.format(msgspec.json.encode(scored.figures), indent=2)
            (output / "figures.json").write_bytes(content + b"\n")
        return scored.figures


def validate(job: Job, work: Path | None) -> Validation:
    """Cross-validation, from frames to scores; each fold is calibrated, and its threshold chosen, by the others."""
    about = read_about(job.labelled)
    samples = painted_samples(job.labelled, job.plan.proposals, job.plan.painted)
    parts = train_folds(samples, job.plan, job.seed, job.folds, about.same_scene, work)
    cards = [fold_card(job, about, parts, number) for number in range(job.folds)]
    results = [
        [results_of(part.weights, card, job.labelled, judged.frame) for judged in part.held_out]
        for part, card in zip(parts, cards, strict=True)
    ]
    judged = [calibrated_by_others(parts, number, fitting(job.plan)) for number in range(len(parts))]
    method = f"{len(parts)}-fold cross-validation, frames of one scene together, int8 weights, end to end"
    figures = figures_of(method, results, judged, [card.threshold for card in cards])
    return Validation(samples, about, parts, cards, Scored(results, judged, figures))


def final(job: Job, validation: Validation) -> Weights:
    """Weights from all frames, trained for as long as the folds' best networks in the middle."""
    epochs = round(float(np.median([part.weights.epochs for part in validation.parts])))
    plan = msgspec.structs.replace(job.plan, epochs=epochs, patience=0)
    return trained(list(validation.samples.values()), plan, job.seed, "all frames")


def fold_card(job: Job, about: About, parts: Sequence[Fold], number: int) -> Card:
    """The card of one fold: calibration, threshold and spread come from the other folds' held-out frames."""
    held_out = [judged.frame.label.frame for judged in parts[number].held_out]
    named = msgspec.structs.replace(
        card_of(job, parts[number].weights, about, others(parts, number)), name=f"{job.name}-fold{number + 1}"
    )
    return msgspec.structs.replace(named, training=msgspec.structs.replace(named.training, held_out=held_out))


def card_of(job: Job, weights: Weights, about: About, judged: Sequence[Judged]) -> Card:
    """The card of `weights`, its verdict fitted on `judged`, without figures."""
    honest = cross_fitted(judged, about.same_scene, fitting(job.plan))
    return Card(
        name=job.name,
        recipe=RECIPE,
        architecture=NAME,
        litert=weights_file(Path("weights.tflite"), weights.int8),
        keras=weights_file(Path("weights.keras"), weights.float32),
        input=job.plan.view,
        proposals=job.plan.proposals,
        threshold=best_threshold(honest),
        calibration=fitting(job.plan)(judged),
        outline_spread=outline_spread(honest),
        training=Training(
            data=about.data, readers=about.readers, frames=weights.frames, seed=job.seed, epochs=weights.epochs
        ),
        figures=None,
        licence=about.licence,
        intended_use=INTENDED_USE,
        limits=about.limits,
    )


def tested(job: Job, weights: Weights, card: Card, test: Path) -> Scored:
    """The finished model on other frames; they are scored in parts, to show the spread."""
    about, samples = read_about(test), read_samples(test, job.plan.proposals)
    parts = folds_of(list(samples), min(TEST_PARTS, len(samples)), job.seed, about.same_scene)
    results = [[results_of(weights, card, test, samples[name]) for name in names] for names in parts]
    judged = [
        recalibrated(opinions(weights, [samples[name] for name in names], job.plan), card.calibration)
        for names in parts
    ]
    method = f"no frame of these was seen: {about.data}; int8 weights, end to end; the folds are parts of these frames"
    return Scored(results, judged, figures_of(method, results, judged, [card.threshold] * len(parts)))


def draw(histories: Sequence[Sequence[Epoch]], scored: Scored, folder: Path, prefix: str) -> None:
    """Write loss curves, ROC, calibration and Bland–Altman as PNG."""
    scores = [[result.score for result in fold] for fold in scored.results]
    for name, figure in plots.all_of(histories, scored.judged, scores).items():
        figure.savefig(folder / f"{prefix}{name}.png", dpi=120)


def results_of(weights: Weights, card: Card, labelled: Path, frame: Samples) -> FrameResult:
    """One frame, scored end to end through the run-time code."""
    analyser = CapillaryAnalyser(card, LiteRtRuntime(weights.int8, card.shape), AnalyserSettings())
    return frame_result(analyser, labelled, frame.label)


def by_frame(results: Sequence[Sequence[FrameResult]]) -> list[FrameResult]:
    """All folds' frames in one list, by name."""
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
    path.with_suffix(".json").write_bytes(msgspec.json.format(msgspec.json.encode(named), indent=2) + b"\n")
    path.with_suffix(".md").write_text(as_markdown(named))


def _write_folds(output: Path, job: Job, validation: Validation) -> None:
    scored = validation.scored
    folds = zip(validation.parts, validation.cards, scored.results, scored.judged, strict=True)
    for number, (part, card, results, judged) in enumerate(folds, start=1):
        figures = figures_of(f"the frames held out of {job.folds} folds", [results], [judged], [card.threshold])
        path = output.with_name(f"{output.stem}-fold{number}.tflite")
        write(path, part.weights, msgspec.structs.replace(card, figures=figures))


@contextlib.contextmanager
def _resumable(kept: str) -> Iterator[None]:
    """Whoever stops a run is told what becomes of it."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"\nStopped. {kept}", file=sys.stderr)
        raise


@contextlib.contextmanager
def _written(folder: Path | None) -> Iterator[None]:
    """The folder exists; what cannot be written in it ends in a sentence."""
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise OutputError(f"Cannot write {error.filename}: {error.strerror}.") from error
