"""Makes a model: cross-validated figures first, then weights from all frames, then the cards that say both."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from tqdm import tqdm

from stream.errors import UsageError
from workers.capillary.analyser import CapillaryAnalyser
from workers.capillary.settings import AnalyserSettings
from workers.runtimes.card import RECIPE, Card, Figures, Training, weights_file
from workers.runtimes.litert import LiteRtRuntime
from workers.training.architectures import NAME
from workers.training.calibrate import (
    Judged,
    best_threshold,
    calibration_error,
    outline_spread,
    platt,
    recalibrated,
)
from workers.training.dataset import Samples, folds_of, read_samples
from workers.training.evaluate import FrameResult, covered_share, frame_result, table
from workers.training.export import int8_bytes, keras_bytes
from workers.training.fit import Plan, clean_crops, fit
from workers.training.modelcard import as_markdown
from workers.training.score import totals

LICENCE: Final = "CC BY-NC 4.0: non-commercial use only, as the frames it was trained on"
INTENDED_USE: Final = "research on the microcirculation; not a medical device, not for decisions about a patient"
READERS: Final = "two careful readers, not clinicians, working independently; no outcome data"
DATA: Final = "22 frames of human skin, Inspectis hand-held microscope; Helmy, Jul, Ferreira, Truong; ODI Medical AS"
LIMITS: Final = (
    "skin only: not for sublingual or nailfold video",
    "one microscope, one magnification: capillaries of 30 to 80 px",
    "few frames from few people; skin types are not recorded",
    "faint capillaries out of focus are where readers disagree most, and so does the model",
)


@dataclass(frozen=True)
class Weights:
    """One trained network in both forms, and the frames it has seen."""

    int8: bytes
    float32: bytes
    frames: list[str]


@dataclass(frozen=True)
class Fold:
    """Weights that have not seen the held-out frames, and their opinion of them."""

    weights: Weights
    held_out: list[Judged]


def train(
    labelled: Path,
    output: Path,
    seed: int = 1,
    folds: int = 5,
    keep_folds: bool = False,
    plan: Plan | None = None,
    name: str = "capillary-net",
) -> None:
    """Train on every frame under `labelled`, and write weights and cards.

    output: path of the .tflite; .keras, .json and .md are written beside it. With `keep_folds` also each fold's model,
    as stem-fold1.tflite and so on: scored on the frames that its card lists as held out, it is honest.
    Prints the cross-validated table to stdout, progress to stderr. Raises SourceError, UsageError.
    """
    if output.suffix != ".tflite":
        raise UsageError(f"The model is written as a .tflite file: give a path such as {output}.tflite.")
    plan = plan or Plan()
    samples = read_samples(labelled)
    output.parent.mkdir(parents=True, exist_ok=True)
    parts = train_folds(samples, plan, seed, folds)
    cards = [fold_card(parts, number, plan, seed, f"{name}-fold{number + 1}") for number in range(folds)]
    results = [results_of(part, card, labelled) for part, card in zip(parts, cards, strict=True)]
    figures = figures_of(results, parts)
    print(table(sorted((r for fold in results for r in fold), key=lambda r: r.score.frame)))
    weights = trained(list(samples.values()), plan, seed, "all frames")
    everything = [judged for part in parts for judged in part.held_out]
    write(output, weights, card_of(weights, everything, plan, seed, name, figures, []))
    for number, (part, card) in enumerate(zip(parts, cards, strict=True), start=1):
        if keep_folds:
            own = figures_of([results[number - 1]], [part])
            path = output.with_name(f"{output.stem}-fold{number}.tflite")
            write(path, part.weights, msgspec.structs.replace(card, figures=own))


def cross_validate(labelled: Path, seed: int = 1, folds: int = 5, plan: Plan | None = None) -> Figures:
    """Train each fold anew, print the table of frames each has not seen, and return the honest figures."""
    plan = plan or Plan()
    parts = train_folds(read_samples(labelled), plan, seed, folds)
    cards = [fold_card(parts, number, plan, seed, f"fold{number + 1}") for number in range(folds)]
    results = [results_of(part, card, labelled) for part, card in zip(parts, cards, strict=True)]
    print(table(sorted((r for fold in results for r in fold), key=lambda r: r.score.frame)))
    return figures_of(results, parts)


def trained(frames: Sequence[Samples], plan: Plan, seed: int, what: str) -> Weights:
    """One network from these frames, in both forms."""
    network = fit(frames, plan, seed, what)
    crops = clean_crops(frames, plan.view)
    return Weights(int8_bytes(network, crops), keras_bytes(network), [frame.label.frame for frame in frames])


def train_folds(samples: dict[str, Samples], plan: Plan, seed: int, count: int) -> list[Fold]:
    """A network for each fold, trained on the other folds. Raises UsageError."""
    if not 2 <= count <= len(samples):
        raise UsageError(f"{len(samples)} frames cannot be split into {count} folds: choose 2 to {len(samples)}.")
    parts = []
    for number, names in enumerate(tqdm(folds_of(list(samples), count, seed), desc="folds", disable=None)):
        seen = [frame for name, frame in samples.items() if name not in names]
        weights = trained(seen, plan, seed + 1 + number, f"fold {number + 1}")
        runtime = LiteRtRuntime(weights.int8, _shape(plan))
        opinions = [Judged(samples[n], runtime.probabilities(clean_crops([samples[n]], plan.view))) for n in names]
        parts.append(Fold(weights, opinions))
    return parts


def fold_card(parts: Sequence[Fold], number: int, plan: Plan, seed: int, name: str) -> Card:
    """The card of one fold: calibration, threshold and spread come from the other folds' held-out frames."""
    others = [judged for k, part in enumerate(parts) if k != number for judged in part.held_out]
    held_out = [judged.frame.label.frame for judged in parts[number].held_out]
    return card_of(parts[number].weights, others, plan, seed, name, None, held_out)


def card_of(
    weights: Weights,
    judged: Sequence[Judged],
    plan: Plan,
    seed: int,
    name: str,
    figures: Figures | None,
    held_out: list[str],
) -> Card:
    """The card of `weights`, calibrated on `judged`."""
    calibration = platt(judged)
    honest = recalibrated(judged, calibration)
    return Card(
        name=name,
        recipe=RECIPE,
        architecture=NAME,
        litert=weights_file(Path("weights.tflite"), weights.int8),
        keras=weights_file(Path("weights.keras"), weights.float32),
        input=plan.view,
        threshold=best_threshold(honest),
        calibration=calibration,
        outline_spread=outline_spread(honest),
        training=Training(
            data=DATA, readers=READERS, frames=weights.frames, held_out=held_out, seed=seed, epochs=plan.epochs
        ),
        figures=figures,
        licence=LICENCE,
        intended_use=INTENDED_USE,
        limits=list(LIMITS),
    )


def results_of(part: Fold, card: Card, labelled: Path) -> list[FrameResult]:
    """The fold's held-out frames, scored end to end through the run-time code."""
    shape = (card.input.size_px, card.input.size_px, card.input.channels)
    analyser = CapillaryAnalyser(card, LiteRtRuntime(part.weights.int8, shape), AnalyserSettings())
    return [frame_result(analyser, labelled, judged.frame.label) for judged in part.held_out]


def figures_of(results: Sequence[Sequence[FrameResult]], parts: Sequence[Fold]) -> Figures:
    """Figures over all folds' held-out frames; each fold is calibrated by the others."""
    every = [result for fold in results for result in fold]
    total = totals([result.score for result in every])
    calibrated = [j for number, part in enumerate(parts) for j in _calibrated_by_others(parts, number, part)]
    return Figures(
        method=f"{len(parts)}-fold cross-validation, frames of one scene together, int8 weights, end to end",
        frames=total.frames,
        f1=round(total.f1, 4),
        f1_folds=[round(totals([r.score for r in fold]).f1, 4) for fold in results],
        recall=round(total.recall, 4),
        precision=round(total.precision, 4),
        density_error_median=round(total.density_error_median, 4),
        density_error_max=round(total.density_error_max, 4),
        density_correlation=None if total.density_correlation is None else round(total.density_correlation, 4),
        calibration_error=round(calibration_error(calibrated), 4),
        interval_coverage=round(covered_share(every), 4),
    )


def _calibrated_by_others(parts: Sequence[Fold], number: int, part: Fold) -> list[Judged]:
    others = [judged for k, other in enumerate(parts) if k != number for judged in other.held_out]
    return recalibrated(part.held_out, platt(others or part.held_out))


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


def _shape(plan: Plan) -> tuple[int, int, int]:
    return plan.view.size_px, plan.view.size_px, plan.view.channels
