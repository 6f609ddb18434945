"""What every command is handed: the options before it, and the parts of the program that `stream` must not know."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from stream.console.text import plain
from stream.errors import StreamError

if TYPE_CHECKING:
    from stream.config.run_plan import RunPlan
    from stream.config.sections import Config
    from stream.protocol.contracts import Analyser, FrameSource, Pixels
    from stream.protocol.types import LogFormat, Mode
    from stream.run.outcome import Outcome
    from stream.view.review.reanalysis import RecordedFrames


class Parts(Protocol):
    """The program as a command sees it. `run_stream.py` has the one class that fulfils it."""

    @property
    def quiet(self) -> bool:
        """Return True if only what went wrong is printed."""

    @property
    def log_level(self) -> int:
        """Return the level of the log, as in `logging`."""

    @property
    def log_format(self) -> "LogFormat":
        """Return how the log is written."""

    def load(self, default: str, overrides: dict[str, Any]) -> "Config":
        """Return the configuration of a command: its own file, then the user's, then `overrides` that are not None."""

    def program(self) -> Sequence[str]:
        """Return the command line that starts this program anew, with the same configuration and format of the log."""

    def open_source(self, source: str, config: "Config") -> "FrameSource":
        """Open any source. Raises SourceError, UsageError."""

    def open_recording(self, source: str, config: "Config", frames: int | None = None) -> "FrameSource":
        """Open a source of recorded frames, or of its first ones. Raises SourceError, UsageError."""

    def fingerprint(self, source: str) -> str | None:
        """Return what tells a recording from another; None if it has no content. Raises SourceError, UsageError."""

    def frames(self, source: str) -> "Iterator[tuple[str, Pixels]]":
        """Yield name and (height, width, 3) uint8 BGR pixels of every frame. Raises SourceError, UsageError."""

    def lookup(self, source: str) -> "RecordedFrames":
        """Return what finds single frames in a recording."""

    def write_overlay(self, plan: "RunPlan", stopped: Callable[[], bool]) -> Path | None:
        """Write a finished replay's recording with its capillaries outlined; None if `stopped` said so on the way."""

    def analyser(self) -> "Analyser":
        """Return the configured analyser. Raises ModelError."""


def new_plan(parts: Parts, mode: "Mode", source: str, folder: Path, config: "Config") -> "RunPlan":
    """Return the plan of a run that begins now."""
    from stream.config.run_plan import RunPlan

    return RunPlan(
        mode=mode,
        source=source,
        folder=folder,
        config=config,
        started_ns=time.time_ns(),
        log_level=parts.log_level,
        log_format=parts.log_format,
    )


def report(outcome: "Outcome") -> int:
    """Print how a run ended, and return its exit code."""
    if outcome.sentence:
        print(plain(outcome.sentence), file=sys.stderr)
    return outcome.exit_code


def reported(run: "Callable[[], Outcome]") -> int:
    """Run, print how it ended or what was wrong, and return the exit code: one error does not end a list of runs."""
    from stream.run.outcome import Outcome

    try:
        return report(run())
    except StreamError as error:
        return report(Outcome(error.exit_code, f"Error: {error}"))
