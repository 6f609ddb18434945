"""Measures this program live, as at a bedside: frames dropped, age of a value when it is published, cost."""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Final

import msgspec
import numpy as np

from stream.config.loading import ENVIRONMENT_PREFIX
from stream.console.text import counted
from stream.engines.bench.figures import percentiles
from stream.engines.bench.floor import Floor
from stream.engines.bench.machine import Machine, machine_text, this_machine
from stream.engines.bench.markdown import markdown
from stream.engines.bench.watching import Watched, watch
from stream.errors import EngineError
from stream.session.store import FILE_NAME, Store

_MIB: Final = 2**20
_WARM_SHARE: Final = 0.25  # of the time; memory is compared from then on
_START_S: Final = 60.0
_MOST_SHARE: Final = 0.8


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one live run.

    promised: frames that the microscope made in that time. captured = published + dropped + late + failed.
    latency_p50_ms and so on: grabbed to published. cores_busy: all processes, the microscope's own drawing included.
    role_cpu_ms: CPU time of a frame by what a process does. floor_ms: CPU time of the floor at that time, see `floor`.
    first_reading_s: command to the first reading published. memory_growth_pct: of all processes together (PSS), from
    the first quarter of the time to its end; None if the system does not say.
    """

    fps: float
    seconds: float
    promised: int
    captured: int
    published: int
    dropped: int
    late: int
    failed: int
    latency_p50_ms: float
    latency_p95_ms: float
    latency_p99_ms: float
    cores_busy: float
    cpu_ms_per_frame: float
    role_cpu_ms: dict[str, float]
    floor_ms: float
    first_reading_s: float
    worker_pss_mib: float | None
    memory_growth_pct: float | None

    @property
    def floors(self) -> float:
        """CPU time of a frame over the floor."""
        return self.cpu_ms_per_frame / self.floor_ms


class LiveBench(msgspec.Struct, frozen=True, kw_only=True):
    """The content of live.json."""

    machine: Machine
    runs: list[Live]


def run(
    program: Sequence[str],
    rates: Sequence[float],
    seconds: float,
    folder: Path,
    floor: Floor,
    say: Callable[[str], None],
) -> LiveBench:
    """Run live once at each rate. floor: of the microscope's frames. Raises EngineError if a run fails, OSError."""
    bench = LiveBench(machine=this_machine(), runs=[])
    for fps in rates:
        bench.runs.append(_run_one(program, fps, seconds, folder / "runs", floor))
        say(f"{fps:g} frames/s: {bench.runs[-1].dropped} dropped, p99 {bench.runs[-1].latency_p99_ms:.0f} ms")
    (folder / "live.json").write_bytes(msgspec.json.format(msgspec.json.encode(bench), indent=2) + b"\n")
    return bench


def _run_one(program: Sequence[str], fps: float, seconds: float, folder: Path, floor: Floor) -> Live:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    source = f"synthetic:?seed=1&live=true&fps={fps:g}&seconds={seconds:g}"
    environment = os.environ | {
        f"{ENVIRONMENT_PREFIX}SINK_SESSIONS_DIR": str(folder),
        f"{ENVIRONMENT_PREFIX}PUBLISH_ENDPOINT": "tcp://127.0.0.1:*",  # any free port: the usual one may be taken
    }
    before_ms = floor.mean_ms()
    seen = watch([*program, "live", source, "--no-view"], environment, folder / "log", _START_S + 2 * seconds)
    found = next(folder.glob(f"*/{FILE_NAME}"), None)
    if found is None:
        raise EngineError("the live run left no session")
    store = Store(found)
    try:
        return live_of(store, seen, fps, seconds, fmean((before_ms, floor.mean_ms())))
    finally:
        store.close()
        shutil.rmtree(folder)


def live_of(store: Store, seen: Watched, fps: float, seconds: float, floor_ms: float) -> Live:
    """Return the figures of one session. Raises EngineError if it holds no reading."""
    rows = list(store.rows("t_capture_ns", "t_published_ns"))
    if not rows:
        raise EngineError("the live run left no reading")
    captured_ns, published_ns = np.array(rows, np.float64).T
    begin_ns, end_ns = float(captured_ns.min()), float(published_ns.max())
    cpu_s = float(np.diff(np.interp([begin_ns, end_ns], seen.times_ns, seen.cpu_s))[0])
    counts = store.counts()
    p50, p95, p99 = percentiles((published_ns - captured_ns) / 1e6)
    workers = list(seen.worker_pss.values())
    return Live(
        fps=fps,
        seconds=seconds,
        promised=round(fps * seconds),
        captured=sum(counts.values()),
        published=counts["published"],
        dropped=counts["dropped"],
        late=counts["late"],
        failed=counts["failed"],
        latency_p50_ms=p50,
        latency_p95_ms=p95,
        latency_p99_ms=p99,
        cores_busy=cpu_s / ((end_ns - begin_ns) / 1e9),
        cpu_ms_per_frame=1000 * cpu_s / len(rows),
        role_cpu_ms={role: 1000 * used_s / len(rows) for role, used_s in seen.used_s(begin_ns, end_ns).items()},
        floor_ms=floor_ms,
        first_reading_s=(float(published_ns.min()) - seen.started_ns) / 1e9,
        worker_pss_mib=sum(workers) / len(workers) / _MIB if any(workers) else None,
        memory_growth_pct=growth_pct(seen, begin_ns, end_ns),
    )


def growth_pct(seen: Watched, begin_ns: float, end_ns: float) -> float | None:
    """Return how much more memory all processes have at the end than after a quarter of the time, in percent."""
    times = np.array([time_ns for time_ns, _ in seen.pss], np.float64)
    sizes = np.array([size for _, size in seen.pss], np.float64)
    inside = (times >= begin_ns + _WARM_SHARE * (end_ns - begin_ns)) & (times <= end_ns)
    if inside.sum() < 2 or not sizes[inside].all():
        return None
    first, *_, last = sizes[inside]
    return float(100 * (last - first) / first)


def text(bench: LiveBench) -> str:
    """Return the report, as Markdown."""
    rows = [
        [
            f"{one.fps:g}",
            f"{one.seconds:g}",
            f"{one.captured} of {one.promised}",
            *(str(count) for count in (one.dropped, one.late, one.failed)),
            f"{one.latency_p50_ms:.1f}, {one.latency_p95_ms:.1f}, {one.latency_p99_ms:.1f}",
            f"{one.cores_busy:.2f} ({100 * one.cores_busy / bench.machine.cores:.0f} %)",
            f"{one.cpu_ms_per_frame:.1f}",
            f"{one.floors:.2f}",
            f"{one.first_reading_s:.1f}",
            "-" if one.worker_pss_mib is None else f"{one.worker_pss_mib:.0f}",
            "-" if one.memory_growth_pct is None else f"{one.memory_growth_pct:+.1f}",
        ]
        for one in bench.runs
    ]
    words = "The synthetic microscope at its own pace; what it costs to draw its frames is in the figures."
    judged = "\n".join(_judged(one, bench.machine) for one in bench.runs)
    return "\n\n".join([machine_text(bench.machine), words, markdown(_HEAD, rows), judged]) + "\n"


def cells(bench: LiveBench) -> dict[str, str]:
    """Return what stands in this processor's column of the comparison of processors."""
    found: dict[str, str] = {}
    for one in bench.runs:
        about = f"live, {one.fps:g} frames/s"
        found |= {
            f"{about}: dropped, p99 ms": f"{one.dropped} of {one.captured}, {one.latency_p99_ms:.0f}",
            f"{about}: CPU time, times the floor": f"{one.floors:.2f}",
            f"{about}: first reading after s": f"{one.first_reading_s:.1f}",
        }
    return found


def _judged(one: Live, machine: Machine) -> str:
    """Return what a run is to be compared with: limits that follow from what a frame costs on the machine."""
    share = one.fps * one.cpu_ms_per_frame / 1000 / machine.cores
    dearest = sorted(one.role_cpu_ms.items(), key=lambda item: -item[1])
    return (
        f"- {one.fps:g} frames/s cost {100 * share:.0f} % of {counted(machine.cores, 'core')} (no frame is to be "
        f"missing up to {100 * _MOST_SHARE:.0f} %: {one.promised - one.published} of {one.promised} are). p99 is "
        f"{one.latency_p99_ms:.0f} ms, limit {3 * one.cpu_ms_per_frame + 20:.0f} (3 frames' cost and 20 ms). The first "
        f"reading came after {one.first_reading_s:.2f} s, limit {40 * one.cpu_ms_per_frame / 1000 + 1:.2f} (40 frames' "
        f"cost and 1 s). By process, times the floor of {one.floor_ms:.2f} ms: "
        + ", ".join(f"{role} {ms / one.floor_ms:.2f}" for role, ms in dearest)
        + "."
    )


_HEAD: Final = (
    *("frames/s", "s", "captured", "dropped", "late", "failed", "latency p50, p95, p99 ms"),
    *(
        "cores busy (of all)",
        "CPU ms a frame",
        "times the floor",
        "start to first reading s",
        "MiB a worker",
        "memory growth %",
    ),
)
