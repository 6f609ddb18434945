"""The same network in four forms, float32 or int8, dense or pruned: what each costs and how good it is."""

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
from workers.training.about import read_about
from workers.training.calibrate import Judged, best_threshold, f1_at, platt, recalibrated
from workers.training.dataset import Samples
from workers.training.distractors import painted_samples
from workers.training.export import float32_bytes, int8_bytes
from workers.training.fit import Plan, clean_crops
from workers.training.folds import shape, train_folds
from workers.training.prune import pruned

if TYPE_CHECKING:
    import keras

ROUNDS: Final = 5


@dataclass
class Form:
    """One form over all folds: its opinions of each fold's held-out frames, CPU time and size of each file."""

    folds: list[list[Judged]] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    zipped: list[int] = field(default_factory=list)


def compare_forms(labelled: Path, seed: int = 1, output: Path | None = None, plan: Plan | None = None) -> str:
    """A Markdown table of the forms; folds that `cross_validate` or an earlier call left in `output` are taken up.

    F1 is the network's alone over proposals, with threshold and Platt scaling from the other folds.
    Raises SourceError, UsageError.
    """
    plan = plan or Plan()
    about, samples = read_about(labelled), painted_samples(labelled, plan.proposals, plan.painted)
    work = None if output is None else output / "folds"
    parts = train_folds(samples, plan, seed, 5, about.same_scene, work)
    forms: dict[str, Form] = {}
    for number, part in enumerate(tqdm(parts, desc="forms", disable=None)):
        seen = [samples[name] for name in part.weights.frames]
        for name, content in files_of(load_network(part.weights.float32), seen, plan, seed + number).items():
            _measure(forms.setdefault(name, Form()), content, [judged.frame for judged in part.held_out], plan)
    return "\n".join([_HEAD, *(_row(name, form) for name, form in forms.items())])


def files_of(network: "keras.Model", seen: Sequence[Samples], plan: Plan, seed: int) -> Mapping[str, bytes]:
    """The .tflite bytes of each form; `network` is pruned in the end, trained on the frames that it has seen."""
    crops = clean_crops(seen, plan.view)
    dense = {"float32": float32_bytes(network), "int8": int8_bytes(network, crops)}
    pruned(network, seen, plan, seed)
    return dense | {"pruned": float32_bytes(network), "pruned + int8": int8_bytes(network, crops)}


_HEAD: Final = (
    "| form | F1 (spread over folds) | CPU ms a crop | file KiB | gzip KiB |\n| --- | --- | --- | --- | --- |"
)


def _measure(form: Form, content: bytes, held_out: Sequence[Samples], plan: Plan) -> None:
    runtime = LiteRtRuntime(content, shape(plan))
    crops = [clean_crops([frame], plan.view) for frame in held_out]
    form.folds.append([Judged(f, runtime.probabilities(c)) for f, c in zip(held_out, crops, strict=True)])
    together = np.concatenate(crops)
    started = time.process_time()
    for _ in range(ROUNDS):
        runtime.probabilities(together)
    form.ms.append(1000 * (time.process_time() - started) / ROUNDS / len(together))
    form.size.append(len(content))
    form.zipped.append(len(gzip.compress(content)))


def _row(name: str, form: Form) -> str:
    f1 = [_held_out_f1(form.folds, number) for number in range(len(form.folds))]
    sizes = [float(np.mean(values)) / 1024 for values in (form.size, form.zipped)]
    times = f"{float(np.median(form.ms)):.3f}"
    return f"| {name} | {np.mean(f1):.3f} ({np.std(f1):.3f}) | {times} | {sizes[0]:.0f} | {sizes[1]:.0f} |"


def _held_out_f1(folds: Sequence[Sequence[Judged]], number: int) -> float:
    rest = [judged for k, fold in enumerate(folds) if k != number for judged in fold]
    calibration = platt(rest)
    return f1_at(recalibrated(folds[number], calibration), best_threshold(recalibrated(rest, calibration)))
