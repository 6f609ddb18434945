"""The figures of a bench: the paper's equation and numbers, and what is made of moments."""

from pathlib import Path

import numpy as np
import pytest

from stream.engines.bench.figures import CaseFigures, Result, faster_pct, gaps_ms, result_of, trace
from stream.engines.bench.machine import Machine
from stream.engines.bench.plan import Case
from stream.engines.bench.plots import draw
from stream.engines.bench.running import Bench
from stream.engines.bench.table import cells, compared, text
from stream.engines.bench.watching import Watched

MACHINE = Machine(cpu="c", cores=2, memory_gb=1, busy_at_start_pct=0, system="s", python="p", libraries={})


def figures(execution_ms: float, **fields: float) -> CaseFigures:
    names = [name for name in CaseFigures.__struct_fields__ if name not in ("execution_ms", *fields)]
    numbers = dict.fromkeys(names, 1.0) | {"role_cpu_ms": {"workers": 0.8, "sink": 0.2}} | fields
    return CaseFigures(execution_ms=execution_ms, **numbers)  # type: ignore[arg-type]


def result(engine: str, analyser: str, execution_ms: float, workers: int = 1) -> Result:
    return result_of(
        Case(engine, analyser, workers), [figures(execution_ms, frames_per_s=1000 / execution_ms)], [1.0], ""
    )


def test_equation_1_gives_the_paper_s_own_numbers() -> None:
    assert faster_pct(1.0, 0.22) == pytest.approx(78)
    assert faster_pct(0.25, 0.22) == pytest.approx(12)
    assert faster_pct(0.56, 0.32) == pytest.approx(42.9, abs=0.1)


def test_time_a_frame_is_the_gap_at_a_worker_over_the_workers() -> None:
    finished, worker = np.array([0.0, 10, 20, 5, 15, 25]), np.array([0.0, 0, 0, 1, 1, 1])
    assert gaps_ms(finished, worker, 2).tolist() == [5, 5, 5, 5]
    assert gaps_ms(np.array([3.0]), np.array([0.0]), 1).tolist() == [0]


def test_cores_busy_follow_the_cpu_time_that_was_seen() -> None:
    seen = Watched(times_ns=[0, 10**9, 2 * 10**9], cpu_s=[0.0, 2.0, 2.5])
    assert trace(seen, 0.0, 2e9) == pytest.approx([2, 2, 2, 2, 0.5, 0.5, 0.5])


def test_a_case_is_its_median_with_the_least_and_the_most() -> None:
    case = Case("stream", "default", 2)
    found = result_of(case, [figures(ms) for ms in (9.0, 7.0, 20.0)], [], "")
    assert found.median is not None
    assert found.least is not None
    assert found.most is not None
    assert (found.least.execution_ms, found.median.execution_ms, found.most.execution_ms) == (7, 9, 20)


def test_what_a_system_does_not_tell_stays_untold() -> None:
    case = Case("stream", "default", 2)
    untold = result_of(case, [figures(9.0, worker_pss_mib=None)], [], "")  # type: ignore[arg-type]
    assert untold.median is not None
    assert untold.median.worker_pss_mib is None


def test_a_case_that_was_not_run_says_why() -> None:
    found = result_of(Case("ray", "default", 2), [], [], "Ray is not installed")
    assert (found.median, found.error) == (None, "Ray is not installed")


def test_of_too_few_frames_nothing_is_concluded() -> None:
    def said(frames: int) -> str:
        done = [
            result_of(Case(engine, "default", 1), [figures(ms, frames=frames)], [], "")
            for engine, ms in (("serial", 20.0), ("stream", 10.0))
        ]
        return text(Bench(version="1", source="a.mp4", frames=frames, rounds=1, machine=MACHINE, results=done))

    assert "50.0 % faster" in said(10)
    assert "1 round in turn" in said(10)
    assert "Too few frames" in said(9)
    assert "% faster than serial:" not in said(9)


def test_engines_are_compared_at_their_best_and_with_the_paper_s_serial_system() -> None:
    done = [
        result("serial", "helmy2022", 1000.0),
        result("serial", "default", 20.0),
        result("stream", "default", 20.0, workers=1),
        result("stream", "default", 10.0, workers=2),
        result("router", "default", 8.0, workers=2),
    ]
    assert compared(done) == [
        "- default: stream is 50.0 % faster than serial: 2.00 times as many frames/s.",
        "- default: router is 20.0 % faster than stream: 1.25 times as many frames/s.",
        "- This program (stream, default, 2 workers) against the paper's serial system (serial, helmy2022): "
        "100.0 against 1.00 frames/s, 100 times as many frames/s.",
        "- This program (stream, default, 2 workers) against the serial system with its analysis (serial, default): "
        "100.0 against 50.00 frames/s, 2.00 times as many frames/s.",
    ]


def test_costs_are_told_as_times_the_floor_and_of_the_serial_systems() -> None:
    done = [
        result("serial", "helmy2022", 1000.0),
        result("serial", "default", 20.0),
        result_of(Case("stream", "default", 2), [figures(10.0, floors=2.5, floor_ms=4.0, frames=20)], [], ""),
    ]
    bench = Bench(version="0", source="s", frames=20, rounds=1, machine=MACHINE, results=done)
    row = "| default   | stream | 2       | 4.00     | 2.50 (2.50 to 2.50) | workers 0.20, sink 0.05 | 2.50       |"
    assert row in text(bench)
    assert cells(bench) == {
        "floor, CPU ms a frame": "4.0",
        "`stream` (default), frames/s": "1.0",
        "`stream` (default), CPU time of all processes, times the floor": "2.50",
        "`stream` (default) against `serial` (default), times as many frames/s": "2.00",
        "`stream` (default) against `serial` (helmy2022), times as many frames/s": "100",
    }


def test_cpu_time_is_told_by_what_a_process_does() -> None:
    seen = Watched(
        times_ns=[0, 10, 20, 30],
        process_cpu_s={1: [0.0, 1.0, 1.0, 1.0], 2: [5.0, 6.0, 7.0], 3: [0.0, 4.0]},
        roles={1: "capture", 2: "workers", 3: "workers"},
    )
    assert seen.used_s(10, 30) == pytest.approx({"capture": 0, "workers": 2 + 4})


def test_an_engine_of_an_installed_package_is_drawn_too(tmp_path: Path) -> None:
    results = [result("serial", "default", 8.0), result("theirs", "default", 5.0, workers=2)]
    bench = Bench(version="0", source="s", frames=10, rounds=1, machine=MACHINE, results=results)
    assert [path.name for path in draw(bench, tmp_path)] == ["figure-5.png", "figure-6.png", "figure-7.png"]
    assert all((tmp_path / f"figure-{number}.png").stat().st_size > 0 for number in (5, 6, 7))
