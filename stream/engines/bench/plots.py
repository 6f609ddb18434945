"""Draws a bench in the manner of the paper's figures 5, 6 and 7, with a panel for each analyser."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from stream.console.text import counted
from stream.engines.bench.figures import TRACE_S, Result
from stream.engines.bench.running import Bench

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLOURS: Final = {"serial": "#6c757d", "router": "#e07a5f", "ray": "#3d5a80", "stream": "#1b7f58"}
_OTHER_COLOUR: Final = "#8d5a97"  # of an engine that an installed package adds


def draw(bench: Bench, folder: Path) -> list[Path]:
    """Write figure-5.png, figure-6.png and figure-7.png; nothing if no case could be run."""
    done = [result for result in bench.results if result.median is not None]
    if not done:
        return []
    paths = []
    for name, one in (("figure-5.png", _execution), ("figure-6.png", _by_workers), ("figure-7.png", _cores)):
        paths.append(folder / name)
        one(done).savefig(paths[-1], dpi=120)
    return paths


def _panels(done: Sequence[Result], title: str) -> "tuple[Figure, list[tuple[Any, list[Result]]]]":
    from matplotlib.figure import Figure

    analysers = list(dict.fromkeys(result.analyser for result in done))
    figure = Figure(figsize=(5.5 * len(analysers), 4.2), layout="constrained")
    figure.suptitle(title, fontsize=11)
    axes = figure.subplots(1, len(analysers), squeeze=False)[0]
    for one, analyser in zip(axes, analysers, strict=True):
        one.set_title(f"analyser {analyser}", fontsize=10)
        one.grid(alpha=0.25)
    return figure, [
        (one, [result for result in done if result.analyser == analyser])
        for one, analyser in zip(axes, analysers, strict=True)
    ]


def _execution(done: Sequence[Result]) -> "Figure":
    """Draw figure 5: execution time per frame of each engine, with as many workers as it had at most."""
    figure, panels = _panels(done, "Execution time a frame (median of rounds, least to most)")
    for axes, results in panels:
        most = _most_workers(results)
        for result in most:
            middle, least, most_ms = (
                figures.execution_ms for figures in (result.median, result.least, result.most) if figures is not None
            )
            error = [[middle - least], [most_ms - middle]]
            axes.bar(_label(result), middle, yerr=error, color=_COLOURS.get(result.engine, _OTHER_COLOUR), capsize=4)
            axes.annotate(f"{middle:.1f}", (_label(result), middle), ha="center", va="bottom", fontsize=9)
        axes.set(ylabel="ms a frame")
    return figure


def _by_workers(done: Sequence[Result]) -> "Figure":
    """Draw figure 6: execution time by number of workers; `serial` is the same for any number."""
    figure, panels = _panels(done, "Execution time by number of workers")
    counts = sorted({result.workers for result in done})
    for axes, results in panels:
        for engine in dict.fromkeys(result.engine for result in results):
            own = sorted((one for one in results if one.engine == engine), key=lambda one: one.workers)
            times = [one.median.execution_ms for one in own if one.median is not None]
            at = [one.workers for one in own]
            if engine == "serial":
                at, times = counts, times * len(counts)
            axes.plot(at, times, marker="o", color=_COLOURS.get(engine, _OTHER_COLOUR), label=engine)
        axes.set(xlabel="workers", ylabel="ms a frame", xticks=counts)
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False)
    return figure


def _cores(done: Sequence[Result]) -> "Figure":
    """Draw figure 7: cores busy while the frames are analysed."""
    figure, panels = _panels(done, "Cores busy, from the first frame to the last reading")
    for axes, results in panels:
        for result in _most_workers(results):
            share = np.linspace(0, 100, max(2, len(result.trace)))
            busy = result.trace if len(result.trace) > 1 else result.trace * 2
            seconds = len(result.trace) * TRACE_S
            axes.plot(
                share,
                busy,
                color=_COLOURS.get(result.engine, _OTHER_COLOUR),
                label=f"{_label(result)} ({seconds:.1f} s)".replace("\n", " "),
            )
        axes.set(xlabel="share of the run (%)", ylabel="cores")
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
    return figure


def _most_workers(results: Sequence[Result]) -> list[Result]:
    best: dict[str, Result] = {}
    for result in results:
        if result.engine not in best or result.workers > best[result.engine].workers:
            best[result.engine] = result
    return list(best.values())


def _label(result: Result) -> str:
    return f"{result.engine}\n{counted(result.workers, 'worker')}"
