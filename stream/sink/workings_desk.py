"""What goes on inside the run, as the sink hears of it: drops by cause, restarts by role, how full the ring is."""

from collections import Counter

from stream.protocol.frames import RingUse
from stream.protocol.processes import SecurityEvent
from stream.protocol.readings import Workings
from stream.protocol.types import DropCause, Role
from stream.readings.run_status import RunStatusTracker
from stream.run.child import Child


class WorkingsDesk:
    """Keeps counts, and enters them into the run's status."""

    def __init__(self, child: Child, tracker: RunStatusTracker) -> None:
        self._child, self._tracker = child, tracker
        self._drops: Counter[DropCause] = Counter()
        self._refused_elsewhere = 0
        self._ring = RingUse(slots=0, used=0)
        self._lives: dict[tuple[Role, int], int] = {("sink", 0): child.incarnation}  # it is no peer of its own

    def drop(self, cause: DropCause) -> None:
        """Count a frame that was captured and not analysed."""
        self._drops[cause] += 1
        self._tracker.dropped += 1

    def handle(self, message: RingUse | SecurityEvent) -> None:
        """Note how full the ring is, or that another process turned something away."""
        if isinstance(message, RingUse):
            self._ring = message
        elif message.what == "refused":
            self._refused_elsewhere += message.count

    def enter(self, waiting: int) -> None:
        """Enter what is known now. waiting: readings that wait for an earlier frame."""
        peers = [hello for hello, _ in self._child.peers.values()]
        self._lives |= {(peer.role, peer.index): peer.incarnation for peer in peers}
        restarts: Counter[Role] = Counter()
        for (role, _), lives in self._lives.items():
            restarts[role] += lives
        self._tracker.workers = sum(peer.role == "worker" for peer in peers)
        self._tracker.refused = self._refused_elsewhere + self._child.events.refused
        self._tracker.workings = Workings(
            drops=dict(self._drops),
            restarts={role: times for role, times in restarts.items() if times},
            ring_slots=self._ring.slots,
            ring_used=self._ring.used,
            waiting=waiting,
        )
