"""The fault injector: what happens to whom, decided by a seed alone; when, by the seed and the run's progress."""

import contextlib
import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from tests.chaos.faults import kill, kill_on_full_disk, molest, suspend
from tests.chaos.pipeline import Life, lives, newest

Kind = Literal["kill", "kill on a full disk", "stop", "stranger"]
Shares = Mapping[Kind, float]

ROLES: Final = ("worker", "sink", "capture")
_WEIGHTS: Final = (6, 3, 2)
_LONGEST_S: Final = 1.5
_LOOK_S: Final = 0.02


@dataclass(slots=True)
class Injector:
    """Faults for one run of `frames` frames, about `every` frames apart.

    shares: the shares of faults that are not a mere kill.
    disk: what is filled, if that is among them.
    done: what was done, by kind and role.
    """

    seed: int
    every: float
    shares: Shares = field(default_factory=dict)
    disk: Path | None = None
    done: Counter[str] = field(default_factory=Counter)
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    @property
    def kills(self) -> int:
        """Return how many processes were killed."""
        return sum(count for what, count in self.done.items() if ": kill" in what)

    def torment(self, program: "subprocess.Popen[str]", folder: Path, kills: int, deadline_s: float) -> None:
        """Torment it until it ends, or for so long. After `kills` kills it is left in peace."""
        until = time.monotonic() + deadline_s
        for frames, seconds in self._pauses():
            alive = self._wait(program, folder, frames, min(time.monotonic() + seconds, until))
            if not alive or self.kills >= kills or time.monotonic() >= until:
                break
            self.strike(program)
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(timeout=max(0.0, until - time.monotonic()))

    def strike(self, program: "subprocess.Popen[str]") -> None:
        """Do one fault to one process, if one of the kind that chance wants is there."""
        wanted = self._chance.choices(ROLES, _WEIGHTS)[0]
        kind = self._kind(self._chance.random())
        seconds, which = self._chance.uniform(0.01, _LONGEST_S), self._chance.random()
        found = sorted((life for life in lives(program) if life.role.startswith(wanted)), key=lambda life: life.role)
        if found:
            self._do(kind, found[int(which * len(found))], seconds)
            self.done[f"{wanted}: {kind}"] += 1

    def _kind(self, luck: float) -> Kind:
        for kind, share in self.shares.items():
            if luck < share:
                return kind
            luck -= share
        return "kill"

    def _do(self, kind: Kind, victim: Life, seconds: float) -> None:
        match kind:
            case "kill":
                kill(victim)
            case "stop":
                suspend(victim, seconds)
            case "kill on a full disk":
                assert self.disk is not None, "a full disk takes a disk of one's own"
                kill_on_full_disk(victim, self.disk, seconds)
            case "stranger":
                molest(victim, random.Random(seconds))  # whatever messages there are, the faults after it are the same

    def _pauses(self) -> Iterator[tuple[float, float]]:
        """Yield how many frames, or how many seconds at most, until the next fault."""
        while True:
            yield self._chance.uniform(0, 2 * self.every), self._chance.uniform(0.3, 2.0)

    @staticmethod
    def _wait(program: "subprocess.Popen[str]", folder: Path, frames: float, until: float) -> bool:
        """Wait for progress, and return False once the program has ended."""
        goal = newest(folder) + frames
        while time.monotonic() < until and newest(folder) < goal:
            if program.poll() is not None:
                return False
            time.sleep(_LOOK_S)  # between two looks at the run
        return program.poll() is None
