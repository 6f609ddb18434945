"""The children of a run that can be reached, and how they come to know of each other."""

from collections.abc import Callable

from stream.protocol.processes import Hello, PeerDown, PeerUp
from stream.protocol.types import Message, Role
from stream.run.process_spec import ProcessKey
from stream.transport.sockets import Outbox


class Peers:
    """The children that have said hello and are not known to be dead."""

    def __init__(self, connect: Callable[[str], Outbox]) -> None:
        """Begin without peers. connect: from the address of an inbox to an outbox for it."""
        self._connect = connect
        self._known: dict[ProcessKey, tuple[Hello, Outbox]] = {}

    def __contains__(self, key: ProcessKey) -> bool:
        return key in self._known

    def introduce(self, hello: Hello) -> None:
        """Tell all peers of a newcomer, and the newcomer of all peers."""
        key = hello.role, hello.index
        self._forget(key)  # every life has an inbox of its own: what is queued for the one before is lost with it
        newcomer = self._connect(hello.endpoint)
        for other, outbox in self._known.values():
            outbox.send(PeerUp(peer=hello))
            newcomer.send(PeerUp(peer=other))
        self._known[key] = hello, newcomer

    def remove(self, key: ProcessKey, incarnation: int) -> None:
        """Tell all other peers of a death."""
        self._forget(key)
        self.tell_all(PeerDown(role=key[0], index=key[1], incarnation=incarnation))

    def tell(self, role: Role, message: Message) -> None:
        """Send a message to the first peer of a role, if it is there."""
        peer = self._known.get((role, 0))
        if peer is not None:
            peer[1].send(message)

    def tell_all(self, message: Message) -> None:
        """Send a message to every peer."""
        for _, outbox in self._known.values():
            outbox.send(message)

    def close(self) -> None:
        """Close the way to every peer."""
        for key in list(self._known):
            self._forget(key)

    def _forget(self, key: ProcessKey) -> None:
        known = self._known.pop(key, None)
        if known is not None:
            known[1].close()
