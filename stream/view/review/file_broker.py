"""Requests of a page that change a finished session, carried out in its file."""

import threading
from pathlib import Path

from stream.bedside.requests import Bedside, Requested
from stream.config.sections import AlarmsConfig
from stream.errors import OutputError
from stream.machine.clock import steady_utc
from stream.protocol.bedside import Answer, KeepMarker, KeepSession, RemoveMarker
from stream.session.journal import Journal
from stream.session.store import Store
from stream.view.live.feed import Feed
from stream.view.live.request_broker import PageRequest


class FileBroker:
    """Sets, edits and removes markers in the file of a finished session; its alarms are history. Any thread may ask."""

    def __init__(self, path: Path, feed: Feed) -> None:
        self._path, self._feed = path, feed
        self._clock = steady_utc()
        self._lock = threading.Lock()

    def ask(self, request: PageRequest) -> Answer:
        """Carry out the request. The file is opened for it alone, so that it is complete and free between requests."""
        if not isinstance(request, KeepMarker | RemoveMarker | KeepSession):
            return Answer(request=0, error="This session is over: its alarms are history.", status=409)
        try:
            with self._lock:
                return self._keep() if isinstance(request, KeepSession) else self._carry_out(request)
        except OutputError as error:
            return Answer(request=0, error=f"Markers cannot be kept here: {error}.", status=409)

    def _keep(self) -> Answer:
        """Note in the file that the session is to stay. Raises OutputError if the file cannot be written."""
        store = Store(self._path)
        try:
            store.set_facts(kept=True)
            store.commit()
        finally:
            store.close()
        self._feed.set_kept()
        return Answer(request=0)

    def _carry_out(self, request: Requested) -> Answer:
        """Change the file, then the feed. Raises OutputError if the file cannot be written."""
        info = self._feed.info
        store = Store(self._path)
        try:
            journal = Journal(store, info.session, info.source)
            bedside = Bedside(journal, info.session, AlarmsConfig(), self._clock, watching=False)
            bedside.handle(request)
            store.commit()
            changes = bedside.take_messages()
        finally:
            store.close()
        for message in changes:
            self._feed.receive(message)
        return next(message for message in changes if isinstance(message, Answer))
