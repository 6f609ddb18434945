"""What commands have in common: the plan of a run that begins now, and how its outcome is reported."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from stream.console.text import plain
from stream.errors import StreamError

if TYPE_CHECKING:
    from stream.config.parts import Parts
    from stream.config.run_plan import RunPlan
    from stream.config.sections import Config
    from stream.protocol.types import Mode
    from stream.run.outcome import Outcome

um_per_px_option: Final = click.option(
    "--um-per-px",
    type=click.FloatRange(0.01, 100),
    help="Width of a pixel, µm, as `scale` measures it. Default: as configured, or not known.",
)


def new_plan(parts: "Parts", mode: "Mode", source: str, folder: Path, config: "Config") -> "RunPlan":
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
