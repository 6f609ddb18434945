"""The command line: the table of commands, and the only place where all parts meet."""

import logging
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from stream.console.text import plain
from stream.errors import NO_TENSORFLOW, ModelError, StreamError, UsageError, system_refused
from stream.machine.signals import STOP_SIGNALS
from stream.version import VERSION

if TYPE_CHECKING:  # `--help` answers at once: what a command needs is loaded by that command
    from collections.abc import Iterator

    from capture.recordings.lookup import Lookup
    from capture.sources.opening import SourceLimits
    from stream.config.framing import Framing
    from stream.config.parts import Parts, RecordedSession, Sealed
    from stream.config.run_plan import RunPlan
    from stream.config.sections import Config
    from stream.machine.devices import FoundKind
    from stream.protocol.contracts import Analyser, FrameSource, Pixels
    from stream.protocol.types import LogFormat

COMMANDS: Final = {
    "alarms": "stream.commands.alarms:alarms",
    "bench": "stream.commands.bench:bench",
    "deliver": "stream.commands.sessions.deliver:deliver",
    "demo": "stream.commands.live:demo",
    "dicom": "stream.commands.sessions.dicom:dicom",
    "change": "stream.commands.sessions.summarise:change",
    "doctor": "stream.commands.doctor:doctor",
    "export": "stream.commands.sessions.export:export",
    "keys": "stream.commands.keys:keys",
    "live": "stream.commands.live:live",
    "models": "workers.models.commands:models",
    "models synthesize": "capture.writers.synthesize:synthesize",
    "record": "capture.recordings.writing.record:record",
    "replay": "stream.commands.replay:replay",
    "serve": "stream.serving.serve:serve",
    "scale": "workers.scale.command:scale",
    "sources": "stream.commands.sources:sources",
    "subscribe": "stream.commands.subscribe:subscribe",
    "summarise": "stream.commands.sessions.summarise:summarise",
    "verify": "stream.commands.sessions.verify:verify",
    "view": "stream.commands.view:view",
    "worklist": "stream.serving.worklist:worklist",
    "worker": "workers.remote.command:worker",
}
"""What a person can type → "module:command". Of two words, the second is a command of the first."""

CONFIGS: Final = Path(__file__).resolve().parent / "configs"


@dataclass(frozen=True, slots=True)
class Program:
    """The parts of the program, and the options that stand before the command: what every command is handed."""

    config: Path | None
    log_level: int
    log_format: "LogFormat"
    quiet: bool

    def load(self, default: str, overrides: dict[str, Any]) -> "Config":
        from stream.config.loading import load

        given = {key: value for key, value in overrides.items() if value is not None}
        return load(self.config, given, base=CONFIGS / default)

    def program(self) -> list[str]:
        own = [sys.executable, str(Path(__file__).resolve()), "--log-format", self.log_format]
        return own + (["--config", str(self.config)] if self.config is not None else [])

    def open_source(self, source: str, config: "Config") -> "FrameSource":
        from capture.sources.opening import open_source

        return open_source(source, _limits(config))

    def found_devices(self) -> "list[FoundKind]":
        from capture.devices.plugged_in import found_devices

        return found_devices()

    def hardware_decoders(self) -> dict[str, str]:
        from capture.sources.video.hardware import hardware_decoders

        return hardware_decoders()

    def open_recording(self, source: str, config: "Config", frames: int | None = None) -> "FrameSource":
        from capture.recordings.first_frames import FirstFrames
        from capture.recordings.recorded_only import open_recorded

        opened = open_recorded(source, _limits(config))
        return opened if frames is None else FirstFrames(opened, frames)

    def recordings_in(self, source: str) -> list[str] | None:
        from capture.recordings.listing import recordings_in

        return recordings_in(source)

    def fingerprint(self, source: str) -> str | None:
        from capture.recordings.fingerprint import fingerprint

        return fingerprint(source)

    def frames(self, source: str) -> "Iterator[tuple[str, Pixels]]":
        from capture.recordings.recorded_only import frames_of

        return frames_of(source, _limits(self.load("replay.toml", {})))

    def seal(self, folder: Path, frames_read: int) -> "Sealed | None":
        from capture.recordings.writing.sealing import seal

        return seal(folder, frames_read)

    def recorded_session(self, folder: Path) -> "RecordedSession | None":
        from capture.sources.session.description import is_recording, read_description

        if not is_recording(folder) or (read_description(folder).closed and not read_description(folder).recorded):
            return None
        from capture.recordings.proof import RecordedProof

        return RecordedProof(folder)

    def lookup(self, source: str, framing: "Framing") -> "Lookup":
        from capture.recordings.lookup import Lookup

        return Lookup(source, replace(_limits(self.load("replay.toml", {})), framing=framing))

    def write_overlay(self, plan: "RunPlan", stopped: Callable[[], bool]) -> Path | None:
        from capture.writers.overlay import Drawn, write_overlay
        from stream.session.result_files import drawings, session_scale

        drawn = [Drawn(*row) for row in drawings(plan.folder)]
        scale = session_scale(plan.folder)
        return write_overlay(plan.source, _limits(plan.config), drawn, plan.folder, stopped, scale)

    def tune(self, source: str) -> "Iterator[str]":
        from workers.analysers import settings_of
        from workers.models.tuning import tune

        config = self.load("replay.toml", {}).analyser
        if config.name != "capillary":
            raise UsageError(f'the analyser "{config.name}" has no choice of runtimes; only "capillary" has')
        return tune(settings_of(config.settings), (pixels for _, pixels in self.frames(source)))

    def analyser(self, named: dict[str, Any] | None = None) -> "Analyser":
        from stream.config.plugins import find

        config = self.load("replay.toml", {}).analyser
        name, settings = (config.name, config.settings) if named is None else (named["name"], named["settings"])
        analyser: Analyser = find("analysers", name)(settings)
        return analyser


def _limits(config: "Config") -> "SourceLimits":
    from capture.sources.opening import limits_of

    return limits_of(config.capture)


class _Commands(click.Group):
    """The commands of the table, each imported when it is asked for."""

    def list_commands(self, _: click.Context) -> list[str]:
        return sorted(name for name in COMMANDS if " " not in name)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = _imported(COMMANDS[name])
        if isinstance(command, click.Group):
            for path in COMMANDS:
                group, _space, inner = path.partition(" ")
                if inner and group == name:
                    command.add_command(_imported(COMMANDS[path]), inner)
        return command


def _imported(target: str) -> click.Command:
    module, _, attribute = target.partition(":")
    command: click.Command = getattr(import_module(module), attribute)
    return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("-c", "--config", type=click.Path(path_type=Path), help="Configuration file (TOML).")
@click.option("-v", "--verbose", is_flag=True, help="Write more messages to stderr.")
@click.option("-q", "--quiet", is_flag=True, help="Write only warnings and errors.")
@click.option("--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.version_option(VERSION, prog_name="capillary-stream")
@click.pass_context
def main(context: click.Context, config: Path | None, verbose: bool, quiet: bool, log_format: "LogFormat") -> None:
    """Live capillary density from microscope video, on this machine only.

    Research use. Not a certified medical device; decisions belong to clinicians.
    """
    level = logging.DEBUG if verbose else logging.ERROR if quiet else logging.WARNING
    parts: Parts = Program(config, level, log_format, quiet)
    context.obj = parts


def entry() -> None:
    """Run the command line; a user's mistake ends in a sentence and an exit code, never in a traceback."""
    from stream.console import logs
    from stream.console.run_display import steady_streams
    from stream.machine.surroundings import cover_arguments, settle

    steady_streams()
    for number in STOP_SIGNALS:  # until there is a run that answers them, and after it
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    for argument in sys.argv[1:]:
        logs.hide_secrets(argument)
    cover_arguments(logs.discreet)
    logs.quiet_libraries()
    try:
        settle()
        main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except ImportError as error:
        logging.getLogger("capillary").debug("where it happened", exc_info=True)
        known = error.name in ("keras", "tensorflow")
        other = f"a library cannot be loaded: {error}. Install it, or allow more memory (`ulimit -v`)."
        print(f"Error: {NO_TENSORFLOW if known else other}", file=sys.stderr)
        sys.exit(ModelError.exit_code if known else 1)
    except StreamError as error:
        print(f"Error: {plain(str(error))}", file=sys.stderr)
        sys.exit(error.exit_code)
    except (OSError, MemoryError) as error:
        logging.getLogger("capillary").debug("where it happened", exc_info=True)
        print(f"Error: {system_refused(error)}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    entry()
