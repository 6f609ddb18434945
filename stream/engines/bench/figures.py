"""Computes the figures of a case from what was watched and from its session. Pure, but for reading the session."""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from stream.engines.bench.plan import Case
from stream.engines.bench.watching import Watched
from stream.errors import EngineError
from stream.pixels.thumbnail import HEIGHT_PX, WIDTH_PX
from stream.protocol.frames import FrameHeader
from stream.protocol.readings import DensityReading
from stream.protocol.wire import encode
from stream.session.store import FILE_NAME, Store

FloatArray = npt.NDArray[np.float64]

TRACE_S: Final = 0.25
_MIB: Final = 2**20


class CaseFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one run of a case, or the median over its runs.

    execution_ms: first frame grabbed to last reading on disk, over the frames: the paper's execution time a frame.
    execution_p50_ms and so on: between two readings of the same worker, over the number of workers.
    latency_p50_ms and so on: a frame grabbed to its reading published. In a replay frames wait for each other.
    cpu_ms_per_frame, cores_busy: over all processes, from the first frame to the last reading. role_cpu_ms: the same
    by what a process does. floor_ms: CPU time of the floor at that time, see `floor`. floors: a frame's over it.
    start_s: command to first frame. first_reading_s: command to the first reading on disk.
    worker_pss_mib: mean over workers of each one's peak; None if the system does not say.
    handed_bytes_per_frame: what went from process to process, counted once for each process that took it over.
    """

    execution_ms: float
    execution_p50_ms: float
    execution_p95_ms: float
    execution_p99_ms: float
    frames_per_s: float
    latency_p50_ms: float
    latency_p95_ms: float
    latency_p99_ms: float
    cpu_ms_per_frame: float
    role_cpu_ms: dict[str, float]
    floor_ms: float
    floors: float
    cores_busy: float
    start_s: float
    first_reading_s: float
    worker_pss_mib: float | None
    handed_bytes_per_frame: float
    frames: int
    failed: int
    dropped: int


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a case: the median over its rounds, least and most of each figure, every round, cores over time.

    trace: of the first round, cores busy in each quarter of a second from the first frame on.
    error: why it could not be run; the rest is then empty.
    """

    engine: str
    analyser: str
    workers: int
    median: CaseFigures | None = None
    least: CaseFigures | None = None
    most: CaseFigures | None = None
    rounds: list[CaseFigures] = []
    trace: list[float] = []
    error: str = ""


def faster_pct(slower_ms: float, faster_ms: float) -> float:
    """Return %Faster of Helmy et al. 2022, equation 1: (slower ET - faster ET) / slower ET, in percent."""
    return 100.0 * (slower_ms - faster_ms) / slower_ms


def figures_of(case: Case, folder: Path, seen: Watched, floor_ms: float) -> tuple[CaseFigures, list[float]]:
    """Return the figures of one run, and its trace. Raises EngineError if it left no readings."""
    summary = json.loads((folder / "summary.json").read_text())
    store = Store(folder / FILE_NAME)
    rows = list(store.rows("t_capture_ns", "t_published_ns", "latency_ms", "worker"))
    counted = summary.get("handed_bytes_per_frame")
    handed = pipeline_bytes(store) if counted is None else counted
    store.close()
    if len(rows) < 2:
        raise EngineError("it left fewer than two readings")
    captured, published, latency_ms, worker = np.array(rows, np.float64).T
    begin_ns, end_ns = float(captured.min()), float(published.max())
    frames, wall_s = len(rows), (end_ns - begin_ns) / 1e9
    cpu_s = float(np.diff(np.interp([begin_ns, end_ns], seen.times_ns, seen.cpu_s))[0])
    p50, p95, p99 = percentiles(gaps_ms(captured / 1e6 + latency_ms, worker, case.workers))
    l50, l95, l99 = percentiles((published - captured) / 1e6)
    figures = CaseFigures(
        execution_ms=1000 * wall_s / frames,
        execution_p50_ms=p50,
        execution_p95_ms=p95,
        execution_p99_ms=p99,
        frames_per_s=frames / wall_s,
        latency_p50_ms=l50,
        latency_p95_ms=l95,
        latency_p99_ms=l99,
        cpu_ms_per_frame=1000 * cpu_s / frames,
        role_cpu_ms={role: 1000 * used_s / frames for role, used_s in seen.used_s(begin_ns, end_ns).items()},
        floor_ms=floor_ms,
        floors=1000 * cpu_s / frames / floor_ms,
        cores_busy=cpu_s / wall_s,
        start_s=(begin_ns - seen.started_ns) / 1e9,
        first_reading_s=(published.min().item() - seen.started_ns) / 1e9,
        worker_pss_mib=np.mean(list(seen.worker_pss.values())).item() / _MIB if any(seen.worker_pss.values()) else None,
        handed_bytes_per_frame=float(handed),
        frames=frames,
        failed=summary["frames_failed"],
        dropped=summary["frames_dropped"],
    )
    return figures, trace(seen, begin_ns, end_ns)


def gaps_ms(finished_ms: FloatArray, worker: FloatArray, workers: int) -> FloatArray:
    """Return the times between two readings of the same worker, over the number of workers, ms."""
    gaps = [np.diff(np.sort(finished_ms[worker == one])) for one in np.unique(worker)]
    found: FloatArray = np.concatenate(gaps) / workers
    return found if found.size else np.zeros(1)


def trace(seen: Watched, begin_ns: float, end_ns: float) -> list[float]:
    """Return how many cores were busy in each quarter of a second."""
    edges = np.arange(begin_ns, end_ns, TRACE_S * 1e9)
    if len(edges) < 2:
        edges = np.array([begin_ns, end_ns])
    cpu = np.interp(edges, seen.times_ns, seen.cpu_s)
    return [round(float(busy), 3) for busy in np.diff(cpu) / np.diff(edges) * 1e9]


def pipeline_bytes(store: Store) -> float:
    """Return how many bytes the pipeline hands on per frame: header to a worker, reading to the sink. No pixels."""
    columns = ("seq", "frame", "time_s", "t_capture_ns", "status", "error", "density_pct", "density_low_pct")
    more = ("density_high_pct", "capillary_count", "quality", "measures", "model_id", "latency_ms", "worker", "attempt")
    facts = store.facts()
    sizes = []
    for row in store.rows(*columns, *more):
        values = dict(zip((*columns, *more), row, strict=True))
        values["measures"] = json.loads(str(values["measures"]))
        fields = {"session": str(facts["session"]), "source": str(facts["source"])} | values
        reading = msgspec.convert(fields | {"type": "reading", "v": 1}, DensityReading, strict=False)
        sizes.append(len(encode(reading)))
    header = FrameHeader(
        source=str(facts["source"]),
        seq=0,
        frame="0",
        time_s=0.0,
        t_capture_ns=2**60,
        t_grab_monotonic_ns=2**60,
        width=int(str(facts["width"])),
        height=int(str(facts["height"])),
        ring="/proc/12345/fd/12",
        slot=0,
        generation=0,
        attempt=1,
        capture=0,
        previous=bytes(WIDTH_PX * HEIGHT_PX) if facts.get("fps") is not None else None,
    )
    return float(len(encode(header)) + np.mean(sizes))


def result_of(case: Case, rounds: Sequence[CaseFigures], trace_: list[float], error: str) -> Result:
    """Return what came of all rounds of a case."""
    if not rounds:
        return Result(engine=case.engine, analyser=case.analyser, workers=case.workers, error=error)

    def over(function: object) -> CaseFigures:
        return _over(rounds, function)

    return Result(
        engine=case.engine,
        analyser=case.analyser,
        workers=case.workers,
        median=over(median),
        least=over(min),
        most=over(max),
        rounds=list(rounds),
        trace=trace_,
        error=error,
    )


def _over(rounds: Sequence[CaseFigures], function: object) -> CaseFigures:
    assert callable(function)
    values: dict[str, object] = {}
    for name in CaseFigures.__struct_fields__:
        found = [getattr(one, name) for one in rounds if getattr(one, name) is not None]
        if name == "role_cpu_ms":
            values[name] = {role: function([one.get(role, 0.0) for one in found]) for role in set().union(*found)}
        else:
            values[name] = function(found) if found else None
    return CaseFigures(**values)  # type: ignore[arg-type]  # the same names, numbers of the same kind


def percentiles(values: FloatArray) -> tuple[float, float, float]:
    """Return the 50th, 95th and 99th percentile."""
    p50, p95, p99 = (float(value) for value in np.percentile(values, [50, 95, 99]))
    return p50, p95, p99
