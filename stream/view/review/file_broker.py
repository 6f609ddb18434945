"""Requests of a page that change a finished session, carried out in its file."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stream.bedside.requests import Bedside
from stream.config.sections import AlarmsConfig
from stream.errors import OutputError
from stream.machine.clock import steady_utc
from stream.protocol.bedside import Answer, KeepMarker, KeepSession, RemoveMarker
from stream.session.journal import Journal
from stream.session.provenance import IN_REVIEW
from stream.session.store import Store
from stream.view.live.feed import Feed
from stream.view.live.request_broker import KeepScale, PageRequest


class FileBroker:
    """Sets, edits and removes markers in the file of a finished session; its alarms are history. Any thread may ask."""

    def __init__(self, path: Path, feed: Feed) -> None:
        self._path, self._feed = path, feed
        self._clock = steady_utc()
        self._lock = threading.Lock()

    def ask(self, request: PageRequest) -> Answer:
        """Carry out the request. The file is opened for it alone, so that it is complete and free between requests."""
        try:
            with self._lock:
                match request:
                    case KeepMarker() | RemoveMarker():
                        return self._change_markers(request)
                    case KeepSession():
                        return self._keep_session()
                    case KeepScale():
                        return self._keep_scale(request.um_per_px)
                    case _:
                        return Answer(request=0, error="This session is over: its alarms are history.", status=409)
        except OutputError as error:
            return Answer(request=0, error=f"This cannot be kept here: {error}.", status=409)

    def _keep_session(self) -> Answer:
        with self._opened() as store:
            store.set_facts(kept=True)
        self._feed.set_kept()
        return Answer(request=0)

    def _keep_scale(self, um_per_px: float) -> Answer:
        """Keep the scale, unless the session was recorded with one: its readings follow from that."""
        with self._opened() as store:
            if refusal := _other_scale(store.facts()):
                return Answer(request=0, error=refusal, status=409)
            store.set_facts(um_per_px=um_per_px, um_per_px_from=IN_REVIEW)
        self._feed.set_scale(um_per_px)
        return Answer(request=0)

    def _change_markers(self, request: KeepMarker | RemoveMarker) -> Answer:
        """Change the file, then the feed."""
        info = self._feed.info
        with self._opened() as store:
            journal = Journal(store, info.session, info.source)
            bedside = Bedside(journal, info.session, AlarmsConfig(), self._clock, watching=False)
            bedside.handle(request)
        changes = bedside.take_messages()
        for message in changes:
            self._feed.receive(message)
        return next(message for message in changes if isinstance(message, Answer))

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Store]:
        """Open the file for a change, which is on disk after the block.

        Raises OutputError if the file cannot be written, or the disk is full.
        """
        store = Store(self._path)
        try:
            yield store
            store.commit()
            if store.full:
                raise OutputError("the disk is full")
        finally:
            store.close()


def _other_scale(facts: dict[str, Any]) -> str:
    """Return why a session takes no scale; empty if it has none, or one that was given in a review."""
    if facts.get("um_per_px") is None or facts.get("um_per_px_from") == IN_REVIEW:
        return ""
    return f"This session was recorded with {facts['um_per_px']:g} µm per pixel: that stays."
