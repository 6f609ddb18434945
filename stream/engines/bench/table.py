"""Writes a bench as text: Markdown tables that also read well in a terminal. Pure."""

from collections.abc import Sequence
from typing import Final

from stream.console.text import counted
from stream.engines.bench.figures import CaseFigures, Result, faster_pct
from stream.engines.bench.machine import machine_text, source_name
from stream.engines.bench.markdown import markdown
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
    *("MiB a worker", "kB handed on a frame", "first frame, reading after s", "dropped", "failed"),
)
_FLOORS = (
    *("analyser", "engine", "workers", "floor ms", "CPU time", "by process", "ms a frame"),
    *("frames/s, times serial (same analyser)", "times serial (helmy2022)"),
)
_SMALL_FLOORS: Final = 0.005


def _tables(done: Sequence[Result]) -> list[str]:
    if not done:
        return []
    return [
        "Execution time, as the paper measures it:",
        markdown(_TIME, [_time(result, done) for result in done]),
        "What else it costs:",
        markdown(_COST, [_cost(result) for result in done]),
        "The same as times the floor, which was measured before and after each run, and as times the serial systems:",
        markdown(_FLOORS, [_floors(result, done) for result in done]),
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
        f"{middle.start_s:.1f}, {middle.first_reading_s:.1f}",
        f"{middle.dropped:g}",
        f"{middle.failed:g}",
    ]


def _floors(result: Result, done: Sequence[Result]) -> list[str]:
    middle = _median(result)
    dearest = sorted(middle.role_cpu_ms.items(), key=lambda item: -item[1])
    roles = ((role, ms / middle.floor_ms) for role, ms in dearest)
    serial = [_result(done, "serial", analyser, 1) for analyser in (result.analyser, "helmy2022")]
    return [
        *(result.analyser, result.engine, str(result.workers), f"{middle.floor_ms:.2f}"),
        _spread(result, "floors", 2),
        ", ".join(f"{role} {floors:.2f}" for role, floors in roles if floors >= _SMALL_FLOORS),
        f"{middle.execution_ms / middle.floor_ms:.2f}",
        *("" if one is None else _ratio(one, result) for one in serial),
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
    own = _fastest(done, "stream", "default")
    for serial, what in (
        ("helmy2022", "the paper's serial system"),
        ("default", "the serial system with its analysis"),
    ):
        other = _result(done, "serial", serial, 1)
        if other is not None and own is not None:
            lines.append(
                f"- This program (stream, default, {counted(own.workers, 'worker')}) against {what} (serial, "
                f"{serial}): {_median(own).frames_per_s:.1f} against {_median(other).frames_per_s:.2f} frames/s, "
                f"{_times(other, own)}."
            )
    return lines


def cells(bench: Bench) -> dict[str, str]:
    """Return what stands in this processor's column of the comparison of processors."""
    done = [result for result in bench.results if result.median is not None]
    own = _fastest(done, "stream", "default")
    if own is None or _too_few(own):
        return {}
    figures, about = _median(own), "`stream` (default)"
    found = {
        "floor, CPU ms a frame": f"{figures.floor_ms:.1f}",
        f"{about}, frames/s": f"{figures.frames_per_s:.1f}",
        f"{about}, CPU time of all processes, times the floor": f"{figures.floors:.2f}",
    }
    for serial in ("default", "helmy2022"):
        other = _result(done, "serial", serial, 1)
        if other is not None:
            found[f"{about} against `serial` ({serial}), times as many frames/s"] = _ratio(other, own)
    return found


def _faster(slower: Result, faster: Result) -> str:
    return f"{faster_pct(_median(slower).execution_ms, _median(faster).execution_ms):.1f}"


def _times(slower: Result, faster: Result) -> str:
    return f"{_ratio(slower, faster)} times as many frames/s"


def _ratio(slower: Result, faster: Result) -> str:
    ratio = _median(slower).execution_ms / _median(faster).execution_ms
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


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
