"""Writes a bench as text: Markdown tables that also read well in a terminal. Pure."""

from collections.abc import Sequence
from typing import Final

from stream.console.text import counted
from stream.engines.bench.figures import CaseFigures, Result, faster_pct
from stream.engines.bench.machine import machine_text, source_name
from stream.engines.bench.running import Bench


def text(bench: Bench) -> str:
    """Return the whole report."""
    done = [result for result in bench.results if result.median is not None]
    parts = [
        machine_text(bench.machine),
        f"{counted(bench.frames, 'frame')} of `{source_name(bench.source)}`, {counted(bench.rounds, 'round')} in turn; "
        "medians (least to most).",
        *_tables(done),
        *_comparison(done),
    ]
    for error in dict.fromkeys(result.error for result in bench.results if result.error):
        cases = "; ".join(_name(result) for result in bench.results if result.error == error)
        parts.append(f"Not run: {cases}: {error}")
    return "\n\n".join(part for part in parts if part) + "\n"


FEWEST: Final = 10
"""Engines are compared from so many frames on: with fewer, how a run begins and ends weighs more than the rest."""

_TIME = (
    *("analyser", "engine", "workers", "ms a frame", "p50", "p95", "p99", "frames/s"),
    *("% faster than serial", "speed-up by workers"),
)
_COST = (
    *("analyser", "engine", "workers", "cores busy", "CPU ms a frame", "latency p50, p95, p99 ms"),
    *("MiB a worker", "kB handed on a frame", "start s", "dropped", "failed"),
)


def _tables(done: Sequence[Result]) -> list[str]:
    if not done:
        return []
    return [
        "Execution time, as the paper measures it:",
        markdown(_TIME, [_time(result, done) for result in done]),
        "What else it costs:",
        markdown(_COST, [_cost(result) for result in done]),
    ]


def _comparison(done: Sequence[Result]) -> list[str]:
    if not done:
        return []
    if _too_few(*done):
        return [f"Too few frames to compare engines: take {FEWEST} or more, better 100 (--frames)."]
    head = "%Faster = (slower - faster) / slower execution time (equation 1), each with its best number of workers:"
    return [head, "\n".join(compared(done))]


def _too_few(*results: Result) -> bool:
    return any(_median(result).frames < FEWEST for result in results)


def _time(result: Result, done: Sequence[Result]) -> list[str]:
    middle, serial, alone = (
        _median(result),
        _result(done, "serial", result.analyser, 1),
        _result(done, result.engine, result.analyser, 1),
    )
    few = _too_few(result)
    percentiles = (middle.execution_p50_ms, middle.execution_p95_ms, middle.execution_p99_ms)
    return [
        *(result.analyser, result.engine, str(result.workers), _spread(result, "execution_ms", 1)),
        *("-" if few else f"{value:.1f}" for value in percentiles),
        f"{middle.frames_per_s:.1f}",
        "" if few or serial is None or result.engine == "serial" else _faster(serial, result),
        "" if few or alone is None else f"{_median(alone).execution_ms / middle.execution_ms:.2f}",
    ]


def _cost(result: Result) -> list[str]:
    middle = _median(result)
    latencies = (middle.latency_p50_ms, middle.latency_p95_ms, middle.latency_p99_ms)
    return [
        *(result.analyser, result.engine, str(result.workers)),
        f"{middle.cores_busy:.2f}",
        _spread(result, "cpu_ms_per_frame", 1),
        ", ".join(f"{value:.0f}" for value in latencies),
        "-" if middle.worker_pss_mib is None else f"{middle.worker_pss_mib:.0f}",
        f"{middle.handed_bytes_per_frame / 1000:.1f}",
        f"{middle.start_s:.1f}",
        str(middle.dropped),
        str(middle.failed),
    ]


def compared(done: Sequence[Result]) -> list[str]:
    """Return sentences: %Faster between the engines at their best, and this program against the paper's serial one."""
    lines = []
    for analyser in dict.fromkeys(result.analyser for result in done):
        best = {name: one for name in ("serial", "router", "ray", "stream") if (one := _fastest(done, name, analyser))}
        pairs = [("ray", "serial"), ("ray", "router"), *(("stream", other) for other in ("serial", "router", "ray"))]
        for first, second in pairs:
            if first in best and second in best:
                slow, fast = sorted((best[first], best[second]), key=lambda result: -_median(result).execution_ms)
                lines.append(
                    f"- {analyser}: {fast.engine} is {_faster(slow, fast)} % faster than {slow.engine}: "
                    f"{_times(slow, fast)}."
                )
    paper = _result(done, "serial", "helmy2022", 1)
    own = _fastest(done, "stream", "default")
    if paper is not None and own is not None:
        lines.append(
            f"- This program (stream, default, {own.workers} workers) against the paper's serial system (serial, "
            f"helmy2022): {_median(own).frames_per_s:.1f} against {_median(paper).frames_per_s:.2f} frames/s, "
            f"{_times(paper, own)}."
        )
    return lines


def _faster(slower: Result, faster: Result) -> str:
    return f"{faster_pct(_median(slower).execution_ms, _median(faster).execution_ms):.1f}"


def _times(slower: Result, faster: Result) -> str:
    ratio = _median(slower).execution_ms / _median(faster).execution_ms
    return f"{ratio:.2f} times as many frames/s" if ratio < 10 else f"{ratio:.0f} times as many frames/s"


def _fastest(done: Sequence[Result], engine: str, analyser: str) -> Result | None:
    found = [result for result in done if (result.engine, result.analyser) == (engine, analyser)]
    return min(found, key=lambda result: _median(result).execution_ms, default=None)


def _result(done: Sequence[Result], engine: str, analyser: str, workers: int) -> Result | None:
    wanted = (engine, analyser, workers)
    return next((one for one in done if (one.engine, one.analyser, one.workers) == wanted), None)


def _median(result: Result) -> CaseFigures:
    assert result.median is not None
    return result.median


def _spread(result: Result, name: str, digits: int) -> str:
    middle, least, most = (getattr(one, name) for one in (result.median, result.least, result.most))
    return f"{middle:.{digits}f} ({least:.{digits}f} to {most:.{digits}f})"


def _name(result: Result) -> str:
    return f"{result.engine}, {result.analyser}, {counted(result.workers, 'worker')}"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table with columns of even width."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in (head, *rows)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
