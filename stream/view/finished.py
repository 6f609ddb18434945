"""Serves a finished session as a page, until it is stopped or no page has been open for long."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from stream.config.framing import framing_from
from stream.config.sections import ViewConfig
from stream.errors import OutputError
from stream.security import audit_log
from stream.security.audit_log import AuditLog
from stream.security.events import SecurityEvents
from stream.session.archive import Archive
from stream.session.finished import session_file
from stream.session.proof.digests import seals
from stream.session.proof.verification import sealed_in
from stream.session.provenance import analysed_um_per_px
from stream.version import VERSION
from stream.view.live.request_broker import KeepScale
from stream.view.process import CLOSING_S
from stream.view.review.file_broker import FileBroker
from stream.view.review.finished_session import review_feed
from stream.view.review.reanalysis import SessionRecording
from stream.view.server.access_rules import access_rules, certificate_files
from stream.view.server.address import page_address, token_hint
from stream.view.server.app import make_app
from stream.view.server.http_server import ViewServer

if TYPE_CHECKING:
    from stream.config.parts import Parts
    from stream.protocol.processes import SecurityEvent

_TURN_S: Final = 0.5


def serve_review(
    parts: "Parts",
    page: ViewConfig,
    session: Path,
    recording: str | None = None,
    *,
    unseen_s: float = float("inf"),
    um_per_px: float | None = None,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve the page of a finished session until Ctrl-C, or until no page has been open for `unseen_s`.

    recording: where it is now; None: where it was analysed. um_per_px: a scale to keep in the session.
    announce: takes the page's address, instead of the terminal.
    Raises UsageError or OutputError if there is no such session, or if it, the scale or the port cannot be used.
    """
    path = session_file(session)
    archive = Archive(path)
    feed = review_feed(archive, VERSION, site_s=page.site_s)
    facts = archive.facts()
    recorded = _recording_of(parts, path.parent, facts, recording)
    events = SecurityEvents()
    broker, rules = FileBroker(path, feed), access_rules(page)
    if um_per_px is not None and (refusal := broker.ask(KeepScale(um_per_px=um_per_px)).error):
        raise OutputError(refusal.rstrip("."))
    app = make_app(feed, broker=broker, archive=archive, recording=recorded, rules=rules, events=events)
    server = ViewServer(app, page.host, page.port, certificate_files(page), events)
    server.start()
    (announce or partial(_print_address, page))(page_address(page, server.port))
    last_seen_s = time.monotonic()

    def turn(now_s: float) -> bool:
        nonlocal last_seen_s
        _write_events(events.take(now_s), path.parent)
        if feed.viewers.count:
            last_seen_s = now_s
        return now_s - last_seen_s < unseen_s

    _wait_while(turn)
    feed.end(CLOSING_S)
    server.stop()
    _write_events(events.take(float("inf")), path.parent)
    archive.close()
    seal_review(path.parent)


def _print_address(page: ViewConfig, address: str) -> None:
    print(f"Review: {address}{token_hint(page)} (Ctrl-C ends)", file=sys.stderr, flush=True)


def _recording_of(parts: "Parts", folder: Path, facts: Mapping[str, Any], named: str | None) -> SessionRecording | None:
    """Return the pictures of a session: those that are named, its own, or those of its source; None if it has none."""
    own = parts.recorded_session(folder) if named is None else None
    source = named or (str(folder) if own else str(facts.get("asked_source") or ""))
    sha256 = facts.get("source_sha256") if own is None else None
    if own is not None:
        own.close()
    if not source:
        return None
    lookup = parts.lookup(source, framing_from(facts.get("framing")))
    return SessionRecording(source, sha256, lookup, parts.analyser, analysed_um_per_px(facts))


def _write_events(events: "list[SecurityEvent]", folder: Path) -> None:
    """Write events into the session's audit log, opened each time: others may look at the same session."""
    if events:
        log = AuditLog(folder)
        for event in events:
            log.reviewed(event)


def seal_review(folder: Path) -> None:
    """Put all of the session into its one file, and its hash into the audit log if a change was made."""
    hashes = seals(folder)
    if (folder / audit_log.FILE_NAME).is_file() and (known := sealed_in(folder)).reviewed_since and known.session:
        AuditLog(folder).write("sealed", where=audit_log.REVIEW, **hashes)


def _wait_while(turn: Callable[[float], bool]) -> None:
    """Call `turn` with the time twice per second, until it returns False or the command is stopped."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    while turn(time.monotonic()) and not stopped.wait(_TURN_S):
        pass
