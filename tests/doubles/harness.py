"""A test harness for one process of the program: it runs in a thread, and the test plays its peers."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import zmq

from stream.protocol.processes import Alive, Hello, PeerUp, Stop
from stream.protocol.types import Message, Role
from stream.run.child import Assignment, Child
from stream.transport.sockets import Inbox, Outbox, new_context

_DEADLINE_S: Final = 20

Kind = TypeVar("Kind", bound=Message)


class Harness:
    """A process of the program in a thread, with one inbox for each peer that the test plays."""

    def __init__(self, folder: Path, role: Role, peers: tuple[Role, ...]) -> None:
        self.folder: Final = folder
        self._role: Final = role
        self._context: zmq.Context[zmq.Socket[bytes]] = new_context()
        self._inboxes: Final = {
            name: Inbox(self._context, folder, name, portable=False) for name in ("supervisor", *peers)
        }
        self._thread: threading.Thread | None = None

    def start(self, body: Callable[[Child], None], incarnation: int = 0) -> None:
        """Run `body` with the link of a child process, and wait until it has said hello."""
        assignment = Assignment(self._role, 0, incarnation, self.folder, self._inboxes["supervisor"].endpoint)

        def live() -> None:
            child = Child(assignment)
            body(child)
            child.close()

        self._thread = threading.Thread(target=live, daemon=True)
        self._thread.start()
        self.said = self.hear("supervisor", Hello)
        self._outbox = Outbox(self._context, self.said.endpoint)

    def introduce(
        self, role: Role, incarnation: int = 0, detail: str = "", transfer: str = "", *, inbox: Role | None = None
    ) -> None:
        """Say that a peer is there. Its messages come to the inbox of its own role, or to the one given."""
        endpoint = self._inboxes[inbox or role].endpoint
        hello = Hello(
            role=role, index=0, incarnation=incarnation, endpoint=endpoint, pid=1, detail=detail, transfer=transfer
        )
        self.tell(PeerUp(peer=hello))

    def tell(self, *messages: Message) -> None:
        """Send messages to the process."""
        for message in messages:
            assert self._outbox.send(message)

    def hear(self, peer: str, kind: type[Kind], where: Callable[[Kind], bool] = lambda _: True) -> Kind:
        """Return the first message of this kind that the peer is sent, all others left out. Fails after a time."""
        deadline = time.monotonic() + _DEADLINE_S
        while time.monotonic() < deadline:
            message = self._inboxes[peer].receive(100)
            if isinstance(message, kind) and where(message):
                return message
        raise AssertionError(f"no {kind.__name__} came to {peer} in time")

    def next(self, peer: str, kind: type[Kind]) -> Kind:
        """Return the next message that the peer is sent, signs of life left out. Fails if it is of another kind."""
        message = self.hear(peer, Message, lambda message: not isinstance(message, Alive))
        assert isinstance(message, kind)
        return message

    def nothing_for(self, peer: str) -> bool:
        """Return whether this peer has no message."""
        return self._inboxes[peer].receive(0) is None

    def stop(self) -> None:
        """Stop the process, if it runs, and wait for its end."""
        if self._thread is None:
            return
        self.tell(Stop())
        self._thread.join(_DEADLINE_S)
        assert not self._thread.is_alive()
        self._outbox.close()
        self._thread = None

    def close(self) -> None:
        """Stop the process and close every socket."""
        self.stop()
        for inbox in self._inboxes.values():
            inbox.close()
        self._context.term()
