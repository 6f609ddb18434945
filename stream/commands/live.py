"""`run_stream.py demo` and `live`: monitoring, with the live page. Loads what a command needs when it runs."""

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, get_args
from urllib.parse import urlsplit

import click
from msgspec import structs

from stream.commands.context import new_plan, report, um_per_px_option
from stream.config.parts import Parts
from stream.config.sections import CodecName
from stream.errors import OutputError, StreamError, UsageError

if TYPE_CHECKING:
    from stream.config.run_plan import RunPlan
    from stream.config.sections import Config
    from stream.config.source_place import SourcePlace
    from stream.protocol.processes import Hello
    from stream.protocol.readings import RunStatus
    from stream.protocol.types import Mode
    from stream.run.outcome import Outcome
    from stream.security.audit_log import AuditLog

_Announce = Callable[[str], None]
_DEMO: Final = "capillary-demo-"
_UNSEEN_S: Final = 600.0
"""How long a session that its page has ended is still served while no page is open: to fetch paper for the report."""
_OPTIONS: Final = (
    click.option("--workers", type=click.IntRange(1, 64), help="Worker processes; default: one per core."),
    click.option("--max-fps", type=click.FloatRange(0, 1000), help="Analyse at most this many frames per second."),
    click.option(
        "--port", type=click.IntRange(0, 65535), help="Port of the live page; 0: any free one. Default: as configured."
    ),
    click.option("--no-view", is_flag=True, help="Do not serve the live page."),
    click.option(
        "--publish",
        metavar="ENDPOINT",
        help="Publish readings there, such as tcp://127.0.0.1:5561. Default: as configured.",
    ),
    click.option("--no-publish", is_flag=True, help="Publish no readings."),
)


def _monitoring(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of everything that runs live."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def _load(parts: Parts, default: str, options: dict[str, Any]) -> "Config":
    """Return the configuration, with the options of `_monitoring` laid over it."""
    if options["publish"] and options["no_publish"]:
        raise UsageError("--publish and --no-publish exclude each other: give one of them")
    overrides = {
        "workers.count": options["workers"],
        "capture.max_fps": options["max_fps"],
        "capture.um_per_px": options.get("um_per_px"),
        "record.folder": options.get("record"),
        "record.codec": options.get("codec"),
        "record.last_minutes": options.get("record_last"),
        "view.port": options["port"],
        "view.enabled": False if options["no_view"] else None,
        "publish.endpoint": options["publish"],
        "publish.enabled": False if options["no_publish"] else True if options["publish"] else None,
    }
    return parts.load(default, overrides)


@click.command()
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="End after this many seconds.")
@click.option("--keep", is_flag=True, help="Store the session, as `live` does.")
@_monitoring
@click.pass_obj
def demo(parts: Parts, /, seconds: float | None, keep: bool, **options: Any) -> None:
    """Watch the built-in synthetic microscope live: no camera, no patient. Stores nothing without --keep."""
    from stream.session.output_folder import remove_abandoned

    config = _load(parts, "demo.toml", options)
    source = config.source
    if seconds is not None:
        source += ("&" if "?" in source else "?") + f"seconds={seconds:g}"
    if keep:
        _run_and_keep(parts, _kept_plan(parts, "demo", source, config))
    remove_abandoned(Path(tempfile.gettempdir()), _DEMO)
    print("A demo keeps nothing, unless its page or `demo --keep` says so.", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix=_DEMO) as folder:
        plan = replace(new_plan(parts, "demo", source, Path(folder), config), kept=False)
        outcome, address = _run(parts, plan)
        report(outcome)
        kept = _keep_if_asked(plan.folder, config)  # first: nothing that fails later may lose it
        _let_review(parts, replace(plan, folder=kept or plan.folder), outcome, address)
        if kept is None:
            _keep_if_asked(plan.folder, config)
    sys.exit(outcome.exit_code)


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--seconds", type=click.FloatRange(min=1), help="End this many seconds after the start.")
@click.option("--record", metavar="DIR", help="Record the pictures too; the session gets a folder below DIR.")
@click.option("--codec", type=click.Choice(get_args(CodecName)), help="Of the pictures. Default: as configured.")
@click.option(
    "--record-last",
    metavar="MINUTES",
    type=click.FloatRange(0, 1440),
    help="Keep only the pictures of the last so many minutes, until a page asks for more.",
)
@click.option("--worklist", metavar="ACCESSION", help="DICOM objects are of this examination of the worklist.")
@um_per_px_option
@_monitoring
@click.pass_obj
def live(parts: Parts, /, sources: tuple[str, ...], seconds: float | None, **options: Any) -> None:
    """Monitor SOURCE at the bedside: camera:0, http://…, rtsp://…, a recording, synthetic:?seed=1.

    Several sources run beside each other, each with its own session, alarms and tab of the page.

    Exit codes: 0 ended as asked; 1 failed; 2 wrong use; 3 the source broke; 4 the model; 5 readings are missing. Of
    several sources, the highest.
    """
    config = _load(parts, "default.toml", options)
    if (options["codec"] or options["record_last"]) and not config.record.folder:
        raise UsageError("--codec and --record-last are of a recording: add --record DIR")
    if options["worklist"]:
        from stream.serving.examination import of_examination

        config = of_examination(config, options["worklist"])
    sources = sources or config.sources or (config.source,)
    if len(sources) > 1:
        _watch_several(parts, sources, config, seconds)
    if not sources[0]:
        raise UsageError("no source: name one (camera:0), or set `source` in the config file")
    _run_and_keep(parts, replace(_kept_plan(parts, "live", sources[0], config), seconds=seconds))


def _watch_several(parts: Parts, sources: tuple[str, ...], config: "Config", seconds: float | None) -> NoReturn:
    """Run each source for itself, with one page and one publisher for all."""
    from stream.several.watching import watch

    def monitor(source: str, share: "Config", folder: Path, place: "SourcePlace") -> Callable[[_Announce], NoReturn]:
        plan = replace(new_plan(parts, "live", source, folder, share), seconds=seconds, place=place)
        return partial(_run_and_keep, parts, plan)

    sys.exit(watch(parts, config, sources, _sessions_folder(config, "live"), monitor))


def _kept_plan(parts: Parts, mode: "Mode", source: str, config: "Config") -> "RunPlan":
    """Return the plan of a run whose session lies in the folder of sessions."""
    from stream.session.folders import new_session_id

    return new_plan(parts, mode, source, _sessions_folder(config, mode) / new_session_id(), config)


def _sessions_folder(config: "Config", mode: "Mode") -> Path:
    """Return the folder of the sessions of such runs: another one if their pictures are recorded."""
    from stream.session.folders import sessions_folder

    return sessions_folder((config.record.folder if mode == "live" else "") or config.sink.sessions_dir)


def _run_and_keep(parts: Parts, plan: "RunPlan", announce: _Announce | None = None) -> NoReturn:
    """Run; the session stays if it has a frame. announce: takes the address of the page, instead of the terminal."""
    from stream.session.preparation import holds_frames
    from stream.session.store import FILE_NAME

    folder = plan.folder
    outcome, address = _run(parts, plan, announce)
    if holds_frames(folder):
        print(f"Session: {folder / FILE_NAME}", file=sys.stderr)
    elif not any(folder.glob("*.mkv")):  # pictures are worth keeping even if none was analysed
        shutil.rmtree(folder, ignore_errors=True)
    report(outcome)
    _let_review(parts, plan, outcome, address, announce)
    sys.exit(outcome.exit_code)


def _keep_if_asked(folder: Path, config: "Config") -> Path | None:
    """Copy a demo's session to where sessions are kept, and return that folder; None if no page asked for that."""
    from stream.session.archive import Archive
    from stream.session.folders import sessions_folder
    from stream.session.preparation import holds_frames
    from stream.session.store import FILE_NAME

    if not holds_frames(folder):
        return None
    archive = Archive(folder / FILE_NAME)
    facts = archive.facts()
    archive.close()
    if not facts.get("kept"):
        return None
    kept = sessions_folder(config.sink.sessions_dir) / str(facts["session"])
    try:
        shutil.copytree(folder, kept)
    except OSError as error:
        shutil.rmtree(kept, ignore_errors=True)
        saved = shutil.copytree(folder, tempfile.mkdtemp(prefix="capillary-kept-"), dirs_exist_ok=True)
        raise OutputError(
            f"the session cannot be kept in {kept.parent}: {error}; it lies in {saved} until you move it"
        ) from error
    print(f"Session: {kept / FILE_NAME}", file=sys.stderr)
    return kept


def _run(parts: Parts, plan: "RunPlan", announce: _Announce | None = None) -> tuple["Outcome", str]:
    """Run; return how it ended, and the address of the page, empty if there was none."""
    from stream.console.run_display import display
    from stream.run.pipeline import run, run_processes

    addresses = [""]

    def greet(hello: "Hello") -> None:
        if hello.role == "view":
            addresses.append(hello.detail)
            (announce or partial(_print_address, plan.config))(hello.detail)

    def execute(plan: "RunPlan", on_status: "Callable[[RunStatus], None]", audit: "AuditLog") -> "Outcome":
        outcome = run_processes(plan, on_status, audit, greet)
        if plan.recording:
            _seal(parts, plan.folder, audit)
        return outcome

    return run(plan, execute, partial(display, replay=False, quiet=parts.quiet)), addresses[-1]


def _seal(parts: Parts, folder: Path, audit: "AuditLog") -> None:
    """Finish the recording, and say how it went; a full disk leaves it as a killed run does."""
    try:
        sealed = parts.seal(folder, _frames_read(folder))
    except OSError as error:
        print(f"Pictures: their end is not written ({error.strerror}), and they cannot be proven.", file=sys.stderr)
        return
    if sealed is not None:
        audit.write("recorded", files=sealed.files)
        print(sealed.sentence, file=sys.stderr)


def _frames_read(folder: Path) -> int:
    """Return how many frames came in a run that has ended; 0 if it kept no session."""
    from stream.session.archive import Archive
    from stream.session.preparation import holds_frames
    from stream.session.store import FILE_NAME

    if not holds_frames(folder):
        return 0
    archive = Archive(folder / FILE_NAME)
    frames = archive.frames_read()
    archive.close()
    return frames


def _let_review(
    parts: Parts, plan: "RunPlan", outcome: "Outcome", address: str, announce: _Announce | None = None
) -> None:
    """Serve the finished session at the address of its page, if a page ended it: to be looked at there."""
    from stream.session.preparation import holds_frames
    from stream.view.finished import serve_review

    if not (outcome.by_page and address and holds_frames(plan.folder)):
        return
    minutes = _UNSEEN_S / 60
    print(f"A page ended the session. It is served until no page has been open for {minutes:.0f} min.", file=sys.stderr)
    page = structs.replace(plan.config.view, port=urlsplit(address).port or plan.config.view.port)
    try:
        serve_review(parts, page, plan.folder, unseen_s=_UNSEEN_S, announce=announce)
    except StreamError as error:  # the run itself has ended well
        print(f"The session cannot be shown: {error}.", file=sys.stderr)


def _print_address(config: "Config", address: str) -> None:
    """Print where the live page is, once it is there."""
    from stream.view.server.address import token_hint

    print(f"Live page: {address}{token_hint(config.view)}", file=sys.stderr)
