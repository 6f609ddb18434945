"""`run_stream.py view SESSION`: a finished session in the page. Loads what it needs when it runs."""

import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from stream.config.parts import Parts

if TYPE_CHECKING:
    from stream.config.sections import Config
    from stream.protocol.processes import SecurityEvent

_TURN_S: Final = 0.5


@click.command("view")
@click.argument("session", required=False, type=click.Path(path_type=Path))
@click.option("--last", is_flag=True, help="Open the newest session.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port of the page; 0: any free one. Default: as configured."
)
@click.option("--recording", help="Where the recording is now. Default: where it was analysed.")
@click.pass_obj
def view(parts: Parts, session: Path | None, last: bool, port: int | None, recording: str | None) -> None:
    """Review a finished SESSION in the page: a session.sqlite, or the folder of a replay. Ctrl-C ends.

    Without SESSION: list the stored sessions, newest first.
    """
    from stream.session.listing import newest

    config = parts.load("default.toml", {"view.port": port})
    if last:
        session = newest(session or _kept_in(config))
    if session is None:
        _list(_kept_in(config))
    else:
        _show(parts, config, session, recording)


def _kept_in(config: "Config") -> Path:
    from stream.session.folders import sessions_folder

    return sessions_folder(config.sink.sessions_dir)


def _list(folder: Path) -> None:
    from stream.console.text import plain
    from stream.session.listing import listed, sessions_in

    sessions = sessions_in(folder)
    if not sessions:
        print(f"There is no session in {folder} yet: `live` makes one.", file=sys.stderr)
        return
    print(listed(sessions))
    print(f"They are in {plain(str(folder))}.", file=sys.stderr)
    whole = [plain(str(kept.folder)) for kept in sessions if not kept.damaged]
    if whole:
        print(f"`view {whole[0]}` opens one, `view --last` the newest.", file=sys.stderr)


def _show(parts: Parts, config: "Config", session: Path, recording: str | None) -> None:
    """Serve the page until Ctrl-C."""
    from stream.security.events import SecurityEvents
    from stream.session.archive import Archive
    from stream.session.store import merge_write_ahead_file
    from stream.version import VERSION
    from stream.view.process import CLOSING_S
    from stream.view.review.file_broker import FileBroker
    from stream.view.review.finished_session import review_feed, session_file
    from stream.view.review.reanalysis import SessionRecording
    from stream.view.server.access_rules import access_rules, certificate_files
    from stream.view.server.address import page_address, token_hint
    from stream.view.server.app import make_app
    from stream.view.server.http_server import ViewServer

    path = session_file(session)
    archive = Archive(path)
    feed = review_feed(archive, VERSION, site_s=config.view.site_s)
    facts = archive.facts()
    source = recording or str(facts.get("asked_source") or "")
    sha256 = facts.get("source_sha256")
    recorded = SessionRecording(source, sha256, parts.lookup(source), parts.analyser) if source else None
    events = SecurityEvents()
    broker, rules = FileBroker(path, feed), access_rules(config.view)
    app = make_app(feed, broker=broker, archive=archive, recording=recorded, rules=rules, events=events)
    server = ViewServer(app, config.view.host, config.view.port, certificate_files(config.view), events)
    server.start()
    page = page_address(config.view, server.port) + token_hint(config.view)
    print(f"Review: {page} (Ctrl-C ends)", file=sys.stderr, flush=True)
    _wait(lambda now_s: _write_events(events.take(now_s), path.parent))
    feed.end(CLOSING_S)
    server.stop()
    _write_events(events.take(float("inf")), path.parent)
    archive.close()
    merge_write_ahead_file(path)


def _write_events(events: "list[SecurityEvent]", folder: Path) -> None:
    """Write events into the session's audit log, opened each time: others may look at the same session."""
    from stream.security.audit_log import AuditLog

    if events:
        log = AuditLog(folder)
        for event in events:
            log.reviewed(event)


def _wait(turn: Callable[[float], None]) -> None:
    """Wait until the command is stopped, and call `turn` with the time twice per second."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    while not stopped.wait(_TURN_S):
        turn(time.monotonic())
