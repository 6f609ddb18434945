"""`models forms`: the same network as float32 or int8, dense or pruned: what each variant costs and how good it is."""

import gzip
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from tqdm import tqdm

from workers.runtimes.keras import load_network
from workers.runtimes.litert import LiteRtRuntime
from workers.training.calibrate import Judged, best_threshold, f1_at, platt, recalibrated
from workers.training.data.dataset_info import read_dataset_info
from workers.training.data.distractors import painted_samples
from workers.training.data.samples import Samples
from workers.training.fit import clean_crops
from workers.training.folds import shape, train_folds
from workers.training.formats.litert import float32_bytes, int8_bytes
from workers.training.plan import TrainingPlan
from workers.training.prune import pruned

if TYPE_CHECKING:
    import keras

ROUNDS: Final = 5  # of all held-out crops, for the CPU time


@dataclass
class Variant:
    """One variant over all folds: what it says of each fold's held-out frames, and one entry per fold of what it costs.

    cpu_ms: CPU time per crop. size, zipped: bytes of the file, and of the file under gzip.
    """

    folds: list[list[Judged]] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    zipped: list[int] = field(default_factory=list)


def compare_variants(
    labelled: Path, seed: int = 1, output: Path | None = None, plan: TrainingPlan | None = None
) -> str:
    """Return a Markdown table of the variants; finished folds in `output`, of `cross_validate` too, are taken up.

    F1 is the network's alone over proposals, with threshold and Platt scaling from the other folds.
    Raises SourceError, UsageError.
    """
    plan = plan or TrainingPlan()
    info, samples = read_dataset_info(labelled), painted_samples(labelled, plan.proposals, plan.painted, plan.disturbed)
    work = None if output is None else output / "folds"
    parts = train_folds(samples, plan, seed, 5, info.same_scene, work)
    variants: dict[str, Variant] = {}
    for number, part in enumerate(tqdm(parts, desc="forms", disable=None)):
        seen = [samples[name] for name in part.weights.frames]
        for name, content in files_of(load_network(part.weights.float32), seen, plan, seed + number).items():
            held_out = [judged.frame for judged in part.held_out]
            _measure(variants.setdefault(name, Variant()), content, held_out, plan)
    return "\n".join([_HEAD, *(_row(name, variant) for name, variant in variants.items())])


def files_of(network: "keras.Model", seen: Sequence[Samples], plan: TrainingPlan, seed: int) -> Mapping[str, bytes]:
    """Make the .tflite bytes of each variant. `network` is changed: pruned, and trained on the frames it has seen."""
    crops = clean_crops(seen, plan.view)
    dense = {"float32": float32_bytes(network), "int8": int8_bytes(network, crops)}
    pruned(network, seen, plan, seed)
    return dense | {"pruned": float32_bytes(network), "pruned + int8": int8_bytes(network, crops)}


_HEAD: Final = (
    "| form | F1 (spread over folds) | CPU ms a crop | file KiB | gzip KiB |\n| --- | --- | --- | --- | --- |"
)


def _measure(variant: Variant, content: bytes, held_out: Sequence[Samples], plan: TrainingPlan) -> None:
    runtime = LiteRtRuntime(content, shape(plan))
    crops = [clean_crops([frame], plan.view) for frame in held_out]
    variant.folds.append([Judged(f, runtime.probabilities(c)) for f, c in zip(held_out, crops, strict=True)])
    together = np.concatenate(crops)
    started = time.process_time()
    for _ in range(ROUNDS):
        runtime.probabilities(together)
    variant.cpu_ms.append(1000 * (time.process_time() - started) / ROUNDS / len(together))
    variant.size.append(len(content))
    variant.zipped.append(len(gzip.compress(content)))


def _row(name: str, variant: Variant) -> str:
    f1 = [_held_out_f1(variant.folds, number) for number in range(len(variant.folds))]
    sizes = [float(np.mean(values)) / 1024 for values in (variant.size, variant.zipped)]
    times = f"{float(np.median(variant.cpu_ms)):.3f}"
    return f"| {name} | {np.mean(f1):.3f} ({np.std(f1):.3f}) | {times} | {sizes[0]:.0f} | {sizes[1]:.0f} |"


def _held_out_f1(folds: Sequence[Sequence[Judged]], number: int) -> float:
    rest = [judged for k, fold in enumerate(folds) if k != number for judged in fold]
    calibration = platt(rest)
    return f1_at(recalibrated(folds[number], calibration), best_threshold(recalibrated(rest, calibration)))
