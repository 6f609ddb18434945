"""Live with far more frames than can be analysed: readings stay young, memory stays as it is, the books balance."""

import signal
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from tests.chaos.counting import COMPUTE_MS
from tests.chaos.gaps import listening
from tests.chaos.live import Books, books_of
from tests.chaos.pipeline import settings, started
from tests.running import children, eventually, free_port

_COMPUTE_MS: Final = 50
_OVERLOAD: Final = 3
_WORKERS: Final = 2
_WARM_UP_S: Final = 30.0  # until every buffer was needed once


@dataclass(frozen=True, slots=True)
class Overload:
    """What came of it. compute_ms: of a frame, in wall time beside everything else; ages as a subscriber sees them."""

    seconds: float
    books: Books
    compute_ms: float
    age_ms: float
    growth: float

    @property
    def limit_ms(self) -> float:
        """Return twice the compute time and 50 ms."""
        return 2 * self.compute_ms + 50

    @property
    def good(self) -> bool:
        """Return whether all that was promised was held."""
        return self.books.balanced and self.age_ms <= self.limit_ms and self.growth <= 0.02

    def __str__(self) -> str:
        return (
            f"{self.seconds:.0f} s: {self.books}; "
            f"age p99 {self.age_ms:.0f} ms at {self.compute_ms:.0f} ms a frame (limit {self.limit_ms:.0f} ms); "
            f"memory {100 * self.growth:+.1f} %: {'held' if self.good else 'MISSED'}"
        )


def measure(folder: Path, seconds: float) -> Overload:
    """Run the synthetic microscope live, so many times as fast as two workers with nothing beside them."""
    endpoint, counts = f"tcp://127.0.0.1:{free_port()}", folder / "counts"
    own = settings(
        "quick",
        counts,
        CAPILLARY_STREAM_PUBLISH_ENDPOINT=endpoint,
        CAPILLARY_STREAM_SINK_SESSIONS_DIR=str(folder),
        **{COMPUTE_MS: str(_COMPUTE_MS)},
    )
    source = f"synthetic:?seed=3&fps={_OVERLOAD * _WORKERS * 1000 // _COMPUTE_MS}&live=true"
    arguments = ("live", source, "--workers", str(_WORKERS), "--no-view")
    with started(*arguments, log=folder / "log", **own) as program, listening(endpoint) as ear:
        eventually(lambda: len(ear.heard) > 60, "readings flow", 120)
        time.sleep(_WARM_UP_S)  # nothing to wait for: memory is not steady before
        began_s, before = time.monotonic(), _memory(program.pid)
        time.sleep(seconds)  # the measurement itself
        after, ended_s = _memory(program.pid), time.monotonic()
        assert len(children(program)) > _WORKERS
        program.send_signal(signal.SIGINT)
        program.wait(timeout=20)
    ages = [1e3 * at - fields["t_grab_monotonic_ns"] / 1e6 for at, fields in ear.heard if began_s < at < ended_s]
    [session] = folder.glob("*/session.sqlite")
    return Overload(
        seconds=seconds,
        books=books_of(session),
        compute_ms=_compute_ms(counts),
        age_ms=statistics.quantiles(ages, n=100)[98],
        growth=after / before - 1,
    )


def _memory(pid: int) -> int:
    """Bytes of all processes together, each shared page divided among those who share it."""
    root = psutil.Process(pid)
    return sum(process.memory_full_info().pss for process in (root, *root.children(recursive=True)))


def _compute_ms(counts: Path) -> float:
    begun: dict[str, int] = {}
    took = []
    for what, seq, at_ns in (line.split() for line in counts.read_text().splitlines()):
        if what == "b":
            begun[seq] = int(at_ns)
        elif seq in begun:
            took.append((int(at_ns) - begun[seq]) / 1e6)
    return statistics.median(took)
