"""How long the bedside goes without a reading when a process dies or hangs, measured from outside, many times.

Readings are heard on the PUB socket as any subscriber hears them. The moment of a fault is that of the system call.
"""

import math
import os
import random
import re
import select
import signal
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgpack
import psutil
import zmq

from tests.chaos.pipeline import find, lives, newest, settings, started, workers_of_last
from tests.running import eventually, free_port

_SETTLE_READINGS: Final = 30
_DEADLINE_S: Final = 2.0
_DISPATCHED: Final = re.compile(r"dispatched again at (\d+\.\d+)")


@dataclass(slots=True)
class Ear:
    """Readings as they arrive: (monotonic s, fields)."""

    heard: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def since(self, moment: float) -> list[tuple[float, dict[str, Any]]]:
        """Return what came after it."""
        return [one for one in self.heard if one[0] > moment]

    def longest_gap_s(self, moment: float, until: float) -> float:
        """Return the longest time without a reading that touches the span, from the last reading before it on."""
        times = [at for at, _ in self.heard]
        before = max((at for at in times if at <= moment), default=moment)
        inside = [at for at in times if moment < at <= until]
        return max((late - early for early, late in zip([before, *inside], [*inside, until], strict=True)), default=0.0)


@contextmanager
def listening(endpoint: str) -> Iterator[Ear]:
    """Collect the readings of a PUB socket."""
    ear, stop = Ear(), threading.Event()
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    subscriber = context.socket(zmq.SUB)
    subscriber.setsockopt(zmq.RECONNECT_IVL, 5)
    subscriber.setsockopt_string(zmq.SUBSCRIBE, "reading.")
    subscriber.connect(endpoint)

    def listen() -> None:
        while not stop.is_set():
            if subscriber.poll(50):
                fields = msgpack.unpackb(subscriber.recv_multipart()[1])
                ear.heard.append((time.monotonic(), fields))

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield ear
    finally:
        stop.set()
        thread.join()
        subscriber.close(linger=0)
        context.term()


@dataclass(frozen=True, slots=True)
class Measured:
    """One kind of fault, many times. All in ms; the limit is what the longest may be, infinite for none."""

    what: str
    limit_ms: float
    values_ms: tuple[float, ...]

    @property
    def good(self) -> bool:
        """Return whether all are within the limit."""
        return max(self.values_ms) <= self.limit_ms

    def __str__(self) -> str:
        ordered = sorted(self.values_ms)
        median, verdict = statistics.median(ordered), "held" if self.good else "MISSED"
        limit = f" (limit {self.limit_ms:.0f} ms): {verdict}" if math.isfinite(self.limit_ms) else ""
        return f"{self.what}: median {median:.1f} ms, longest {ordered[-1]:.1f} ms over {len(ordered)}{limit}"


class HurtRun:
    """A live run that is hurt again and again."""

    def __init__(self, program: "subprocess.Popen[str]", ear: Ear, seed: int) -> None:
        self._program, self._ear = program, ear
        self._chance = random.Random(seed)

    def steady(self) -> None:
        """Wait until all processes are there and readings flow."""
        known = len(self._ear.heard)
        roles = {"capture", "sink", "worker-0", "worker-1"}
        eventually(lambda: roles <= {life.role for life in lives(self._program)}, "all are up", 60)
        eventually(lambda: len(self._ear.heard) > known + _SETTLE_READINGS, "readings flow", 60)
        eventually(lambda: {fields["worker"] for _, fields in self._ear.heard[-20:]} >= {0, 1}, "both workers work", 60)

    def gap_after(self, role: str, number: signal.Signals, watch_s: float) -> float:
        """Send the signal to one of that role, and return the longest gap in ms within the time that follows."""
        self.steady()
        time.sleep(self._chance.uniform(0, 0.1))  # at any point of a frame
        victim, moment = find(self._program, role), time.monotonic()
        victim.process.send_signal(number)
        eventually(lambda: time.monotonic() > moment + watch_s, "the time is over", watch_s + 5)
        eventually(lambda: self._ear.since(moment + watch_s / 2), "readings flow again", 60)
        return 1000 * self._ear.longest_gap_s(moment, time.monotonic())


@contextmanager
def hurt_run(folder: Path, seed: int, analyser: str, source: str) -> Iterator[HurtRun]:
    """Start a live run with two workers."""
    endpoint = f"tcp://127.0.0.1:{free_port()}"
    log = folder / "gaps.log"
    own = settings(
        analyser,
        CAPILLARY_STREAM_PUBLISH_ENDPOINT=endpoint,
        CAPILLARY_STREAM_SINK_SESSIONS_DIR=str(folder),
    )
    arguments = ("live", source, "--workers", "2", "--no-view")
    with started(*arguments, log=log, **own) as program, listening(endpoint) as ear:
        yield HurtRun(program, ear, seed)


def dispatched_again_ms(
    folder: Path, repetitions: int, analyser: str, number: signal.Signals, deadline_s: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Measure how long a worker of a replay took to die, and from then on until its frame was dispatched again.

    A kill is the system's work first: it gives the memory back before the death can be seen. A hang takes no
    time: who is stopped dies later, by the supervisor's hand.
    """
    out, log = folder / f"again-{number.name}", folder / f"again-{number.name}.log"
    arguments = ("-v", "replay", "synthetic:?seed=3&frames=1000000", "--output", out, "--workers", "2")
    own = settings(analyser, CAPILLARY_STREAM_WORKERS_FRAME_DEADLINE_S=str(deadline_s))
    deaths_ms, waits_ms = [], []
    with started(*arguments, log=log, **own) as program:
        for _ in range(repetitions):
            _advance(out)
            victim = find(program, "worker").process
            moment = time.monotonic()
            death = _death_s(victim) if number is signal.SIGKILL else _stop_s(victim)
            deaths_ms.append(1000 * (death - moment))
            waits_ms.append(1000 * (_again_s(log, moment) - death))
    return tuple(deaths_ms), tuple(waits_ms)


def _death_s(victim: psutil.Process) -> float:
    """Kill it, and return when its death can be seen."""
    handle = os.pidfd_open(victim.pid)
    try:
        victim.kill()
        select.select([handle], [], [])
        return time.monotonic()
    finally:
        os.close(handle)


def _stop_s(victim: psutil.Process) -> float:
    victim.suspend()
    return time.monotonic()


def _advance(folder: Path) -> None:
    """Wait until both workers work: one that is still starting takes no frame from the other."""
    goal = newest(folder) + _SETTLE_READINGS
    eventually(lambda: newest(folder) >= goal, "frames are finished", 60)
    eventually(lambda: workers_of_last(folder, 10) == {0, 1}, "both workers work", 60)


def _again_s(log: Path, moment: float) -> float:
    """Return when a frame was first dispatched again after it."""

    def noted() -> list[float]:
        return [at for at in map(float, _DISPATCHED.findall(log.read_text())) if at > moment]

    return min(eventually(noted, f"it is dispatched again: {log.read_text()[-500:]}", 60))


def measure(folder: Path, repetitions: int, seed: int, analyser: str, source: str) -> Iterator[Measured]:
    """Measure every kind of fault, `repetitions` times each."""
    deaths, again = dispatched_again_ms(folder, repetitions, analyser, signal.SIGKILL, 10.0)
    yield Measured("worker killed, until the system has ended it", math.inf, deaths)
    yield Measured("from then on, its frame dispatched again", 20, again)
    _, again = dispatched_again_ms(folder, repetitions, analyser, signal.SIGSTOP, _DEADLINE_S)
    what = f"worker hung ({1000 * _DEADLINE_S:.0f} ms allowed), its frame dispatched again"
    yield Measured(what, 1000 * _DEADLINE_S + 100, again)
    with hurt_run(folder, seed, analyser, source) as hurt:
        for role, watch_s, limit_ms in (("worker", 2.0, 250), ("sink", 2.0, 500), ("capture", 3.0, 1500)):
            gaps = tuple(hurt.gap_after(role, signal.SIGKILL, watch_s) for _ in range(repetitions))
            yield Measured(f"{role} killed, longest gap between readings", limit_ms, gaps)
