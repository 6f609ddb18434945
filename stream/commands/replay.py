"""`run_stream.py replay`: recordings to tables, every frame exactly once. Loads what it needs when it runs."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from stream.commands.context import new_plan, reported, um_per_px_option
from stream.config.parts import Parts
from stream.errors import UsageError

if TYPE_CHECKING:
    from stream.config.engine_choice import EngineChoice
    from stream.config.run_plan import RunPlan
    from stream.config.sections import Config
    from stream.console.batch import BatchPlace
    from stream.console.run_display import Display
    from stream.protocol.readings import RunStatus
    from stream.run.outcome import Outcome
    from stream.security.audit_log import AuditLog
    from stream.session.tables.batch import BatchTable
    from stream.several.source_run import Monitor, TellCommand


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
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Worker processes of all recordings; default: one per core."
)
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

    Several recordings are analysed at once. They get one folder each below --output, and a table, summary.csv.

    Exit codes: 0 done; 1 failed; 2 wrong use; 3 a source; 4 the model; 5 incomplete; 130 stopped. Of several
    recordings, the highest.
    """
    from stream.config.engine_choice import engine_choice
    from stream.config.plugins import find
    from stream.console.public_source import public_source
    from stream.console.run_display import display
    from stream.console.text import counted
    from stream.machine.files import shown
    from stream.machine.processes import cores
    from stream.session.folders import result_folders
    from stream.session.preparation import holds_frames, refuse_loss

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
    replaying = _Replaying(parts, config, options, speed, choice, of_several=batch)
    if not batch:
        sys.exit(replaying.one(*folders[0], partial(display, replay=True, quiet=parts.quiet)))
    from stream.session.tables.batch import BatchTable

    table = BatchTable(output, folders)
    codes = _replay_all(replaying, folders, table)
    print(f"Table of {counted(len(folders), 'recording')}: {shown(table.path)}", file=sys.stderr)
    sys.exit(max(codes))


def _replay_all(replaying: "_Replaying", folders: "Sequence[tuple[str, Path]]", table: "BatchTable") -> list[int]:
    """Analyse recordings, several at once if they can be, and return the exit code of each that was begun."""
    from stream.console.batch import BatchPlace, BatchProgress
    from stream.console.run_display import display
    from stream.machine.files import bytes_of, expanded

    complete = table.complete() if replaying.options.resume else [False] * len(folders)
    sizes = [0 if replaying.options.frames else bytes_of(expanded(source)) for source, _ in folders]
    progress = BatchProgress(sizes, complete)
    places = [
        BatchPlace(number, len(folders), Path(source).name, progress) for number, (source, _) in enumerate(folders, 1)
    ]
    to_do = [places[index] for index in progress.longest_first() if not complete[index]]
    at_once = to_do if replaying.can_be_several and len(to_do) > 1 else []
    codes = []
    for place in places:
        if place in at_once:
            continue
        index = place.number - 1
        table.begin(index)
        make_display = partial(display, replay=True, quiet=replaying.parts.quiet, place=place)
        codes.append(replaying.one(*folders[index], make_display))
        table.update(index)
        place.note(1.0)
        if codes[-1] == 130:
            return codes
    return codes + (_replay_at_once(replaying, folders, table, at_once) if at_once else [])


def _replay_at_once(
    replaying: "_Replaying",
    folders: "Sequence[tuple[str, Path]]",
    table: "BatchTable",
    places: "Sequence[BatchPlace]",
) -> list[int]:
    """Analyse recordings, each as a run in a process of its own; return the exit code of each that was begun."""
    from stream.console import logs
    from stream.machine.processes import cores
    from stream.several.recordings import Recordings

    parts, config = replaying.parts, replaying.config
    logs.set_up(parts.log_level, parts.log_format)

    def monitor(index: int, share: int) -> "Monitor":
        return partial(_replay_here, replaying, *folders[index], share)

    runs = Recordings(places, config.workers.count or cores(), monitor, quiet=parts.quiet)
    return runs.run(table.begin, table.update)


def _replay_here(replaying: "_Replaying", source: str, folder: Path, share: int, tell: "TellCommand") -> NoReturn:
    """Analyse a recording as the process that was started for it."""
    from stream.several.recordings import ReportingDisplay

    sys.exit(replaying.one(source, folder, partial(ReportingDisplay, tell), share))


@dataclass(frozen=True, slots=True)
class _Replaying:
    """How each recording of the command is analysed. Pickled to the process of each, if there are several at once.

    speed: factor of a recording's own; 0: as fast as it goes. of_several: they are of a batch.
    """

    parts: Parts
    config: "Config"
    options: _ReplayOptions
    speed: float
    engine: "EngineChoice | None"
    of_several: bool

    @property
    def can_be_several(self) -> bool:
        """True if runs can be beside each other: not with a port, receivers or far workers, which are of one run."""
        far = self.config.publish.enabled or self.config.outlets or self.config.workers.remote
        return self.engine is None and self.speed == 0 and not far

    def one(self, source: str, folder: Path, make_display: "Callable[[], Display]", share: int = 0) -> int:
        """Analyse one recording, say where its results are, and return the exit code.

        share: workers that it gets; 0: as configured.
        """
        from stream.machine.files import shown
        from stream.session.preparation import holds_frames

        plan = replace(
            new_plan(self.parts, "replay", source, folder, self.config),
            outlines=self.options.regions or self.options.overlay,
            regions_file=self.options.regions,
            frames=self.options.frames,
            speed=self.speed,
            engine=self.engine,
            share=share,
        )
        _warn_of_other_analysis(self.parts, source, self.config)
        code = reported(partial(self._run, plan, make_display))
        if code in (0, 5):
            print(f"Results: {shown(folder)}", file=sys.stderr)
            if self.options.overlay and not (folder / "overlay.mkv").exists():
                return max(code, reported(partial(_overlay, self.parts, plan)))
        elif code == 130 and holds_frames(folder):
            further = "; continue with --resume" if self.engine is None else ""
            print(f"Results so far: {shown(folder)}{further}.", file=sys.stderr)
        return code

    def _run(self, plan: "RunPlan", make_display: "Callable[[], Display]") -> "Outcome":
        from stream.run.pipeline import run, run_processes
        from stream.session.store import FILE_NAME

        # Of a batch that was stopped, the recordings after that one are not begun yet.
        resume = self.options.resume and (not self.of_several or (plan.folder / FILE_NAME).is_file())
        plan = replace(plan, fingerprint=self.parts.fingerprint(plan.source))
        execute = run_processes if plan.engine is None else partial(_run_engine, self.parts, plan.engine)
        return run(plan, execute, make_display, resume=resume, overwrite=self.options.overwrite)


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
