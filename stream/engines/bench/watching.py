"""Watches a program and everything below it from outside: CPU time as it passes, memory of its workers.

It is the same for every engine, so that none is measured by what it reports of itself. CPU time that a process used
since it was last looked at is lost if it ends.
"""

import subprocess
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import psutil

from stream.errors import EngineError
from stream.machine.processes import LINUX, asked_to_end_with_parent

_LOOK_S: Final = 0.05
_FAMILY_S: Final = 0.5  # finding new processes means reading the whole process table
_WORKERS: Final = ("worker-", "ray::Analyst")  # Ray calls its processes by the class that they run
COMMAND: Final = "command"


@dataclass(slots=True)
class Watched:
    """CPU time and memory of a program over time.

    started_ns: when the program was started, UTC. times_ns: moments, UTC. cpu_s: CPU time of all processes together at
    each of them. process_cpu_s: by process number, that of each one at the last so many of these moments. roles: by
    process number, what it does; `COMMAND` is the process that was started, and what it started without a name.
    worker_pss: by process number, the largest proportional share of memory of each worker, bytes; empty
    if the system does not say. pss: moments, and that share of all processes together.
    """

    started_ns: int = field(default_factory=time.time_ns)

    times_ns: list[int] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    process_cpu_s: dict[int, list[float]] = field(default_factory=dict)
    roles: dict[int, str] = field(default_factory=dict)
    worker_pss: dict[int, int] = field(default_factory=dict)
    pss: list[tuple[int, int]] = field(default_factory=list)

    def used_s(self, begin_ns: float, end_ns: float) -> dict[str, float]:
        """Return the CPU time of the processes of each role between two moments, s."""
        used: dict[str, float] = defaultdict(float)
        for pid, cpu_s in self.process_cpu_s.items():
            there_ns = self.times_ns[-len(cpu_s) :]
            before_s, after_s = np.interp([begin_ns, end_ns], there_ns, cpu_s)
            used[self.roles.get(pid, COMMAND)] += float(after_s - before_s)
        return dict(used)


def watch(command: Sequence[str], environment: Mapping[str, str], log: Path, deadline_s: float) -> Watched:
    """Run a command to its end. Raises EngineError with its last line if it fails or takes too long."""
    seen = Watched()
    with log.open("wb") as words:
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=words,
            stderr=words,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Linux shares a busy machine by session; Ray's processes have their own as well
            preexec_fn=asked_to_end_with_parent if LINUX else None,
        )
    family = _Family(psutil.Process(process.pid))
    until = time.monotonic() + deadline_s
    try:
        while process.poll() is None and time.monotonic() < until:
            family.look(seen)
            time.sleep(_LOOK_S)
    finally:
        if process.poll() is None:
            process.terminate()
            _end(process)
    if time.monotonic() >= until:
        raise EngineError(f"it was not done after {deadline_s:.0f} s")
    if process.returncode != 0:
        *_, last = ["", *log.read_text(errors="replace").strip().splitlines()]
        raise EngineError(last.removeprefix("Error: ") or f"it ended with exit code {process.returncode}")
    return seen


def _end(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def role_of(name: str) -> str:
    """Return what a process does by its name: that of a worker without its number."""
    return "workers" if name.startswith(_WORKERS) else name


class _Family:
    """A process and its descendants."""

    def __init__(self, root: psutil.Process) -> None:
        self._members = {root.pid: root}
        self._root, self._next_s = root, 0.0
        self._cpu_s: dict[int, float] = {}

    def look(self, seen: Watched) -> None:
        now_s = time.monotonic()
        if now_s >= self._next_s:
            self._next_s = now_s + _FAMILY_S
            self._look_for_new(seen)
        for pid, member in list(self._members.items()):
            try:
                times = member.cpu_times()
                self._cpu_s[pid] = times.user + times.system
            except psutil.Error:
                del self._members[pid]
        seen.times_ns.append(time.time_ns())
        seen.cpu_s.append(sum(self._cpu_s.values()))
        for pid, used_s in self._cpu_s.items():
            seen.process_cpu_s.setdefault(pid, []).append(used_s)

    def _look_for_new(self, seen: Watched) -> None:
        """Find new members, and measure the memory of all."""
        try:
            for child in self._root.children(recursive=True):
                self._members.setdefault(child.pid, child)
        except psutil.Error:
            return
        together = 0
        for member in list(self._members.values()):
            seen.roles.setdefault(member.pid, COMMAND)  # until it has another name
            try:
                pss = getattr(member.memory_full_info(), "pss", 0)
                together += pss
                name = member.name()
                seen.roles[member.pid] = COMMAND if name.startswith("python") else role_of(name)
                if name.startswith(_WORKERS):
                    seen.worker_pss[member.pid] = max(pss, seen.worker_pss.get(member.pid, 0))
            except psutil.Error:
                continue
        seen.pss.append((time.time_ns(), together))
