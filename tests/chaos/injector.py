"""The fault injector: what happens to whom, decided by a seed alone; when, by the seed and the run's progress."""

import contextlib
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from tests.chaos.pipeline import Life, lives, newest

ROLES: Final = ("worker", "sink", "capture")
_WEIGHTS: Final = (6, 3, 2)
_LONGEST_STOP_S: Final = 1.5
_LOOK_S: Final = 0.02


@dataclass(slots=True)
class Injector:
    """Faults for one run of `frames` frames, about `every` frames apart.

    stops: the share of faults that are no kill but a SIGSTOP for a while.
    done: what was done, by kind and role.
    """

    seed: int
    every: float
    stops: float = 0.0
    done: Counter[str] = field(default_factory=Counter)
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    @property
    def kills(self) -> int:
        """How many processes were killed."""
        return sum(count for what, count in self.done.items() if what.startswith("kill"))

    def torment(self, program: "subprocess.Popen[str]", folder: Path, kills: int, deadline_s: float) -> None:
        """Until the program ends. After `kills` kills it is left in peace."""
        until = time.monotonic() + deadline_s
        for frames, seconds in self._pauses():
            if self.kills >= kills or not self._wait(program, folder, frames, min(time.monotonic() + seconds, until)):
                break
            self.strike(program)
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(timeout=max(0.0, until - time.monotonic()))

    def strike(self, program: "subprocess.Popen[str]") -> None:
        """One fault to one process, if one of the kind that chance wants is there."""
        wanted = self._chance.choices(ROLES, _WEIGHTS)[0]
        stop, pause_s, which = (
            self._chance.random() < self.stops,
            self._chance.uniform(0.01, _LONGEST_STOP_S),
            (self._chance.random()),
        )
        found = sorted((life for life in lives(program) if life.role.startswith(wanted)), key=lambda life: life.role)
        if not found:
            return
        victim = found[int(which * len(found))]
        with contextlib.suppress(psutil.NoSuchProcess):
            if stop:
                self._suspend(victim, pause_s)
            else:
                victim.process.kill()
            self.done[f"{'stop' if stop else 'kill'} {wanted}"] += 1

    @staticmethod
    def _suspend(victim: Life, seconds: float) -> None:
        victim.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)  # the fault itself
        victim.process.send_signal(signal.SIGCONT)

    def _pauses(self) -> Iterator[tuple[float, float]]:
        """How many frames, or how many seconds at most, until the next fault."""
        while True:
            yield self._chance.uniform(0, 2 * self.every), self._chance.uniform(0.3, 2.0)

    @staticmethod
    def _wait(program: "subprocess.Popen[str]", folder: Path, frames: float, until: float) -> bool:
        """False once the program has ended."""
        goal = newest(folder) + frames
        while time.monotonic() < until and newest(folder) < goal:
            if program.poll() is not None:
                return False
            time.sleep(_LOOK_S)  # between two looks at the run
        return program.poll() is None
