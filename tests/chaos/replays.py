"""Replay under kills: the same bytes as an undisturbed run, nothing lost, little computed twice."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.chaos.injector import Injector
from tests.chaos.pipeline import computed, settings, started
from tests.running import values

_MATTERS: Final = ("regions.jsonl",)
_IMPATIENT: Final = {
    "CAPILLARY_STREAM_WORKERS_FRAME_DEADLINE_S": "1.0",
    "CAPILLARY_STREAM_RUNTIME_HANG_S": "1.0",
}
"""The longer of the suspensions are hangs then."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one run under faults. recomputed: analyses begun beyond one per frame, as a share of frames."""

    seed: int
    frames: int
    kills: int
    faults: dict[str, int]
    recomputed: float
    identical: bool
    exit_code: int
    wall_s: float

    @property
    def good(self) -> bool:
        """Return whether nothing is lost and nothing different."""
        return self.identical and self.exit_code == 0

    def __str__(self) -> str:
        faults = ", ".join(f"{what} {count}" for what, count in sorted(self.faults.items()))
        return (
            f"seed {self.seed}: {self.frames} frames, {self.kills} kills ({faults}), exit code {self.exit_code}, "
            f"{'the same bytes as the calm run' if self.identical else 'NOT the bytes of the calm run'}, "
            f"{100 * self.recomputed:.2f} % recomputed ({self.recomputed * self.frames / max(1, self.kills):.2f} "
            f"per kill), {self.wall_s:.0f} s"
        )


def calm(source: str, analyser: str, folder: Path) -> None:
    """Run undisturbed, with one worker."""
    log = folder.with_suffix(".log")
    arguments = ("replay", source, "--output", folder, "--workers", "1", "--regions")
    with started(*arguments, log=log, **settings(analyser)) as program:
        if program.wait() != 0:
            raise AssertionError(f"the calm run failed: {log.read_text()}")


def tormented(
    source: str, frames: int, analyser: str, undisturbed: Path, folder: Path, injector: Injector, kills: int
) -> Verdict:
    """Replay under faults and compare with the undisturbed run, beside which the log lies: its disk may be full."""
    counts, log = counts_of(undisturbed, folder), log_of(undisturbed, folder)
    counts.unlink(missing_ok=True)
    began_s = time.monotonic()
    arguments = ("-v", "replay", source, "--output", folder, "--workers", "2", "--regions")
    own = settings(analyser, counts) | (_IMPATIENT if "stop" in injector.shares else {})
    with started(*arguments, log=log, **own) as program:
        injector.torment(program, folder, kills, deadline_s=120 + frames * 0.2)
        exit_code = program.poll()
    return Verdict(
        seed=injector.seed,
        frames=frames,
        kills=injector.kills,
        faults=dict(injector.done),
        recomputed=computed(counts)["b"] / frames - 1,
        identical=exit_code == 0 and same(undisturbed, folder),
        exit_code=-1 if exit_code is None else exit_code,
        wall_s=time.monotonic() - began_s,
    )


def log_of(undisturbed: Path, folder: Path) -> Path:
    """Return the file with what the program said on its stderr."""
    return undisturbed.with_name(f"{folder.name}.log")


def counts_of(undisturbed: Path, folder: Path) -> Path:
    """Return the file with what was computed."""
    return undisturbed.with_name(f"{folder.name}.counts")


def same(one: Path, other: Path) -> bool:
    """Return whether values and order are the same, and the outlines to the byte."""
    files = all((one / name).read_bytes() == (other / name).read_bytes() for name in _MATTERS)
    return files and values(one) == values(other)
