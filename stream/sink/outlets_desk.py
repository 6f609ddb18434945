"""The configured outlets as the sink sees them: what they have to deliver is kept in the session; how they stand."""

from typing import Final

from msgspec.structs import replace

from stream.config.run_plan import RunPlan
from stream.protocol.outlets import OutletsNow
from stream.protocol.processes import PeerDown
from stream.readings.run_status import RunStatusTracker
from stream.session.deliveries.outgoing import Kept, Outgoing
from stream.session.store import Store

_AWAY: Final = "the process that delivers died, and is being started again"


class OutletsDesk:
    """Keeps what the outlets deliver, until they have; nothing if there are none."""

    def __init__(self, plan: RunPlan, store: Store, tracker: RunStatusTracker) -> None:
        self._outgoing = Outgoing(store) if plan.config.outlets else None
        self._tracker = tracker

    def keep(self, message: Kept) -> None:
        """Keep a message within the next commit."""
        if self._outgoing is not None:
            self._outgoing.add(message)

    def handle(self, message: OutletsNow | PeerDown) -> None:
        """Note how the outlets stand, and forget what all of them have delivered."""
        if isinstance(message, PeerDown):
            self._tracker.outlets = tuple(
                replace(state, condition="failing", error=_AWAY) for state in self._tracker.outlets
            )
            return
        self._tracker.outlets = message.states
        if self._outgoing is not None:
            self._outgoing.forget(message.settled)
