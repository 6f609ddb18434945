"""Start and kill, start and stop, over and over: nothing may stay behind, and a stop may not take long."""

import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from stream.machine.run_folder import default_base
from tests.chaos.pipeline import newest, settings, started
from tests.running import eventually, free_port, is_alive

_GONE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Killed:
    """What a round left behind once the next one had started."""

    after_s: float
    processes: int
    folders: int

    @property
    def good(self) -> bool:
        """Return whether it left nothing."""
        return not self.processes and not self.folders

    def __str__(self) -> str:
        return f"killed after {self.after_s:.2f} s: {self.processes} processes and {self.folders} folders left"


def kills(folder: Path, rounds: int, seed: int) -> Iterator[Killed]:
    """Start, kill the whole group or its head alone at any moment, start again."""
    chance = random.Random(seed)
    for number in range(rounds):
        after_s, head_alone = chance.uniform(0.1, 4.0), chance.random() < 0.3
        with _replay(folder, f"round-{number}") as program:
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(timeout=after_s)
            below = psutil.Process(program.pid).children(recursive=True)
            os.kill(program.pid, signal.SIGKILL) if head_alone else os.killpg(program.pid, signal.SIGKILL)
            program.wait()
        _, alive = psutil.wait_procs(below, timeout=_GONE_S)
        with _replay(folder, f"after-{number}") as follower:
            _works(folder / f"after-{number}")
            yield Killed(after_s, len(alive), len(_folders_of(program.pid)))
            follower.send_signal(signal.SIGINT)
            follower.wait(timeout=20)


def stops(folder: Path, rounds: int, seed: int) -> Iterator[float]:
    """Yield how long a clean stop took, in s, each at another moment: of replays, and of a bedside with its page."""
    chance = random.Random(seed)
    for number in range(rounds):
        name = f"stop-{number}"
        with (_bedside if number % 2 else _replay)(folder, name) as program:
            _works(folder / name)
            time.sleep(chance.uniform(0, 0.5))  # at any moment
            below = psutil.Process(program.pid).children(recursive=True)
            began_s = time.monotonic()
            program.send_signal(signal.SIGINT)
            if program.wait(timeout=30) != 130:
                raise AssertionError(f"a stop ended with exit code {program.returncode}")
            _gone(below)
            yield time.monotonic() - began_s


@contextlib.contextmanager
def _replay(folder: Path, name: str) -> Iterator["subprocess.Popen[str]"]:
    arguments = ("replay", "synthetic:?seed=3&frames=100000", "--output", folder / name, "--workers", "2")
    with started(*arguments, log=folder / f"{name}.log", **settings("quick")) as program:
        yield program


@contextlib.contextmanager
def _bedside(folder: Path, name: str) -> Iterator["subprocess.Popen[str]"]:
    own = settings(
        "quick",
        CAPILLARY_STREAM_SINK_SESSIONS_DIR=str(folder / name),
        CAPILLARY_STREAM_PUBLISH_ENDPOINT=f"tcp://127.0.0.1:{free_port()}",
    )
    with started("live", "synthetic:?seed=3&fps=60", log=folder / f"{name}.log", **own) as program:
        yield program


def _works(results: Path) -> None:
    """Wait for frames in it, or in the folder of a session in it."""
    eventually(lambda: any(newest(out) >= 0 for out in (results, *results.glob("*/"))), "it works", 60)


def _gone(processes: list[psutil.Process]) -> None:
    eventually(lambda: not any(map(is_alive, processes)), "all its processes are gone", _GONE_S)


def _folders_of(pid: int) -> list[Path]:
    """Return the run folders that a dead program left: the next start should have swept them."""
    owners = default_base().glob("*/owner")
    return [owner.parent for owner in owners if owner.read_text().partition(" ")[0] == str(pid)]
