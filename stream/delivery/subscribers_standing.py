"""How the subscribers' socket stands, for people: it is connected while there is a subscriber. Pure."""

from msgspec.structs import replace

from stream.console.text import counted
from stream.protocol.outlets import OutletCondition, OutletState


class SubscribersStanding:
    """Knows since when there are subscribers, or none."""

    def __init__(self, guarded: bool) -> None:
        """Begin. guarded: what is published is encrypted, for allowed keys alone."""
        self._guard = "encrypted" if guarded else "not encrypted"
        self._condition: OutletCondition | None = None
        self._since_ns = 0

    def state(self, sending: OutletState, subscribers: int, now_ns: int) -> OutletState:
        """Return how the socket stands now. sending: how its queue does. now_ns: since 1970 UTC."""
        condition = sending.condition if sending.condition == "failing" else "connected" if subscribers else "idle"
        if condition != self._condition:
            self._condition, self._since_ns = condition, now_ns
        detail = f"{counted(subscribers, 'subscriber')}, {self._guard}"
        return replace(sending, condition=condition, since_ns=self._since_ns, detail=detail)
