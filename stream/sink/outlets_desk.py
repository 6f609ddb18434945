"""What the sink has to do with outlets: what they are to deliver, how they stand, signals to record."""

from typing import Final

from msgspec.structs import replace

from stream.config.run_plan import RunPlan
from stream.protocol.outlets import OutletsNow, OutletState, OutsideNews, SignalFound, SignalSamples, SubscribersNow
from stream.protocol.processes import PeerDown
from stream.protocol.types import Role
from stream.readings.run_status import RunStatusTracker
from stream.session.deliveries.outgoing import Kept, Outgoing
from stream.session.signals.stored import Signals
from stream.session.store import Store

_AWAY: Final = "its process died, and is being started again"


class OutletsDesk:
    """Keeps what the outlets deliver, until they have; nothing if there are none."""

    def __init__(self, plan: RunPlan, store: Store, tracker: RunStatusTracker) -> None:
        self._outgoing = Outgoing(store) if plan.config.outlets else None
        self._signals = Signals(store)
        self._tracker = tracker
        self._states: dict[Role, tuple[OutletState, ...]] = {"publisher": (), "delivery": ()}  # by who reports them

    def keep(self, message: Kept) -> None:
        """Keep a message within the next commit."""
        if self._outgoing is not None:
            self._outgoing.add(message)

    def handle(self, message: OutsideNews | PeerDown) -> None:
        """Note how the outlets stand, and forget what all of them have delivered; or keep what a signal was."""
        match message:
            case PeerDown(role=role):
                away = tuple(replace(state, condition="failing", error=_AWAY) for state in self._states[role])
                self._note(role, away)
            case SignalFound() | SignalSamples():
                self._signals.take(message)
            case SubscribersNow(state=state):
                self._note("publisher", (state,))
            case OutletsNow():
                self._note("delivery", message.states)
                if self._outgoing is not None:
                    self._outgoing.forget(message.settled)

    def _note(self, role: Role, states: tuple[OutletState, ...]) -> None:
        self._states[role] = states
        self._tracker.outlets = tuple(state for of_one in self._states.values() for state in of_one)
