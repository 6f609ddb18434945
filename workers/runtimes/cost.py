"""What a runtime costs, measured in the process that asks."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import psutil
from msgspec import Struct

from workers.runtimes.base import Crops, Probabilities
from workers.runtimes.card import read_card
from workers.runtimes.loading import load

_ROUNDS: Final = 20


class RuntimeCost(Struct, frozen=True, kw_only=True):
    """What one runtime costs, in a process of its own.

    ms_a_crop: CPU time, each frame's least of all rounds. start_ms: until the first frame is judged, import included.
    memory_mb: what the process's resident memory gains by it. probabilities: of all crops.
    """

    ms_a_crop: float
    start_ms: float
    memory_mb: float
    probabilities: Probabilities


def cost_of(weights: Path, name: str, crops: Sequence[Crops]) -> RuntimeCost:
    """Measure a runtime in this process, which should have done nothing before. Raises ModelError."""
    process = psutil.Process()
    before, began = process.memory_info().rss, time.perf_counter()
    runtime = load(read_card(weights), weights, name)
    probabilities = [runtime.probabilities(crops[0])]
    start_ms = 1e3 * (time.perf_counter() - began)
    probabilities += [runtime.probabilities(of_frame) for of_frame in crops[1:]]
    gained = process.memory_info().rss - before
    least = sum(min(_cpu_ms(runtime.probabilities, of_frame) for _ in range(_ROUNDS)) for of_frame in crops)
    return RuntimeCost(
        ms_a_crop=least / sum(map(len, crops)),
        start_ms=start_ms,
        memory_mb=gained / 1e6,
        probabilities=np.concatenate(probabilities),
    )


def _cpu_ms(judge: Callable[[Crops], Probabilities], crops: Crops) -> float:
    started = time.process_time_ns()
    judge(crops)
    return (time.process_time_ns() - started) / 1e6
