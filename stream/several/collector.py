"""The inbox for what the runs of several sources publish: it goes on to subscribers and to the states of sources."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import structs

from stream.config.sections import Config
from stream.config.source_place import SourcePlace
from stream.delivery.passing import Passing
from stream.machine.run_folder import listens_on_tcp
from stream.outlets.outlet import Outlet, Published, QueuedOutlet
from stream.outlets.zmq_publisher import Publisher
from stream.protocol.readings import RunStatus
from stream.security.events import SecurityEvents
from stream.security.key_pair import new_keys
from stream.security.keyring import keyring_for
from stream.several.status_board import SourceState
from stream.transport.sockets import Inbox, new_context

if TYPE_CHECKING:
    from stream.delivery.process import ConfiguredOutlet

_TICK_MS: Final = 50


class Collector:
    """The inbox, the one publisher for all sources, and the outlets that all sources share."""

    def __init__(
        self,
        config: Config,
        states: Sequence[SourceState],
        folder: Path,
        events: SecurityEvents,
        shared: "Sequence[ConfiguredOutlet]" = (),
    ) -> None:
        """Begin to listen and to publish.

        folder: private, for the socket. shared: outlets that get the messages of all sources. Raises OutputError if
        the endpoint is in use, ConfigError if there are no keys.
        """
        self._by_session = {state.session: state for state in states}
        self._events = events
        self._outlets: list[Outlet] = [Passing(made.name, made.sender, made.settings) for made in shared]
        if config.publish.enabled:
            publisher = Publisher(config.publish.endpoint, keyring_for(config.publish, config.security), events)
            self._outlets.append(QueuedOutlet("publish", publisher, publisher.look))
        portable = config.runtime.portable
        self._keys = new_keys() if listens_on_tcp(portable) else None
        self._context = new_context()
        self._inbox = Inbox(self._context, folder, "collector", portable, self._keys)
        for state in states:
            state.on_status = partial(self._publish, state)

    def place(self, state: SourceState) -> SourcePlace:
        """Return the place of a source, for its run."""
        keys = None if self._keys is None else (self._keys.public, self._keys.secret)
        return SourcePlace(state.number, self._inbox.endpoint, keys)

    def turn(self, handles: Iterable[int]) -> None:
        """Take what came; wait for it a moment, unless one of the descriptors becomes readable."""
        self._inbox.wait(_TICK_MS, handles)
        for message in self._inbox.drain():
            if isinstance(message, Published):
                self._take(message)
        if rejected := self._inbox.take_rejected():
            self._events.add("refused", "collector", detail="what came was no message", count=rejected)
        for state in self._by_session.values():
            state.look()

    def _take(self, message: Published) -> None:
        state = self._by_session.get(message.session)
        if state is None:
            return
        if isinstance(message, RunStatus):
            state.take(message)  # which publishes it, or that it is outdated
        else:
            self._publish(state, message)

    def _publish(self, state: SourceState, message: Published) -> None:
        # While a camera is away its run knows no name, but topics go on.
        named = message if message.source else structs.replace(message, source=state.name)
        for outlet in self._outlets:
            outlet.tell(named)

    def close(self) -> None:
        """Publish what is left, then stop listening."""
        for outlet in self._outlets:
            outlet.close()
        self._inbox.close()
        self._context.term()
