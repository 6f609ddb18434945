"""Requests of a page that change the session, handed to the sink, which keeps it; and the sink's answers.

A broker carries a request out and returns the answer. For a finished session see `stream.view.review.file_broker`.
"""

import threading
from collections.abc import Callable
from itertools import count
from queue import SimpleQueue
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from stream.bedside.requests import Requested
from stream.errors import WireError
from stream.protocol.bedside import Answer, EndSession, KeepRecording, KeepSession
from stream.protocol.types import Message, UmPerPx
from stream.protocol.wire import checked

SinkRequest = Requested | KeepSession | KeepRecording | EndSession


class KeepScale(Struct, frozen=True, kw_only=True):
    """Keep a scale with a finished session that was recorded without one. A running session does not take it."""

    um_per_px: UmPerPx
    request: int = 0


PageRequest = SinkRequest | KeepScale

ANSWER_TIMEOUT_S: Final = 3.0
SINK_AWAY: Final = "The process that keeps the session is being brought back: try again in a second."
SCALE_STAYS: Final = "A running session does not change its scale: put it into the configuration for the next one."
NOT_SENDABLE: Final = "This holds a number that is too large to be kept."


class RequestBroker(Protocol):
    """Carries out what a page asks for."""

    def ask(self, request: PageRequest) -> Answer:
        """Carry out the request; wait for the answer. What it changed is in the feed when this returns."""


class NoBroker:
    """Refuses every request: there is no session to change."""

    def ask(self, request: PageRequest) -> Answer:
        """Refuse the request."""
        return Answer(request=request.request, error="No session is kept here.", status=409)


class SinkBroker:
    """Hands requests to the sink's process. `ask` may be called from any thread, the rest from the process's own loop.

    wake: makes the loop call `send`.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._numbers = count(1)
        self._waiting: dict[int, tuple[threading.Event, list[Answer]]] = {}
        self._outgoing: SimpleQueue[SinkRequest] = SimpleQueue()
        self._lock = threading.Lock()

    def ask(self, request: PageRequest) -> Answer:
        """Give the request to the sink, and wait for its answer for `ANSWER_TIMEOUT_S` at most."""
        if isinstance(request, KeepScale):  # all readings of a session have one scale
            return Answer(request=request.request, error=SCALE_STAYS, status=409)
        with self._lock:  # requests leave in the order of their numbers
            numbered = replace(request, request=next(self._numbers))
            answered, answers = self._waiting[numbered.request] = threading.Event(), []
            self._outgoing.put(numbered)
            self._wake()
        answered.wait(ANSWER_TIMEOUT_S)
        self._waiting.pop(numbered.request, None)
        return answers[0] if answers else Answer(request=numbered.request, error=SINK_AWAY, status=503)

    def send(self, tell_sink: Callable[[Message], bool]) -> None:
        """Send all requests that wait. One that the sink does not take, or no message can hold, is answered at once.

        tell_sink: returns whether the sink takes the message. Raises WireError if it cannot be encoded.
        """
        while not self._outgoing.empty():
            request = self._outgoing.get()
            try:
                taken = tell_sink(checked(request))
            except WireError:
                self.answered(Answer(request=request.request, error=NOT_SENDABLE, status=400))
            else:
                if not taken:
                    self.answered(Answer(request=request.request, error=SINK_AWAY, status=503))

    def answered(self, answer: Answer) -> None:
        """Hand an answer to the thread that waits for it. After that thread's timeout the answer is dropped."""
        waiting = self._waiting.get(answer.request)
        if waiting is not None:
            event, answers = waiting
            answers.append(answer)
            event.set()
