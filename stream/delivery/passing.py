"""An outlet whose receiver acknowledges nothing: each message is sent once, when it comes, or is missed."""

from stream.delivery.one_per_period import OnePerPeriod
from stream.delivery.outlet_table import DeliverySettings, chosen
from stream.outlets.outlet import KINDS, Published, QueuedOutlet, Sender, extras_of
from stream.protocol.outlets import OutletState
from stream.protocol.readings import DensityReading
from stream.protocol.types import Message


class Passing:
    """Passes the messages that the receiver wants to a queue in memory."""

    def __init__(self, name: str, sender: Sender, settings: DeliverySettings) -> None:
        """Begin to send."""
        self._kinds, every_s = chosen(settings, extras_of(sender))
        self._per_period = OnePerPeriod(every_s)
        self._outlet = QueuedOutlet(name, sender)

    @property
    def state(self) -> OutletState:
        """Return how the outlet stands, for people."""
        return self._outlet.state

    @property
    def missed(self) -> int:
        """Return how many messages found the queue full or could not be sent."""
        return self._outlet.missed

    def tell(self, message: Message) -> None:
        """Queue a message if it is wanted."""
        if not isinstance(message, Published) or KINDS[type(message)] not in self._kinds:
            return
        if not isinstance(message, DensityReading) or self._per_period.takes(message):
            self._outlet.tell(message)

    def close(self) -> None:
        """Send for at most a second what is queued."""
        self._outlet.close()
