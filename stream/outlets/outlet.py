"""What an outlet promises, and the queue and thread that keep a slow or dead receiver from delaying the sink.

An outlet takes what is on disk to somewhere else: the page, subscribers, another system. Knows no socket.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Final, Protocol

from msgspec.structs import replace

from stream.outlets.standing import Standing
from stream.protocol.bedside import AlarmEvent, Marker
from stream.protocol.outlets import OutletState
from stream.protocol.readings import DensityReading, RunStatus
from stream.protocol.types import Message

log = logging.getLogger("capillary.outlet")

Published = DensityReading | RunStatus | AlarmEvent | Marker
"""The messages that leave the program; docs/protocol.md describes each."""

KINDS: Final[dict[type[Published], str]] = {
    DensityReading: "reading",
    RunStatus: "status",
    AlarmEvent: "alarm",
    Marker: "marker",
}
"""What each kind is called in topics and in the configuration."""


HIGH_WATER: Final = 1000
"""Messages that wait for a receiver; beyond it, new ones are missed."""
_UPKEEP_S: Final = 0.05
_LAST_MESSAGES_S: Final = 1.0


def published(message: Message) -> Published | None:
    """Return what leaves the program of a message: no outlines and no picture, they are for the page alone."""
    if isinstance(message, DensityReading):
        return replace(message, regions=None, objects=None, picture=None)
    return message if isinstance(message, Published) else None


class Outlet(Protocol):
    """A place that the sink tells everything, in order, once it is on disk; always from the same thread."""

    @property
    def missed(self) -> int:
        """Return how many messages did not reach the receiver so far."""

    def tell(self, message: Message) -> None:
        """Take a message, or count it as missed. Returns within a few milliseconds, and raises nothing."""

    def close(self) -> None:
        """Deliver for at most a second what is still waiting, then take nothing more. May be called twice."""


class Sender(Protocol):
    """One way to send a message, as slow or unreliable as it may be.

    It is made without a connection, and connects when it first sends. It may also have the attributes that
    `SenderExtras` lists, and a method `check() -> str`, which tries the connection, sends nothing that counts, and
    returns in a sentence what it found; it raises a StreamError if the receiver is not there or refuses.
    """

    def send(self, message: Published) -> None:
        """Send a message.

        Raises RefusedMessageError if the receiver will never take it, anything else if it did not arrive now.
        """

    def close(self) -> None:
        """Release files and connections. Called once, after the last `send` and in the same thread."""


@dataclass(frozen=True, slots=True)
class SenderExtras:
    """What a sender may say beyond `Sender`, by attributes of these names.

    acknowledged: `send` returns only after the receiver has confirmed that it has the message. What was not confirmed
    is kept on disk, and sent again in its order; without it, a message that cannot be sent at once is missed.
    messages: the kinds that the receiver can take, of `KINDS`. by_default: those of them that are sent if the
    configuration does not choose; None: all.
    every_s: it takes one reading of every so many seconds, unless the configuration says otherwise; 0: all of them.
    subject: whom its messages name, as the configuration has it. What a session begun with another one still has is
    not sent.
    shared: it has an address of its own, such as a port: of several sources in one command, all use the same one.
    """

    acknowledged: bool = False
    messages: tuple[str, ...] = tuple(KINDS.values())
    by_default: tuple[str, ...] | None = None
    every_s: float = 0.0
    subject: str = ""
    shared: bool = False


def extras_of(sender: Sender) -> SenderExtras:
    """Return what a sender says beyond its contract."""
    names = SenderExtras.__dataclass_fields__
    return SenderExtras(**{name: getattr(sender, name) for name in names if hasattr(sender, name)})


class QueuedOutlet:
    """An outlet with a thread of its own, so that only the thread waits for a slow receiver.

    Its queue is bounded: while it is full, new messages are missed. Outlines and pictures are not sent, they are for
    the page alone.
    """

    def __init__(self, name: str, sender: Sender, upkeep: Callable[[], None] = lambda: None) -> None:
        """Begin to send.

        name: for the log. upkeep: called in the outlet's thread between messages, about every 50 ms.
        """
        self._name, self._sender, self._upkeep = name, sender, upkeep
        self._queue: Queue[Published] = Queue(HIGH_WATER)
        self._standing = Standing(name)
        # Each counter is changed by one thread alone: no lock is needed.
        self._overflowed = 0
        self._failed = 0
        self._end_s: float | None = None
        self._thread = threading.Thread(target=self._run, name=f"outlet-{name}", daemon=True)
        self._thread.start()

    @property
    def missed(self) -> int:
        """Return how many messages found the queue full or could not be sent."""
        return self._overflowed + self._failed

    @property
    def state(self) -> OutletState:
        """Return how the outlet stands, for people."""
        return self._standing.state(self._queue.qsize(), self.missed)

    def tell(self, message: Message) -> None:
        """Queue a message if it is one that leaves the program."""
        told = None if self._end_s is not None else published(message)
        if told is None:
            return
        try:
            self._queue.put_nowait(told)
        except Full:
            self._overflowed += 1
            self._complain("its receiver takes no more")

    def close(self) -> None:
        """Send for at most a second what is queued; a sender that hangs is left to end with the process."""
        if self._end_s is None:
            self._end_s = time.monotonic() + _LAST_MESSAGES_S
        self._thread.join(_LAST_MESSAGES_S)

    def _run(self) -> None:
        next_upkeep_s = 0.0
        while not self._is_over():
            with contextlib.suppress(Empty):
                self._send(self._queue.get(timeout=_UPKEEP_S))
            if time.monotonic() >= next_upkeep_s:
                self._upkeep()
                next_upkeep_s = time.monotonic() + _UPKEEP_S
        self._sender.close()

    def _is_over(self) -> bool:
        return self._end_s is not None and (self._queue.empty() or time.monotonic() >= self._end_s)

    def _send(self, message: Published) -> None:
        try:
            self._sender.send(message)
            self._standing.succeeded()
        except Exception as error:  # noqa: BLE001 (a plug-in may raise anything: the message is missed, the rest goes on)
            self._failed += 1
            self._complain(f"{type(error).__name__}: {self._standing.failed(error)}")

    def _complain(self, reason: str) -> None:
        """Log the first missed message, the tenth, the hundredth: a dead receiver must not fill the log."""
        if str(self.missed).strip("0") == "1":
            log.warning("outlet %s missed %d of its messages so far: %s", self._name, self.missed, reason)
