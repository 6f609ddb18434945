"""Delivery to a receiver that acknowledges: what a session keeps on disk, in order, again and again until it arrived.

An outage costs nothing but time: the number of the newest message that was settled is on disk, so the next attempt, the
next process and the next run go on from there. A message may arrive twice if the program is killed between the
receiver's answer and the disk; its session and seq are the same then.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from stream.console.text import counted
from stream.delivery.one_per_period import OnePerPeriod
from stream.delivery.outlet_table import DeliverySettings, chosen
from stream.delivery.queue import SessionQueue
from stream.errors import OutputError, RefusedMessageError
from stream.outlets.outlet import KINDS, Sender, extras_of
from stream.outlets.standing import Standing
from stream.protocol.outlets import OutletState
from stream.protocol.readings import DensityReading, RunStatus
from stream.protocol.types import Message
from stream.session.deliveries.outgoing import Kept
from stream.session.deliveries.progress import Progress
from stream.transport.back_off import BackOff

log = logging.getLogger("capillary.delivery")

_LOOK_S: Final = 0.25  # also if nothing says that there is something new
_RARELY_S: Final = 1.0  # a receiver of so few readings is not looked after for each: it has one within the time above
_LAST_MESSAGES_S: Final = 1.0

_OTHER_SUBJECT: Final = (
    "what an earlier session still has is not sent: its run named another patient or device. Deliver it with the "
    "configuration of that run (`deliver SESSION`), or with the right one (`deliver --corrected SESSION`)"
)

_Fate = Literal["delivered", "given up", "not now"]


class Delivery:
    """The delivery of sessions to one outlet, in a thread of its own.

    A status is not kept on disk: the newest one is sent, between other messages, and only while the receiver is there.
    """

    def __init__(self, name: str, sender: Sender, settings: DeliverySettings, sessions: Sequence[Path]) -> None:
        """Begin; sessions: folders, delivered one after the other. The last one goes on until `finish` or `close`."""
        self._name, self._sender, self._settings, self._sessions = name, sender, settings, sessions
        self._kinds, self._every_s = chosen(settings, extras_of(sender))
        self._subject = extras_of(sender).subject
        self._standing, self._back_off = Standing(name), BackOff()
        self._status: RunStatus | None = None
        self._told, self._finishing, self._closing = threading.Event(), threading.Event(), threading.Event()
        self._end_s = float("inf")
        self._counts = (0, 0)  # waiting, given up: replaced as a whole, so that it needs no lock
        self._settled = 0
        self._settled_s = time.monotonic()  # when the newest message was; at first, the begin
        self._refusals = 0
        self._thread = threading.Thread(target=self._run, name=f"delivery-{name}", daemon=True)
        self._thread.start()

    @property
    def state(self) -> OutletState:
        """Return how the outlet stands, for people."""
        return self._standing.state(*self._counts)

    @property
    def missed(self) -> int:
        """Return how many messages of the session were given up."""
        return self._counts[1]

    @property
    def settled(self) -> int:
        """Return the number of the newest message of the last session that does not wait any more."""
        return self._settled

    def tell(self, message: Message) -> None:
        """Learn that there is something new. Only a status is taken from here, all else from the disk."""
        if isinstance(message, RunStatus) and KINDS[RunStatus] in self._kinds:
            self._status = message
        if not (isinstance(message, DensityReading) and self._every_s >= _RARELY_S):
            self._told.set()

    def finish(self, within_s: float) -> None:
        """Deliver what waits, then end; the rest stays on disk.

        within_s: the longest time without a message that is settled; a receiver that takes them has all the time.
        """
        self._finishing.set()
        self._told.set()
        while self._thread.is_alive() and (left_s := self._settled_s + within_s - time.monotonic()) > 0:
            self._thread.join(left_s)
        self.close()

    def close(self) -> None:
        """Deliver for at most a second what waits, without waiting for a receiver that is away. May be called twice."""
        self._end_s = min(self._end_s, time.monotonic() + _LAST_MESSAGES_S)
        self._finishing.set()
        self._closing.set()
        self._told.set()
        self._thread.join(_LAST_MESSAGES_S + _LOOK_S)

    # In the thread

    def _run(self) -> None:
        try:
            with contextlib.suppress(OutputError):  # it is looked at again in its turn
                Progress(self._sessions[-1], self._name, self._subject).close()  # known, even if its turn never comes
            for folder in self._sessions:
                self._deliver_session(folder, last=folder == self._sessions[-1])
        finally:
            with contextlib.suppress(Exception):  # a plug-in may raise anything, and there is no one left to act on it
                self._sender.close()

    def _deliver_session(self, folder: Path, *, last: bool) -> None:
        """Deliver what a session keeps; last: it is still written, until this delivery is finished."""
        queue = self._opened(folder, last=last)
        if queue is None:
            return
        if not queue.of_its_subject:
            queue.close()
            log.warning("outlet %s: %s", self._name, _OTHER_SUBJECT)
            return
        per_period = OnePerPeriod(self._every_s)
        with contextlib.closing(queue):
            while time.monotonic() < self._end_s:
                self._told.clear()
                finishing = self._finishing.is_set()  # first: what is on disk now was there when it was asked to finish
                try:
                    batch = queue.look()
                except OutputError as error:  # the sink has not made the file yet, or it is damaged
                    if not self._tries_again(error, last=last):
                        return
                    continue
                self._count(queue, last=last)
                if not self._settle(batch, queue, per_period, last=last):
                    if self._closing.is_set():
                        return
                    continue  # and look: meanwhile there may be more than the limit
                self._send_status()
                if not batch:
                    if queue.waiting == 0 and (finishing or not last):
                        return
                    self._told.wait(_LOOK_S)

    def _opened(self, folder: Path, *, last: bool) -> SessionQueue | None:
        while True:
            try:
                return SessionQueue(folder, self._name, self._settings.most_waiting, self._subject)
            except OutputError as error:
                if not self._tries_again(error, last=last):
                    return None

    def _tries_again(self, error: OutputError, *, last: bool) -> bool:
        """Wait before a session is read again. Return False if it is not: an earlier one must not hold up the last."""
        if last:
            return self._pauses(error)
        log.warning("outlet %s: an earlier session is left out: %s", self._name, error)
        return False

    def _settle(
        self, batch: Sequence[tuple[int, Kept | None]], queue: SessionQueue, per_period: OnePerPeriod, *, last: bool
    ) -> bool:
        """Deliver messages in their order, or give them up for good. Return False if one did not arrive now."""
        passed_over: int | None = None  # the newest that is not for this receiver: not written down one by one
        arrived = True
        for n, message in batch:
            fate: _Fate
            if message is None:
                log.warning("outlet %s: a message of the session is damaged and was given up", self._name)
                fate = "given up"
            elif self._is_for_it(message, per_period):
                fate = self._deliver(message)
            else:
                passed_over = n
                continue
            if fate == "not now":
                arrived = False
                break
            queue.settle(n, given_up=fate == "given up")
            self._settled_s = time.monotonic()
            passed_over = None
            self._count(queue, last=last)
        if passed_over is not None:
            queue.settle(passed_over)
            self._count(queue, last=last)
        return arrived

    def _is_for_it(self, message: Kept, per_period: OnePerPeriod) -> bool:
        """Decide whether a message is sent to this receiver."""
        wanted = KINDS[type(message)] in self._kinds
        return wanted and (not isinstance(message, DensityReading) or per_period.takes(message))

    def _deliver(self, message: Kept) -> _Fate:
        """Send a message; if it does not arrive now, wait before the next attempt."""
        try:
            self._sender.send(message)
        except RefusedMessageError as error:
            self._refused(error)
            return "given up"
        except Exception as error:  # noqa: BLE001 (a plug-in may raise anything: the message is kept, and sent again)
            self._pauses(error)
            return "not now"
        self._arrived()
        return "delivered"

    def _refused(self, error: RefusedMessageError) -> None:
        """Note it, and log the first, the tenth, the hundredth: who refuses all must not fill the log."""
        self._refusals += 1
        sentence = self._standing.failed(error)
        if str(self._refusals).strip("0") == "1":
            log.warning("outlet %s: %s refused so far: %s", self._name, counted(self._refusals, "message"), sentence)

    def _arrived(self) -> None:
        if self.state.condition == "failing":
            log.warning("outlet %s is connected again", self._name)
        self._standing.succeeded()
        self._back_off.reset()

    def _send_status(self) -> None:
        status, self._status = self._status, None
        if status is None:
            return
        try:
            self._sender.send(status)
        except RefusedMessageError as error:
            self._refused(error)
        except Exception as error:  # noqa: BLE001 (as above; the next status comes soon)
            self._pauses(error)
        else:
            self._arrived()

    def _pauses(self, error: Exception) -> bool:
        """Note a failure, say its first in the log, and wait before the next attempt. Return False if none follows."""
        first = self.state.condition != "failing"
        sentence = self._standing.failed(error)
        if first:
            log.warning("outlet %s: %s; trying again", self._name, sentence.rstrip("."))
        left_s = min(self._back_off.pause_s(), self._end_s - time.monotonic())
        return not self._closing.wait(max(0.0, left_s)) and time.monotonic() < self._end_s

    def _count(self, queue: SessionQueue, *, last: bool) -> None:
        self._counts = (queue.waiting, queue.given_up)
        if last:
            self._settled = queue.settled
