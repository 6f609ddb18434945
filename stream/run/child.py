"""What all child processes do alike: an inbox, a hello to the supervisor, outboxes to peers as they come and go."""

import contextlib
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from stream.config.plugins import load
from stream.console import logs
from stream.errors import StreamError
from stream.machine.processes import end_with_parent, name_process
from stream.machine.signals import STOP_SIGNALS
from stream.protocol.messages import AnyMessage
from stream.protocol.processes import Alive, Fatal, Hello, PeerDown, PeerUp, SecurityEvent
from stream.protocol.types import MAX_SENTENCE, Message, Role
from stream.run.process_spec import ProcessKey
from stream.security.events import SecurityEvents
from stream.security.key_pair import Keys
from stream.transport.sockets import Inbox, Outbox, new_context

if TYPE_CHECKING:
    from stream.config.run_plan import RunPlan

_LAST_MESSAGES_S: Final = 1.0
_ALIVE_EVERY_S: Final = 0.5
_MOST_UNCOUNTED: Final = 100  # security events that wait for the sink
_NO_LIBRARY: Final = "Install it, or allow more memory (`ulimit -v` shows the limit of this shell)."


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one child of a run is, and how it reaches the others.

    index: its number among the children of its role. incarnation: how many lives it had before.
    folder: for its socket. supervisor: endpoint of the supervisor's inbox. keys: of this run; None if no socket listens
    on TCP.
    """

    role: Role
    index: int
    incarnation: int
    folder: Path
    supervisor: str
    portable: bool = False
    keys: Keys | None = None

    @property
    def name(self) -> str:
        """Name for logs, process titles and sockets."""
        return f"{self.role}-{self.index}" if self.role == "worker" else self.role


class Child:
    """A child's connections. Peers appear in `peers` while they live."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self.name, self.index, self.incarnation = assignment.name, assignment.index, assignment.incarnation
        self._context = new_context()
        name = f"{self.name}-{self.incarnation}"
        self.inbox = Inbox(self._context, assignment.folder, name, assignment.portable, assignment.keys)
        self._supervisor = self._outbox(assignment.supervisor)
        self.peers: dict[ProcessKey, tuple[Hello, Outbox]] = {}
        self._said_alive_s = 0.0
        self.events = SecurityEvents()
        self._uncounted: deque[SecurityEvent] = deque(maxlen=_MOST_UNCOUNTED)

    def _outbox(self, address: str) -> Outbox:
        return Outbox(self._context, address, self._assignment.keys)

    def hello(self, detail: str = "", transfer: str = "") -> None:
        """Tell the supervisor that this child is ready to work."""
        self.report(
            Hello(
                role=self._assignment.role,
                index=self.index,
                incarnation=self.incarnation,
                endpoint=self.inbox.endpoint,
                pid=os.getpid(),
                detail=detail,
                transfer=transfer,
            )
        )

    def alive(self, *, busy: bool = False) -> None:
        """Tell the supervisor that this child does not hang; `busy`: it will be silent until it reports again."""
        self._said_alive_s = time.monotonic()
        self.report(Alive(role=self._assignment.role, index=self.index, incarnation=self.incarnation, busy=busy))

    def report(self, message: Message) -> None:
        """Send a message to the supervisor."""
        self._supervisor.send(message)

    def tell(self, role: Role, message: Message, index: int = 0) -> bool:
        """Send a message to a peer. Return False if it is not there, or its queue is full."""
        peer = self.peers.get((role, index))
        return peer is not None and peer[1].send(message)

    def receive(self, timeout_ms: int) -> AnyMessage | None:
        """Return the next message; None after the timeout. Peers that come and go are entered in `peers` before."""
        if time.monotonic() - self._said_alive_s > _ALIVE_EVERY_S:
            self.alive()
        message = self.inbox.receive(timeout_ms)
        self._report_events()
        match message:
            case PeerUp(peer=peer):
                self._drop_peer((peer.role, peer.index))
                self.peers[peer.role, peer.index] = peer, self._outbox(peer.endpoint)
            case PeerDown(role=role, index=index, incarnation=incarnation):
                known = self.peers.get((role, index))
                # The death of an earlier life says nothing of the one that is known.
                if known is not None and known[0].incarnation == incarnation:
                    self._drop_peer((role, index))
            case _:
                pass
        return message

    def _report_events(self) -> None:
        """Send security events to the supervisor, for the audit log, and to the sink, which counts them."""
        rejected = self.inbox.take_rejected()
        if rejected:
            self.events.add("refused", self.name, detail="what came was no message", count=rejected)
        for event in self.events.take(time.monotonic()):
            self.report(event)
            self._uncounted.append(event)
        while self._uncounted and self.tell("sink", self._uncounted[0]):  # strangers may come before the sink does
            self._uncounted.popleft()

    def _drop_peer(self, key: ProcessKey) -> None:
        known = self.peers.pop(key, None)
        if known is not None:
            known[1].close()

    def close(self) -> None:
        """Send the last messages, then close all sockets."""
        self.inbox.close()
        for _, outbox in self.peers.values():
            outbox.close(flush=True)
        self._supervisor.close(flush=True)
        ending = threading.Thread(target=self._context.term, daemon=True)
        ending.start()  # it waits for the last messages, and without end for a thread that hangs in a device's driver
        ending.join(_LAST_MESSAGES_S)


@contextlib.contextmanager
def no_main() -> Iterator[None]:
    """Keep children that are started in the block from loading the command line again: they find what they run by name.

    A spawned interpreter otherwise begins with its parent's main module (`multiprocessing.spawn.get_preparation_data`),
    which here would cost more than all that a sink needs.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def run_child(plan: "RunPlan", assignment: Assignment, target: str, *arguments: Any) -> None:
    """Set up a child process, call the target with (child, plan, *arguments), and report why it ended.

    The target is a name, "module:function", so that the supervisor never loads what its children load.
    """
    for number in STOP_SIGNALS:  # the supervisor decides when and in which order to stop
        signal.signal(number, signal.SIG_IGN)
    end_with_parent(portable=assignment.portable)
    logs.set_up(plan.log_level, plan.log_format)
    multiprocessing.current_process().name = assignment.name
    name_process(assignment.name)
    try:
        child = Child(assignment)
    except StreamError as error:  # without an inbox it cannot be reported
        logging.getLogger(f"capillary.{assignment.name}").error("%s", error)
        sys.exit(error.exit_code)
    try:
        load(target)(child, plan, *arguments)
    except StreamError as error:
        child.report(Fatal(role=assignment.role, exit_code=error.exit_code, sentence=str(error)[:MAX_SENTENCE]))
        child.close()
        sys.exit(error.exit_code)
    except Exception as error:
        if isinstance(error, ImportError) and not assignment.incarnation:  # later it is worth another try
            sentence = f"The {assignment.role} process cannot load a library: {error}. {_NO_LIBRARY}"
            child.report(Fatal(role=assignment.role, exit_code=1, sentence=sentence[:MAX_SENTENCE]))
            child.close()
            sys.exit(1)
        logging.getLogger(f"capillary.{assignment.name}").exception("failed unexpectedly")
        child.close()
        sys.exit(1)
    child.close()
