"""Where the page's requests go that change the session: to the sink while it runs, to the file of a finished one."""

import threading
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import Final, Protocol

from msgspec.structs import replace

from stream.bedside.requests import Bedside, Requested
from stream.config.sections import AlarmsConfig
from stream.errors import OutputError, WireError
from stream.machine.clock import steady_utc
from stream.protocol.bedside import AlarmsNow, Answer, KeepMarker, Marker, MarkersNow, RemoveMarker
from stream.protocol.types import Message
from stream.session.journal import Journal
from stream.session.store import Store
from stream.view.live.feed import Feed

_PATIENCE_S: Final = 3.0
AWAY: Final = "The process that keeps the session is being brought back: try again in a second."
UNSAYABLE: Final = "This holds a number that is too large to be kept."


class Desk(Protocol):
    """Carries out what somebody asked for."""

    def ask(self, request: Requested) -> Answer:
        """Wait for the outcome. What it changed is in the feed when this returns."""


class NoDesk:
    """A page without a session: nothing can be changed."""

    def ask(self, request: Requested) -> Answer:
        """Refused."""
        return Answer(request=request.request, error="No session is kept here.", status=409)


class SinkDesk:
    """Requests to the sink's process and its answers. `ask` from any thread, the rest from the process's own."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._numbers = count(1)
        self._waiting: dict[int, tuple[threading.Event, list[Answer]]] = {}
        self._outgoing: SimpleQueue[Requested] = SimpleQueue()
        self._lock = threading.Lock()

    def ask(self, request: Requested) -> Answer:
        """Wait for the sink; for some seconds at most."""
        with self._lock:
            numbered = replace(request, request=next(self._numbers))
            answered, answers = self._waiting[numbered.request] = threading.Event(), []
            self._outgoing.put(numbered)
            self._wake()
        answered.wait(_PATIENCE_S)
        self._waiting.pop(numbered.request, None)
        return answers[0] if answers else Answer(request=numbered.request, error=AWAY, status=503)

    def send(self, tell: Callable[[Message], bool]) -> None:
        """Hand over what is to be asked; what nobody takes, or no message can say, is answered at once."""
        while not self._outgoing.empty():
            request = self._outgoing.get()
            try:
                taken = tell(request)
            except WireError:
                self.answered(Answer(request=request.request, error=UNSAYABLE, status=400))
            else:
                if not taken:
                    self.answered(Answer(request=request.request, error=AWAY, status=503))

    def answered(self, answer: Answer) -> None:
        """The sink's answer. One that nobody waits for any more is dropped."""
        waiting = self._waiting.get(answer.request)
        if waiting is not None:
            waiting[1].append(answer)
            waiting[0].set()


class FileDesk:
    """Markers into the file of a finished session. Its alarms are history."""

    def __init__(self, path: Path, feed: Feed) -> None:
        self._path, self._feed = path, feed
        self._clock = steady_utc()
        self._lock = threading.Lock()

    def ask(self, request: Requested) -> Answer:
        """Opened for each request, so that the file is whole and free between them."""
        if not isinstance(request, KeepMarker | RemoveMarker):
            return Answer(request=0, error="This session is over: its alarms are history.", status=409)
        try:
            with self._lock:
                return self._carry_out(request)
        except OutputError as error:
            return Answer(request=0, error=f"Markers cannot be kept here: {error}.", status=409)

    def _carry_out(self, request: Requested) -> Answer:
        info = self._feed.info
        store = Store(self._path)
        try:
            journal = Journal(store, info.session, info.source)
            bedside = Bedside(journal, info.session, AlarmsConfig(), self._clock, watching=False)
            bedside.handle(request)
            store.commit()
            told = bedside.told()
        finally:
            store.close()
        pass_on(told, self._feed)
        return next(message for message in told if isinstance(message, Answer))


def pass_on(messages: Iterable[Message], feed: Feed) -> None:
    """Markers and alarms into the feed."""
    for message in messages:
        match message:
            case AlarmsNow():
                feed.alarms(message)
            case MarkersNow(markers=markers):
                feed.markers(markers)
            case Marker():
                feed.markers([message])
            case _:
                pass
