"""How many cores a replay of many recordings keeps busy, from the first frame of all to the last.

`uv run python -m tests.benchmarks.archive_cores FOLDER [--cores 2] [--copies 1]` replays the recordings of a folder, as
often as asked, and prints one line. A core counts as idle while fewer threads of the program than cores run or wait for
one (state R in proc(5)): so other programs that take cores away make it look no busier than it is.
"""

import argparse
import contextlib
import itertools
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import psutil

from tests.running import command, rows

_EVERY_S: Final = 0.01
_LOOK_FOR_CHILDREN_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class Cores:
    """What a replay made of the cores between its first and last frame.

    busy: CPU time as a share of CPU time and idle time of cores. got: share of the cores that it was given. seconds:
    between them. cpu_s: of all processes meanwhile. frames: analysed.
    """

    busy: float
    got: float
    seconds: float
    cpu_s: float
    frames: int


@dataclass(frozen=True, slots=True)
class _Sample:
    at_s: float
    ready: int
    cpu_s: float


def busy_cores(recordings: Sequence[Path], output: Path, cores: int) -> Cores:
    """Replay recordings on so many cores, and measure. Linux only."""
    log = output.parent / "archive_cores.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            command("replay", *recordings, "--output", output, "--workers", str(cores)), stderr=file
        )
        samples = list(_samples(psutil.Process(process.pid)))
    assert process.wait() == 0, log.read_text()
    ends = [_ends(folder.parent) for folder in output.glob("*/readings.csv")]
    first_s, last_s = min(first for first, _, _ in ends), max(last for _, last, _ in ends)
    between = [sample for sample in samples if first_s <= sample.at_s <= last_s]
    steps = [(after.at_s - before.at_s, min(before.ready, cores)) for before, after in itertools.pairwise(between)]
    seconds = sum(step for step, _ in steps)
    idle_s = sum(step * (cores - ready) for step, ready in steps)
    cpu_s = between[-1].cpu_s - between[0].cpu_s
    return Cores(
        busy=cpu_s / (cpu_s + idle_s),
        got=cpu_s / seconds / cores,
        seconds=seconds,
        cpu_s=cpu_s,
        frames=sum(frames for _, _, frames in ends),
    )


def _samples(process: psutil.Process) -> Iterator[_Sample]:
    """Look at all processes of the program until it ends."""
    cpu_s: dict[tuple[int, float], float] = {}
    members: list[psutil.Process] = []
    look_at_s = 0.0
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        now_s = time.time()
        if now_s >= look_at_s:
            look_at_s = now_s + _LOOK_FOR_CHILDREN_S
            members = [process, *process.children(recursive=True)]
            for member in members:
                with contextlib.suppress(psutil.Error):
                    times = member.cpu_times()
                    cpu_s[member.pid, member.create_time()] = times.user + times.system
        yield _Sample(now_s, sum(_ready(member.pid) for member in members), sum(cpu_s.values()))
        time.sleep(_EVERY_S)


def _ready(pid: int) -> int:
    """Return how many threads of a process run or wait for a core; 0 once it is gone."""
    count = 0
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            state = (thread / "stat").read_bytes().rpartition(b")")[2].split()[0]
            count += state == b"R"
    return count


def _ends(folder: Path) -> tuple[float, float, int]:
    """Return when the first frame of a recording was read and the last one was analysed, and how many there are."""
    table = rows(folder)
    first, last = (datetime.fromisoformat(row["t_capture_utc"]).timestamp() for row in (table[0], table[-1]))
    return first, last + float(table[-1]["latency_ms"]) / 1000, len(table)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--copies", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        links = Path(made) / "recordings"
        links.mkdir()
        for copy in range(options.copies):
            for file in options.folder.iterdir():
                (links / f"{copy}-{file.name}").symlink_to(file.absolute())
        print(busy_cores([links], Path(made) / "out", options.cores))


if __name__ == "__main__":
    main()
