"""Runs the plan: each case as `replay --engine …`, a program of its own, on the same source."""

import importlib.util
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Final

import msgspec

from stream.config.loading import ENVIRONMENT_PREFIX
from stream.engines.bench.figures import CaseFigures, Result, figures_of, result_of
from stream.engines.bench.floor import Floor
from stream.engines.bench.machine import Machine, this_machine
from stream.engines.bench.plan import CONFIGURED, Case, interleaved
from stream.engines.bench.watching import watch
from stream.errors import EngineError
from stream.version import VERSION

_SLOWEST_FRAME_S: Final = 10.0
_START_S: Final = 180.0


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """The content of bench.json."""

    version: str
    source: str
    frames: int
    rounds: int
    machine: Machine
    results: list[Result]


@dataclass(frozen=True, slots=True)
class Order:
    """The order for a bench: the program's own command line, the source with its floor, and the cases."""

    program: Sequence[str]
    source: str
    frames: int
    rounds: int
    cases: Sequence[Case]
    folder: Path
    floor: Floor


def run(order: Order, say: Callable[[str], None]) -> Bench:
    """Run everything; bench.json is written anew after every run, so that an interrupted bench is not lost.

    A case that cannot be run is reported and left out of the later rounds; the others go on. Raises OSError.
    """
    machine = this_machine()
    rounds: dict[Case, list[CaseFigures]] = {case: [] for case in order.cases}
    traces: dict[Case, list[float]] = {}
    errors: dict[Case, str] = {}
    bench = _bench(order, machine, rounds, traces, errors)
    for number, case in interleaved(order.cases, order.rounds):
        if case in errors:
            continue
        try:
            figures, trace = _run_one(order, case)
        except EngineError as error:
            if str(error) not in errors.values():  # one cause, such as a library that is missing, is reported once
                say(f"{case.name}: {error}")
            errors[case] = str(error)
        else:
            rounds[case].append(figures)
            traces.setdefault(case, trace)
            say(
                f"round {number + 1} of {order.rounds}: {case.name}: {figures.execution_ms:.1f} ms a frame, "
                f"CPU time {figures.floors:.2f} times the floor"
            )
        bench = _bench(order, machine, rounds, traces, errors)
        (order.folder / "bench.json").write_bytes(msgspec.json.format(msgspec.json.encode(bench), indent=2) + b"\n")
    return bench


def _run_one(order: Order, case: Case) -> tuple[CaseFigures, list[float]]:
    if case.engine == "ray" and importlib.util.find_spec("ray") is None:
        raise EngineError("Ray is not installed: uv sync --extra cluster, or uv pip install ray.")
    folder = order.folder / "runs" / case.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    options = {"--engine": case.engine, "--workers": case.workers, "--frames": order.frames, "--output": folder / "out"}
    words = [str(word) for pair in options.items() for word in pair]
    command = [*order.program, "replay", order.source, *words]
    before_ms = order.floor.mean_ms()
    seen = watch(command, _environment(case), folder / "log", _START_S + _SLOWEST_FRAME_S * order.frames)
    found = figures_of(case, folder / "out", seen, fmean((before_ms, order.floor.mean_ms())))
    shutil.rmtree(folder.parent)
    return found


def _environment(case: Case) -> dict[str, str]:
    """Return the environment that chooses an analyser by its name; the configured settings belong to another one."""
    if case.analyser == CONFIGURED:
        return dict(os.environ)
    return os.environ | {
        f"{ENVIRONMENT_PREFIX}ANALYSER_NAME": case.analyser,
        f"{ENVIRONMENT_PREFIX}ANALYSER_SETTINGS": "{}",
    }


def _bench(
    order: Order,
    machine: Machine,
    rounds: dict[Case, list[CaseFigures]],
    traces: dict[Case, list[float]],
    errors: dict[Case, str],
) -> Bench:
    return Bench(
        version=VERSION,
        source=order.source,
        frames=order.frames,
        rounds=order.rounds,
        machine=machine,
        results=[result_of(case, found, traces.get(case, []), errors.get(case, "")) for case, found in rounds.items()],
    )
