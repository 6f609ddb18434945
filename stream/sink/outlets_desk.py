"""What the sink has to do with the delivery process: what outlets are to deliver, how they stand, signals to record."""

from typing import Final

from msgspec.structs import replace

from stream.config.run_plan import RunPlan
from stream.protocol.outlets import OutletsNow, SignalFound, SignalSamples
from stream.protocol.processes import PeerDown
from stream.readings.run_status import RunStatusTracker
from stream.session.deliveries.outgoing import Kept, Outgoing
from stream.session.signals.stored import Signals
from stream.session.store import Store

_AWAY: Final = "the process that delivers died, and is being started again"


class OutletsDesk:
    """Keeps what the outlets deliver, until they have; nothing if there are none."""

    def __init__(self, plan: RunPlan, store: Store, tracker: RunStatusTracker) -> None:
        self._outgoing = Outgoing(store) if plan.config.outlets else None
        self._signals = Signals(store)
        self._tracker = tracker

    def keep(self, message: Kept) -> None:
        """Keep a message within the next commit."""
        if self._outgoing is not None:
            self._outgoing.add(message)

    def handle(self, message: OutletsNow | SignalFound | SignalSamples | PeerDown) -> None:
        """Note how the outlets stand, and forget what all of them have delivered; or keep what a signal was."""
        match message:
            case PeerDown():
                self._tracker.outlets = tuple(
                    replace(state, condition="failing", error=_AWAY) for state in self._tracker.outlets
                )
            case SignalFound() | SignalSamples():
                self._signals.take(message)
            case OutletsNow():
                self._tracker.outlets = message.states
                if self._outgoing is not None:
                    self._outgoing.forget(message.settled)
