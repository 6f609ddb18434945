"""Cross-validation: for each fold a network that has not seen it. Finished folds are kept, so that a run can go on."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct
from tqdm import tqdm

from stream.errors import OutputError, UsageError
from workers.runtimes.card import RECIPE
from workers.runtimes.litert import LiteRtRuntime
from workers.training.calibrate import Judged, recalibrated
from workers.training.data.samples import Samples
from workers.training.data.splits import folds_of
from workers.training.fit import Epoch, architecture_of, clean_crops, fit
from workers.training.formats.keras import keras_bytes
from workers.training.formats.litert import int8_bytes
from workers.training.plan import TrainingPlan
from workers.training.weighing import Fitting

VALIDATION_PARTS = 6
"""One part in six of the frames that a fold may see is set apart to decide when to stop, if the plan asks for it."""


class Weights(Struct, frozen=True):
    """One trained network as .tflite (int8) and .keras (float32), the frames it has seen, and how it was trained."""

    int8: bytes
    float32: bytes
    frames: list[str]
    history: list[Epoch]
    epochs: int


@dataclass(frozen=True)
class Fold:
    """Weights that have not seen the held-out frames, and what they say of those."""

    weights: Weights
    held_out: list[Judged]


def trained(
    frames: Sequence[Samples], plan: TrainingPlan, seed: int, what: str, watched: Sequence[Samples] = ()
) -> Weights:
    """Train one network on these frames and the vessels painted into them; see `fit`."""
    shown = [*frames, *(vessels for frame in frames for vessels in frame.painted)]
    fitted = fit(shown, plan, seed, what, watched)
    int8 = int8_bytes(fitted.network, clean_crops(frames, plan.view))
    names = [frame.label.frame for frame in frames]
    return Weights(int8, keras_bytes(fitted.network), names, fitted.history, fitted.epochs)


def train_folds(
    samples: Mapping[str, Samples],
    plan: TrainingPlan,
    seed: int,
    count: int,
    same_scene: Sequence[Sequence[str]] = (),
    work: Path | None = None,
) -> list[Fold]:
    """Train a network for each of `count` folds on the other folds.

    work: folder of finished folds; those of the same frames, plan and seed are taken from there.
    Raises UsageError if there are fewer frames than folds, OutputError if a fold cannot be kept.
    """
    if not 2 <= count <= len(samples):
        raise UsageError(f"{len(samples)} frames cannot be split into {count} folds: choose 2 to {len(samples)}.")
    key = fingerprint(samples, plan, seed, count)
    parts = []
    for number, names in enumerate(tqdm(folds_of(list(samples), count, seed, same_scene), "folds", disable=None)):
        path = None if work is None else work / f"fold{number + 1}-{key[:16]}.msgpack"
        weights = _read_fold(path)
        if weights is None:
            weights = _train_fold(samples, names, plan, seed + 1 + number, f"fold {number + 1}", same_scene)
            _write_fold(path, weights)
        parts.append(Fold(weights, opinions(weights, [samples[name] for name in names], plan)))
    return parts


def opinions(weights: Weights, frames: Sequence[Samples], plan: TrainingPlan) -> list[Judged]:
    """Return what the int8 network says of these frames, and of the vessels painted into them."""
    runtime = LiteRtRuntime(weights.int8, shape(plan))

    def opinion(frame: Samples) -> Judged:
        said = runtime.probabilities(clean_crops([frame], plan.view))
        return Judged(frame, said, tuple(opinion(vessels) for vessels in frame.painted))

    return [opinion(frame) for frame in frames]


def calibrated_by_others(parts: Sequence[Fold], number: int, fitted: Fitting) -> list[Judged]:
    """Return the held-out frames of one fold, with probabilities calibrated by the other folds' held-out frames."""
    return recalibrated(parts[number].held_out, fitted(others(parts, number)))


def others(parts: Sequence[Fold], number: int) -> list[Judged]:
    """Return the held-out frames of all folds but one."""
    return [judged for k, part in enumerate(parts) if k != number for judged in part.held_out]


def shape(plan: TrainingPlan) -> tuple[int, int, int]:
    """Return height, width and channels of a crop."""
    return plan.view.size_px, plan.view.size_px, plan.view.channels


def fingerprint(samples: Mapping[str, Samples], plan: TrainingPlan, seed: int, count: int) -> str:
    """Return the SHA-256 of all that decides the folds' weights: recipe, network, plan, seed, and what it is shown."""
    network = architecture_of(plan).description
    digest = hashlib.sha256(msgspec.json.encode([RECIPE, network, plan, seed, count]))
    for name, frame in samples.items():
        digest.update(name.encode())
        digest.update(frame.picture.tobytes())
        digest.update(np.array([proposal.box for proposal in frame.proposals], np.int64).tobytes())
        digest.update(frame.target.tobytes())
        for vessels in frame.painted:
            digest.update(vessels.picture.tobytes())
    return digest.hexdigest()


def _train_fold(
    samples: Mapping[str, Samples],
    held_out: Sequence[str],
    plan: TrainingPlan,
    seed: int,
    what: str,
    same_scene: Sequence[Sequence[str]],
) -> Weights:
    """Train on all frames that are not held out.

    Held-out frames decide nothing. If the plan stops early, other frames are set apart to decide when; else the loss
    on the held-out frames is measured for the plot.
    """
    seen = [name for name in samples if name not in held_out]
    watched = list(held_out)
    if plan.patience:
        watched = folds_of(seen, VALIDATION_PARTS, seed, same_scene)[0]
        seen = [name for name in seen if name not in watched]
    return trained([samples[n] for n in seen], plan, seed, what, [samples[n] for n in watched])


def _read_fold(path: Path | None) -> Weights | None:
    """Read a fold that an interrupted run has finished; None if there is none, or half a file."""
    if path is None or not path.is_file():
        return None
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Weights)
    except (msgspec.DecodeError, OSError):
        return None


def _write_fold(path: Path | None, weights: Weights) -> None:
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(msgspec.msgpack.encode(weights))
        unfinished.replace(path)
    except OSError as error:
        raise OutputError(f"The finished fold cannot be kept in {path.parent}: {error.strerror}.") from error
