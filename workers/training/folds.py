"""Networks that have not seen some of the frames. Finished ones are kept, so that a run can go on."""

import contextlib
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
from workers.training.data.splits import Split, folds_of, set_apart, without
from workers.training.fit import Epoch, architecture_of, clean_crops, fit
from workers.training.formats.keras import keras_bytes
from workers.training.formats.litert import int8_bytes
from workers.training.plan import TrainingPlan
from workers.training.side_by_side import side_by_side
from workers.training.weighing import Fitting

VALIDATION_PARTS = 6
"""One part in six of the frames that a network may see is set apart to decide when to stop, if the plan asks for it."""


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
    jobs: int = 1,
) -> list[Fold]:
    """Train a network for each of `count` folds on the other folds; see `train_splits` for `work` and `jobs`.

    Held-out frames decide nothing: without early stopping their loss is watched, for the plot alone.
    Raises UsageError if there are fewer frames than folds, OutputError if a network cannot be kept.
    """
    if not 2 <= count <= len(samples):
        raise UsageError(f"{len(samples)} frames cannot be split into {count} folds: choose 2 to {len(samples)}.")
    folds = folds_of(list(samples), count, seed, same_scene)
    splits = [
        Split(f"fold{number}", without(list(samples), fold), fold, seed + number)
        for number, fold in enumerate(folds, start=1)
    ]
    networks = train_splits(samples, splits, plan, same_scene, work, jobs)
    return [
        Fold(weights, opinions(weights, [samples[name] for name in fold], plan))
        for weights, fold in zip(networks, folds, strict=True)
    ]


def train_splits(
    samples: Mapping[str, Samples],
    splits: Sequence[Split],
    plan: TrainingPlan,
    same_scene: Sequence[Sequence[str]] = (),
    work: Path | None = None,
    jobs: int = 1,
) -> list[Weights]:
    """Train one network per split, `jobs` at a time; the same for any `jobs`. Shows what remains on stderr.

    If the plan stops early, some of the frames that a split may see are set apart to decide when, and no others.
    work: folder of finished networks; those of the same frames, plan and seed are taken from there.
    Raises OutputError if a network cannot be kept, StreamError if a process that trains is killed.
    """
    if plan.patience:
        splits = [set_apart(split, VALIDATION_PARTS, same_scene) for split in splits]
    digests = {name: digest(frame) for name, frame in samples.items()}
    paths = [
        None if work is None else work / f"{split.name}-{fingerprint(split, digests, plan)[:16]}.msgpack"
        for split in splits
    ]
    networks = {number: kept for number, path in enumerate(paths) if (kept := _read_weights(path)) is not None}
    left = [number for number in range(len(splits)) if number not in networks]
    tasks = [
        ([samples[n] for n in split.seen], plan, split.seed, split.name, [samples[n] for n in split.watched])
        for split in (splits[number] for number in left)
    ]
    bar = tqdm(total=len(splits), initial=len(networks), desc="networks", unit="network", disable=None)
    with bar, contextlib.closing(side_by_side(trained, tasks, jobs)) as finished:
        for task, weights in finished:
            networks[left[task]] = weights
            _write_weights(paths[left[task]], weights)
            bar.update()
    return [networks[number] for number in range(len(splits))]


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


def fingerprint(split: Split, digests: Mapping[str, str], plan: TrainingPlan) -> str:
    """Return the SHA-256 of all that decides a split's weights: recipe, network, plan, seed, and what it is shown."""
    network = architecture_of(plan).description
    frames = [[digests[name] for name in names] for names in (split.seen, split.watched)]
    return hashlib.sha256(msgspec.json.encode([RECIPE, network, plan, split.seed, frames])).hexdigest()


def digest(frame: Samples) -> str:
    """Return the SHA-256 of a frame and of all that was painted into it, as the network is shown them."""
    found = hashlib.sha256(frame.label.frame.encode())
    for shown in (frame, *frame.painted):
        found.update(shown.picture.tobytes())
        found.update(np.array([proposal.box for proposal in shown.proposals], np.int64).tobytes())
        found.update(shown.target.tobytes())
    return found.hexdigest()


def _read_weights(path: Path | None) -> Weights | None:
    """Read a network that an interrupted run has finished; None if there is none, or half a file."""
    if path is None or not path.is_file():
        return None
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Weights)
    except (msgspec.DecodeError, OSError):
        return None


def _write_weights(path: Path | None, weights: Weights) -> None:
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(msgspec.msgpack.encode(weights))
        unfinished.replace(path)
    except OSError as error:
        raise OutputError(f"The finished network cannot be kept in {path.parent}: {error.strerror}.") from error
