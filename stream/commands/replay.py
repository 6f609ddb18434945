"""`run_stream.py replay`: recordings to tables, every frame exactly once. Loads what it needs when it runs."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stream.commands.context import new_plan, reported, um_per_px_option
from stream.config.parts import Parts
from stream.errors import UsageError

if TYPE_CHECKING:
    from stream.config.engine_choice import EngineChoice
    from stream.config.run_plan import RunPlan
    from stream.config.sections import Config
    from stream.console.batch import BatchPlace
    from stream.protocol.readings import RunStatus
    from stream.run.outcome import Outcome
    from stream.security.audit_log import AuditLog


@dataclass(frozen=True, slots=True, kw_only=True)
class _ReplayOptions:
    """The options of the command, as they were typed."""

    workers: int | None
    speed: str
    regions: bool
    overlay: bool
    resume: bool
    overwrite: bool
    frames: int | None
    engine: str
    address: str | None
    um_per_px: float | None


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
@click.option("--workers", type=click.IntRange(1, 64), help="Worker processes; default: one per core.")
@click.option(
    "--speed", default="max", show_default=True, help="max, or a multiple of the recording's own speed, such as 1."
)
@click.option("--regions", is_flag=True, help="Also write regions.jsonl: every capillary's outline.")
@click.option("--overlay", is_flag=True, help="Also write overlay.mkv: the recording with its capillaries outlined.")
@click.option("--resume", is_flag=True, help="Continue an interrupted run where it stopped.")
@click.option("--overwrite", is_flag=True, help="Replace finished results of the same source, markers included.")
@click.option(
    "--frames", type=click.IntRange(min=1), help="Analyse only this many frames of each source, from the first."
)
@click.option(
    "--engine",
    default="stream",
    show_default=True,
    help="How frames are distributed to workers: stream, serial, router, ray.",
)
@um_per_px_option
@click.option("--address", help="With --engine ray: a running cluster, as host:port. Default: this machine only.")
@click.pass_obj
def replay(parts: Parts, /, sources: tuple[str, ...], output: Path, **given: Any) -> None:
    """Analyse recordings: every frame exactly once, in order. A SOURCE may be a folder or a pattern of recordings.

    Several recordings get one folder each below --output, and a table of all of them, summary.csv.

    Exit codes: 0 done; 1 failed; 2 wrong use; 3 a source; 4 the model; 5 incomplete; 130 stopped. Of several
    recordings, the highest.
    """
    from stream.config.engine_choice import engine_choice
    from stream.config.plugins import find
    from stream.console.public_source import public_source
    from stream.console.text import counted
    from stream.machine.files import shown
    from stream.machine.processes import cores
    from stream.session.folders import result_folders
    from stream.session.preparation import holds_frames, refuse_loss
    from stream.session.tables.batch import BatchTable

    options = _ReplayOptions(**given)
    if options.resume and options.overwrite:
        raise UsageError("--resume continues a run, --overwrite begins it anew; choose one")
    config = parts.load("replay.toml", {"workers.count": options.workers, "capture.um_per_px": options.um_per_px})
    speed = _speed(options.speed)
    whole = not options.resume and speed == 0
    choice = engine_choice(options.engine, config.workers.count or cores(), options.address, whole=whole)
    if choice is not None:
        find("engines", choice.engine)  # a name that leads nowhere is refused before anything is begun
    named = [(one, parts.recordings_in(one)) for one in sources]
    recordings = [one for source, found in named for one in found or [source]]
    batch = len(recordings) > 1 or any(found is not None for _, found in named)
    folders = list(zip(recordings, result_folders(recordings, output, below=batch), strict=True))
    for source, folder in () if options.resume else folders:  # refused before hours go into the first of them
        refuse_loss(folder, public_source(source), overwrite=options.overwrite)
        if holds_frames(folder):
            parts.open_recording(source, config).close()  # nothing makes room for a source that is not there
    codes = []
    table = BatchTable(output, folders) if batch else None
    places = _places(recordings, table.complete() if options.resume else ()) if table is not None else None
    for number, (source, folder) in enumerate(folders, 1):
        plan = replace(
            new_plan(parts, "replay", source, folder, config),
            outlines=options.regions or options.overlay,
            regions_file=options.regions,
            frames=options.frames,
            speed=speed,
            engine=choice,
        )
        _warn_of_other_analysis(parts, source, config)
        if table is not None:
            table.begin(number - 1)
        codes.append(_replay_one(parts, plan, options, places[number - 1] if places is not None else None))
        if table is not None:
            table.update(number - 1)
        if codes[-1] == 130:
            break
    if table is not None:
        print(f"Table of {counted(len(folders), 'recording')}: {shown(table.path)}", file=sys.stderr)
    sys.exit(max(codes))


def _warn_of_other_analysis(parts: Parts, source: str, config: "Config") -> None:
    """Say if a recorded session is analysed in another way than it was: its densities will be others."""
    from stream.config.sections import AnalyserConfig
    from stream.session.store import FILE_NAME

    path = Path(source)
    session = parts.recorded_session(path.parent if path.name == FILE_NAME else path)
    if session is None:
        return
    session.close()
    if session.analyser is not None and AnalyserConfig(**session.analyser) != config.analyser:
        print("Note: this session was analysed with other settings; its densities were others.", file=sys.stderr)


def _places(recordings: Sequence[str], complete: Sequence[bool]) -> "list[BatchPlace]":
    """Return the place of each recording in the batch; complete: which of them are done already, if it is resumed."""
    from stream.console.batch import BatchPlace

    begun_s, names = time.monotonic(), [Path(one).name for one in recordings]
    waiting = [not one for one in complete] or [True] * len(names)
    return [
        BatchPlace(place + 1, len(names), name, begun_s, done=sum(waiting[:place]), to_do=sum(waiting[place + 1 :]))
        for place, name in enumerate(names)
    ]


def _speed(text: str) -> float:
    """Return the factor of `--speed`; 0 for max. Raises UsageError."""
    if text == "max":
        return 0.0
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor < 1000:
        raise UsageError(f"--speed is 'max' or a factor above 0, not '{text}'")
    return factor


def _replay_one(parts: Parts, plan: "RunPlan", options: _ReplayOptions, place: "BatchPlace | None") -> int:
    """Analyse one recording, say where its results are, and return the exit code."""
    from stream.machine.files import shown
    from stream.session.preparation import holds_frames

    code = reported(partial(_run, parts, plan, options, place))
    if code in (0, 5):
        print(f"Results: {shown(plan.folder)}", file=sys.stderr)
        if options.overlay and not (plan.folder / "overlay.mkv").exists():
            return max(code, reported(partial(_overlay, parts, plan)))
    elif code == 130 and holds_frames(plan.folder):
        further = "; continue with --resume" if plan.engine is None else ""
        print(f"Results so far: {shown(plan.folder)}{further}.", file=sys.stderr)
    return code


def _run(parts: Parts, plan: "RunPlan", options: _ReplayOptions, place: "BatchPlace | None") -> "Outcome":
    from stream.run.pipeline import run, run_processes
    from stream.session.store import FILE_NAME

    # Of a batch that was stopped, the recordings after that one are not begun yet.
    resume = options.resume and (place is None or (plan.folder / FILE_NAME).is_file())
    plan = replace(plan, fingerprint=parts.fingerprint(plan.source))
    execute = run_processes if plan.engine is None else partial(_run_engine, parts, plan.engine)
    return run(plan, execute, quiet=parts.quiet, resume=resume, overwrite=options.overwrite, place=place)


def _run_engine(
    parts: Parts, choice: "EngineChoice", plan: "RunPlan", on_status: "Callable[[RunStatus], None]", _: "AuditLog"
) -> "Outcome":
    """Execute a plan by another engine: the same frames, analyser and files as with this program's own processes."""
    from stream.engines import replaying

    source = parts.open_recording(plan.source, plan.config, plan.frames)
    return replaying.replay(plan, choice, source, on_status)


def _overlay(parts: Parts, plan: "RunPlan") -> "Outcome":
    from stream.machine.signals import stop_asked
    from stream.run.outcome import Outcome

    with stop_asked() as stopped:
        if parts.write_overlay(plan, stopped) is not None:
            return Outcome(0, "")
    return Outcome(130, f"Stopped: the results in {plan.folder} are complete; overlay.mkv was not made.")
