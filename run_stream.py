"""Capillary Stream's command line, and the only place where the parts are put together."""

import logging
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from capture.cli import synthesize
from stream.commands.alarms import alarms
from stream.commands.bench import bench
from stream.commands.keys import keys
from stream.commands.subscribe import subscribe
from stream.commands.view import view
from stream.config.engine_choice import EngineChoice, engine_choice
from stream.console.text import plain
from stream.errors import NO_TENSORFLOW, ModelError, StreamError, UsageError
from stream.machine.signals import STOP_SIGNALS
from stream.version import VERSION
from workers.models.cli import models
from workers.remote.cli import worker

if TYPE_CHECKING:  # `--help` answers in a blink: what a command needs is loaded by that command
    from collections.abc import Callable, Iterator

    from capture.recordings.lookup import Lookup
    from capture.sources.opening import SourceLimits
    from stream.config.run_plan import RunPlan
    from stream.config.sections import Config
    from stream.engines.step import StepMaker
    from stream.protocol.contracts import Analyser, FrameSource, Pixels
    from stream.protocol.processes import Hello
    from stream.protocol.readings import Progress
    from stream.protocol.types import LogFormat, Mode
    from stream.run.supervisor import Outcome, ProcessSpec
    from stream.security.audit_log import AuditLog
    from stream.session.resuming import Asked

_DEMO = "capillary-demo-"
CONFIGS = Path(__file__).resolve().parent / "configs"


@dataclass(frozen=True, slots=True)
class Common:
    """The options that stand before the command."""

    config: Path | None
    log_level: int
    log_format: "LogFormat"
    quiet: bool

    def load(self, default: str, overrides: dict[str, Any]) -> "Config":
        """The configuration: the command's own file, and the user's laid over it."""
        from stream.config.loading import load

        given = {key: value for key, value in overrides.items() if value is not None}
        return load(self.config, given, base=CONFIGS / default)

    def program(self) -> list[str]:
        """The command line that starts this program again, with the options that stand before the command."""
        own = [sys.executable, str(Path(__file__).resolve()), "--log-format", self.log_format]
        return own + (["--config", str(self.config)] if self.config is not None else [])

    def plan(self, mode: "Mode", source: str, folder: Path, config: "Config") -> "RunPlan":
        """The plan of a run that begins now."""
        from stream.config.run_plan import RunPlan

        return RunPlan(
            mode=mode,
            source=source,
            folder=folder,
            config=config,
            started_ns=time.time_ns(),
            log_level=self.log_level,
            log_format=self.log_format,
        )

    def maker(self, config: "Config", session: str) -> "StepMaker":
        """How a worker of an engine makes what analyses a frame."""
        from stream.config.run_plan import AnalysisPlan
        from stream.engines.step import StepMaker

        return StepMaker(AnalysisPlan(config.analyser, config.view.picture_width_px), session)

    def opened(self, source: str, config: "Config", frames: int | None = None) -> "FrameSource":
        """A source of recorded frames, or of its first ones. Raises SourceError, UsageError."""
        from capture.recordings.first_frames import FirstFrames
        from capture.recordings.lookup import open_recorded

        opened = open_recorded(source, _limits(config))
        return opened if frames is None else FirstFrames(opened, frames)

    def frames(self, source: str) -> "Iterator[tuple[str, Pixels]]":
        """Name and (height, width, 3) uint8 BGR pixels of every frame. Raises SourceError, UsageError."""
        from capture.recordings.lookup import frames_of

        return frames_of(source, _limits(self.load("replay.toml", {})))

    def lookup(self, source: str) -> "Lookup":
        """Looks frames up in a recording."""
        from capture.recordings.lookup import Lookup

        return Lookup(source, _limits(self.load("replay.toml", {})))

    def analyser(self) -> "Analyser":
        """The configured analyser. Raises ModelError."""
        from stream.config.plugins import find

        config = self.load("replay.toml", {}).analyser
        analyser: Analyser = find("analysers", config.name)(config.settings)
        return analyser


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Configuration file (TOML).")
@click.option("-v", "--verbose", is_flag=True, help="Say more on stderr.")
@click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong.")
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.version_option(VERSION, prog_name="capillary-stream")
@click.pass_context
def main(context: click.Context, config: Path | None, verbose: bool, quiet: bool, log_format: "LogFormat") -> None:
    """Live capillary density from microscope video, on this machine alone.

    Research use. Not a certified medical device; decisions belong to clinicians.
    """
    level = logging.DEBUG if verbose else logging.ERROR if quiet else logging.WARNING
    context.obj = Common(config, level, log_format, quiet)


@main.command()
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="End by itself after so many seconds.")
@click.option("--workers", type=click.IntRange(1, 64), help="Worker processes; default: one a core.")
@click.option("--max-fps", type=click.FloatRange(0, 1000), help="Analyse at most so many frames a second.")
@click.option("--port", type=click.IntRange(0, 65535), help="Of the live page; 0: any free one. Default: 8765.")
@click.option("--no-view", is_flag=True, help="Do not serve the live page.")
@click.option("--keep", is_flag=True, help="Keep the session, as `live` does.")
@click.pass_obj
def demo(
    common: Common,
    seconds: float | None,
    workers: int | None,
    max_fps: float | None,
    port: int | None,
    no_view: bool,
    keep: bool,
) -> None:
    """Watch the built-in synthetic microscope live: no camera, no patient. Keeps nothing, unless told to."""
    from stream.session.folders import sweep

    overrides = _live_overrides(workers, max_fps, port, no_view)
    config = common.load("demo.toml", overrides)
    source = config.source
    if seconds is not None:
        source += ("&" if "?" in source else "?") + f"seconds={seconds:g}"
    if keep:
        _finish(_run_and_keep(common, config, source, "demo"))
    sweep(Path(tempfile.gettempdir()), _DEMO)
    print("A demo keeps nothing: its session is gone at its end. `demo --keep` keeps it.", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix=_DEMO) as folder:
        _finish(_run(common, common.plan("demo", source, Path(folder), config)))


@main.command()
@click.argument("source", required=False)
@click.option("--seconds", type=click.FloatRange(min=1), help="End by itself so many seconds after its start.")
@click.option("--workers", type=click.IntRange(1, 64), help="Worker processes; default: one a core.")
@click.option("--max-fps", type=click.FloatRange(0, 1000), help="Analyse at most so many frames a second.")
@click.option("--port", type=click.IntRange(0, 65535), help="Of the live page; 0: any free one. Default: 8765.")
@click.option("--no-view", is_flag=True, help="Do not serve the live page.")
@click.pass_obj
def live(
    common: Common,
    source: str | None,
    seconds: float | None,
    workers: int | None,
    max_fps: float | None,
    port: int | None,
    no_view: bool,
) -> None:
    """Monitor SOURCE at the bedside: camera:0, http://…, rtsp://…, a recording, synthetic:?seed=1."""
    overrides = _live_overrides(workers, max_fps, port, no_view)
    config = common.load("default.toml", overrides)
    source = source or config.source
    if not source:
        raise UsageError("no source: name one (camera:0), or set `source` in the config file")
    _finish(_run_and_keep(common, config, source, "live", seconds))


@main.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
@click.option("--workers", type=click.IntRange(1, 64), help="Worker processes; default: one a core.")
@click.option("--speed", default="max", show_default=True, help="max, or a factor of the recording's own pace.")
@click.option("--regions", is_flag=True, help="Also write regions.jsonl: every capillary's outline.")
@click.option("--overlay", is_flag=True, help="Also write overlay.mkv: the recording with its capillaries outlined.")
@click.option("--resume", is_flag=True, help="Go on where an interrupted run stopped.")
@click.option("--overwrite", is_flag=True, help="Replace finished results of the same source, markers included.")
@click.option("--frames", type=click.IntRange(min=1), help="Only the first so many frames of each source.")
@click.option("--engine", default="stream", show_default=True, help="What spreads frames: also serial, router, ray.")
@click.option("--address", help="With --engine ray: a running cluster, as host:port. Default: this machine alone.")
@click.pass_obj
def replay(
    common: Common,
    sources: tuple[str, ...],
    output: Path,
    workers: int | None,
    speed: str,
    regions: bool,
    overlay: bool,
    resume: bool,
    overwrite: bool,
    frames: int | None,
    engine: str,
    address: str | None,
) -> None:
    """Analyse recordings: every frame exactly once, in order. Several get a folder each below --output."""
    from stream.config.plugins import find
    from stream.machine.processes import cores
    from stream.session.folders import holds_frames, result_folders, spare
    from stream.session.provenance import without_credentials

    if resume and overwrite:
        raise UsageError("--resume goes on, --overwrite begins anew; choose one")
    config = common.load("replay.toml", {"workers.count": workers})
    factor = _speed(speed)
    choice = engine_choice(engine, config.workers.count or cores(), address, whole=not resume and factor == 0)
    if choice is not None:
        find("engines", choice.engine)  # a name that leads nowhere is refused before anything is begun
    codes = []
    folders = result_folders(sources, output)
    for source, folder in () if resume else zip(sources, folders, strict=True):  # told before hours went into others
        spare(folder, without_credentials(source), overwrite=overwrite)
        if holds_frames(folder):
            common.opened(source, config).close()  # nothing makes room for a source that is not there
    for source, folder in zip(sources, folders, strict=True):
        plan = replace(
            common.plan("replay", source, folder, config),
            outlines=regions or overlay,
            regions_file=regions,
            frames=frames,
            speed=factor,
            engine=choice,
        )
        outcome = _tried(partial(_run, common, plan, resume=resume, overwrite=overwrite))
        if outcome.exit_code in (0, 5):
            print(f"Results: {folder}", file=sys.stderr)
        elif outcome.exit_code == 130 and holds_frames(folder):
            further = "; go on with --resume" if choice is None else ""
            print(f"Results so far: {folder}{further}.", file=sys.stderr)
        codes.append(outcome.exit_code)
        if overlay and outcome.exit_code in (0, 5) and not (folder / "overlay.mkv").exists():
            codes.append(_tried(partial(_overlay, config, source, folder)).exit_code)
        if codes[-1] == 130:
            break
    sys.exit(max(codes))


@main.command()
@click.option(
    "--verify", metavar="SESSION", type=click.Path(path_type=Path), help="Check a session's audit log instead."
)
@click.pass_obj
def doctor(common: Common, verify: Path | None) -> None:
    """Check machine, camera, ports, model and disk: one line each, with the mend."""
    from stream.commands.doctor import examine
    from stream.security import audit_log

    if verify is not None:
        print(audit_log.verify(verify))
        return
    config = common.load("default.toml", {})
    camera = config.source or "camera:0"
    failed = False
    for finding in examine(
        config,
        [("model", "FAIL", lambda: _model_check(common)), (camera, "note", lambda: _source_check(camera, config))],
    ):
        print(finding)
        failed = failed or finding.verdict == "FAIL"
    sys.exit(1 if failed else 0)


models.add_command(synthesize)
for command in (models, view, alarms, keys, subscribe, worker, bench):
    main.add_command(command)


def _live_overrides(workers: int | None, max_fps: float | None, port: int | None, no_view: bool) -> dict[str, Any]:
    return {
        "workers.count": workers,
        "capture.max_fps": max_fps,
        "view.port": port,
        "view.enabled": False if no_view else None,
    }


def _speed(text: str) -> float:
    if text == "max":
        return 0.0
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor < 1000:
        raise UsageError(f"--speed is 'max' or a factor above 0, not '{text}'")
    return factor


def _run_and_keep(
    common: Common, config: "Config", source: str, mode: "Mode", seconds: float | None = None
) -> "Outcome":
    """A run (of so many seconds), whose session stays in the folder of sessions where it has a frame."""
    from stream.session.folders import holds_frames, new_session_id, sessions_folder
    from stream.session.store import FILE_NAME

    folder = sessions_folder(config.sink.sessions_dir) / new_session_id()
    outcome = _run(common, replace(common.plan(mode, source, folder, config), seconds=seconds))
    if holds_frames(folder):
        print(f"Session: {folder / FILE_NAME}", file=sys.stderr)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return outcome


def _run(common: Common, plan: "RunPlan", *, resume: bool = False, overwrite: bool = False) -> "Outcome":
    """One run of the pipeline, from the folder's preparation to the outcome."""
    from stream.console import logs, run_display
    from stream.run.supervisor import Outcome
    from stream.security.audit_log import AuditLog
    from stream.security.keyring import keyring_for
    from stream.session.folders import OutputFolder, complete, prepare

    logs.set_up(plan.log_level, plan.log_format)
    logs.hide(plan.source)
    keyring_for(plan.config.publish, plan.config.security)
    asked = _asked(plan)
    claim = OutputFolder(plan.folder)
    shown = run_display.display(replay=plan.replaying, quiet=common.quiet)
    try:
        if resume and complete(plan.folder, asked, regions_file=plan.regions_file):
            return Outcome(0, f"{plan.folder} is complete: nothing to resume.")
        plan = replace(plan, session=prepare(plan.folder, asked, resume=resume, overwrite=overwrite))
        audit = AuditLog(plan.folder)
        hashes = {"config_sha256": plan.config_sha256, "analyser_sha256": plan.analysis.sha256}
        audit.begun(plan.session, plan.mode, VERSION, **hashes)
        if plan.engine is not None:
            outcome = _by_engine(common, plan, plan.engine, shown.show)
        else:
            outcome = _by_processes(plan, shown.show, audit)
        audit.write("ended", exit_code=outcome.exit_code)
        return outcome
    finally:
        shown.close()
        claim.leave()


def _asked(plan: "RunPlan") -> "Asked":
    """What a session is begun for, and notes. Raises SourceError, UsageError where a recording cannot be read."""
    from capture.recordings.fingerprint import fingerprint
    from stream.session.provenance import without_credentials
    from stream.session.resuming import Asked

    content = fingerprint(plan.source) if plan.replaying else None  # what is watched live cannot be gone on with
    return Asked(without_credentials(plan.source), plan.analysis.sha256, content, plan.frames, plan.outlines)


def _processes(plan: "RunPlan") -> "list[ProcessSpec]":
    """The processes of a run. Data flows from the first to the last."""
    from stream.run.supervisor import ProcessSpec

    local = range(plan.local_workers)
    remote = enumerate(plan.config.workers.remote, start=plan.local_workers)
    specs = [
        ProcessSpec("capture", 0, "capture.process:run"),
        *(ProcessSpec("worker", index, "workers.process:run") for index in local),
        *(ProcessSpec("worker", index, "workers.remote.relay:run", (far,), essential=False) for index, far in remote),
        ProcessSpec("sink", 0, "stream.sink.process:run"),
    ]
    if plan.config.view.enabled and not plan.replaying:
        specs.append(ProcessSpec("view", 0, "stream.view.process:run", essential=False))
    return specs


def _by_processes(plan: "RunPlan", on_progress: "Callable[[Progress], None]", audit: "AuditLog") -> "Outcome":
    """The pipeline itself."""
    from stream.run.supervisor import Supervisor

    return Supervisor(
        plan,
        _processes(plan),
        on_hello=lambda hello: _announce(hello, audit, plan.config),
        on_progress=on_progress,
        on_noted=audit.noted,
    ).run()


def _by_engine(
    common: Common, plan: "RunPlan", choice: EngineChoice, on_progress: "Callable[[Progress], None]"
) -> "Outcome":
    """The same frames, analyser and files as the pipeline's, by another engine."""
    from stream.engines.replaying import replay

    return replay(plan, choice, common.opened(plan.source, plan.config, plan.frames), on_progress)


def _announce(hello: "Hello", audit: "AuditLog", config: "Config") -> None:
    from stream.view.server.address import token_hint

    audit.hello(hello)
    if hello.role == "view":
        print(f"Live page: {hello.detail}{token_hint(config.view)}", file=sys.stderr)


def _overlay(config: "Config", source: str, folder: Path) -> "Outcome":
    """The overlay of a folder's results."""
    from stream.machine.signals import stop_asked
    from stream.run.supervisor import Outcome
    from stream.session.result_files import drawings

    with stop_asked() as stopped:
        from capture.recordings.overlay import Drawn, write_overlay  # loads OpenCV, while a stop is heard already

        drawn = [Drawn(*row) for row in drawings(folder)]
        if write_overlay(source, _limits(config), drawn, folder, stopped) is not None:
            return Outcome(0, "")
    return Outcome(130, f"Stopped: the results in {folder} are whole, overlay.mkv is not made.")


def _limits(config: "Config") -> "SourceLimits":
    from capture.sources.opening import SourceLimits

    return SourceLimits(max_width=config.capture.max_width_px, max_height=config.capture.max_height_px)


def _model_check(common: Common) -> str:
    return f"{common.analyser().model_id} loads, and has the hash in its card"


def _source_check(source: str, config: "Config") -> str:
    from capture.sources.opening import open_source

    opened = open_source(source, _limits(config))
    opened.close()
    return f"{opened.width}x{opened.height} px"


def _finish(outcome: "Outcome") -> NoReturn:
    _say(outcome)
    sys.exit(outcome.exit_code)


def _tried(run: "Callable[[], Outcome]") -> "Outcome":
    """What came of it, said: one source's error does not keep the next from being done."""
    from stream.run.supervisor import Outcome

    try:
        outcome = run()
    except StreamError as error:
        outcome = Outcome(error.exit_code, f"Error: {error}")
    _say(outcome)
    return outcome


def _say(outcome: "Outcome") -> None:
    if outcome.sentence:
        print(plain(outcome.sentence), file=sys.stderr)


def entry() -> None:
    """Run the command line; a mistake of the user's ends in a sentence and an exit code, never in a traceback."""
    from stream.console.run_display import steady_streams

    steady_streams()
    for number in STOP_SIGNALS:  # until there is a run that answers them, and after it
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    try:
        main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except ModuleNotFoundError as error:
        if error.name not in ("keras", "tensorflow"):
            raise
        print(f"Error: {NO_TENSORFLOW}", file=sys.stderr)
        sys.exit(ModelError.exit_code)
    except StreamError as error:
        print(f"Error: {plain(str(error))}", file=sys.stderr)
        sys.exit(error.exit_code)
    except (OSError, MemoryError) as error:  # a limit of the shell, a folder that went
        logging.getLogger("capillary").debug("where it happened", exc_info=True)
        print(f"Error: the system refused what this run needs: {str(error) or 'out of memory'}.", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    entry()
