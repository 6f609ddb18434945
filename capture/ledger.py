"""Who holds which frame: slots, credits, requeueing and the drop policy. Pure: no clock, no socket, no pixels.

Two policies (docs/architecture.md): `complete` (replay) keeps a slot until its reading is on disk and loses nothing;
`fresh` (live) keeps one waiting frame, the newest, frees a slot with the worker's credit, and counts every drop.
A worker keeps its readings until they are on disk and gives them to every new sink, so a reading is lost only if its
worker dies before the sink has it: then, and only then, a frame is analysed twice.
Events come in through methods; `decide` then says what to do.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Generic, Literal, TypeVar

Ticket = TypeVar("Ticket")
Policy = Literal["complete", "fresh"]
Cause = Literal["overload", "restart"]


@dataclass(frozen=True, slots=True)
class Worker:
    """One incarnation of one worker."""

    index: int
    incarnation: int


@dataclass(frozen=True, slots=True)
class Dispatch(Generic[Ticket]):
    """Send this frame to that worker."""

    seq: int
    ticket: Ticket
    worker: Worker
    attempt: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """This frame will get no reading."""

    seq: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class GaveUp(Generic[Ticket]):
    """This frame has ended every worker that it met, or cannot be read (no deaths): record it as failed."""

    seq: int
    ticket: Ticket
    deaths: int


Decision = Dispatch[Ticket] | Dropped | GaveUp[Ticket]


class _State(Enum):
    WAITING = auto()
    SENT = auto()
    DONE = auto()


@dataclass(slots=True)
class _Held(Generic[Ticket]):
    seq: int
    slot: int
    ticket: Ticket
    state: _State = _State.WAITING
    worker: Worker | None = None
    attempt: int = 0
    deaths: int = 0  # in a row
    spoiled: bool = False
    cause: Cause = "restart"
    has_slot: bool = True


@dataclass(slots=True)
class _Load:
    in_flight: deque[tuple[int, int]] = field(default_factory=deque)  # (seq, attempt), the one at work first
    since: float = 0.0  # when the one at work was sent, or the one before it came back


class Ledger(Generic[Ticket]):
    """The books of one capture process.

    slots: how many frames the ring holds. credit: frames in flight per worker.
    deaths_allowed: a frame that was at work in this many dying workers is given up.
    """

    def __init__(self, *, slots: int, credit: int, policy: Policy, deaths_allowed: int = 5) -> None:
        self._free, self.slots = deque(range(slots)), slots
        self._credit = credit
        self._policy = policy
        self._deaths_allowed = deaths_allowed
        self._held: dict[int, _Held[Ticket]] = {}
        self._load: dict[Worker, _Load] = {}
        self._losses: list[Dropped] = []
        self._sink: int | None = None  # nothing is dispatched before its first report: it may have the frame on disk
        self._next_seq = 0  # what lies before is on disk
        self._sink_has: set[int] = set()  # beyond it

    @property
    def outstanding(self) -> int:
        """Frames whose fate is not yet on disk."""
        return len(self._held)

    @property
    def slots_used(self) -> int:
        """Return how many slots hold a frame, or are being filled."""
        return self.slots - len(self._free)

    @property
    def lowest(self) -> int | None:
        """Return the first frame whose fate is not yet on disk."""
        return min(self._held, default=None)

    @property
    def idle_hands(self) -> int:
        """Return how many frames could be taken on now."""
        return sum(max(0, self._credit - len(load.in_flight)) for load in self._load.values())

    def take_slot(self) -> int | None:
        """Return a slot to grab the next frame into; None if all are held."""
        return self._free.popleft() if self._free else None

    def return_slot(self, slot: int) -> None:
        """Take back a slot that got no frame."""
        self._free.append(slot)

    def captured(self, seq: int, slot: int, ticket: Ticket, *, spoiled: bool = False) -> None:
        """Take in a frame that lies in its slot; a spoiled one cannot be analysed."""
        if seq < self._next_seq:
            self._free.append(slot)
            return
        held = self._held[seq] = _Held(seq, slot, ticket, spoiled=spoiled)
        if seq in self._sink_has:
            held.state = _State.DONE

    def worker_up(self, worker: Worker) -> None:
        """Take in that a worker is ready. An older incarnation of the same index is gone."""
        for known in [known for known in self._load if known.index == worker.index and known != worker]:
            self.worker_down(known)
        self._load.setdefault(worker, _Load())

    def worker_down(self, worker: Worker) -> None:
        """Take in a worker's death. The frame at work is blamed; what it had not finished is dispatched again at once.

        What it had finished stays in doubt until the sink, knowing of the death, says what it has: the readings may
        have left the worker before it died.
        """
        load = self._load.pop(worker, None)
        if load is None:
            return
        if load.in_flight and (at_work := self._held.get(load.in_flight[0][0])) and at_work.worker == worker:
            at_work.deaths += 1
        for held in self._held.values():
            if held.worker == worker and held.state is _State.SENT:
                self._lose(held)

    def done(self, worker: Worker, seq: int, attempt: int, now_s: float, *, read: bool = True) -> None:
        """Take in a worker's credit: it keeps the reading, and gives it to every sink. Not `read`: it has none."""
        load = self._load.get(worker)
        if load is not None and (seq, attempt) in load.in_flight:
            load.in_flight.remove((seq, attempt))
            load.since = now_s
        held = self._held.get(seq)
        if held is None or held.worker != worker or held.attempt != attempt or held.state is not _State.SENT:
            return
        if not read:
            self._lose(held)
            return
        held.state, held.deaths = _State.DONE, 0
        if self._policy == "fresh":
            self._free_slot(held)

    def sink_down(self) -> None:
        """Take in the sink's death: what it had not on disk is lost with it, and workers give it to the next one."""
        self._sink_has = set()

    def committed(
        self, next_seq: int, sink: int, beyond: Iterable[int] = (), after_death_of: Worker | None = None
    ) -> None:
        """Take in that the sink has everything below `next_seq` on disk, and has `beyond` too, on disk or in memory.

        sink: its incarnation; a new one may lack what workers have finished. It knew then that the worker
        `after_death_of` was dead: what it has not of that worker will never come.
        """
        self._next_seq = max(self._next_seq, next_seq)
        for seq in [seq for seq in self._held if seq < next_seq]:
            self._free_slot(self._held.pop(seq))
        new, self._sink, self._sink_has = sink != self._sink, sink, set(beyond)
        told = () if after_death_of is None else (after_death_of,)
        for worker in told:
            self.worker_down(worker)
        for held in self._held.values():
            if held.state is _State.WAITING and held.seq in self._sink_has:
                held.state, held.worker = _State.DONE, None
            elif held.state is _State.DONE and held.worker not in self._load and (new or held.worker in told):
                self._lose(held)

    def abandon(self) -> int | None:
        """Wait no longer for frames that have no reading yet. Live, they are dropped.

        In replay everything from the first of them on is left for another run: returns its seq, None if all are done.
        """
        unfinished = [held for held in self._held.values() if held.state is not _State.DONE]
        if self._policy == "complete":
            return min((held.seq for held in unfinished), default=None)
        for held in unfinished:
            self._drop(held, "restart")
        return None

    def forgive(self, seconds: float) -> None:
        """Take so long off every worker's time: the machine or the whole program was suspended."""
        for load in self._load.values():
            load.since += seconds

    def decide(self, now_s: float) -> Iterator[Decision[Ticket]]:
        """Yield what to do now. To be consumed whole, after every event."""
        if self._policy == "fresh":
            self._keep_newest()
        if self._sink is None:
            return
        losses, self._losses = self._losses, []
        yield from losses
        for held in sorted(self._waiting(), key=lambda held: held.seq):
            if held.spoiled or held.deaths >= self._deaths_allowed:
                held.state, held.worker = _State.DONE, None
                if self._policy == "fresh":
                    self._free_slot(held)
                yield GaveUp(held.seq, held.ticket, held.deaths)
            elif (worker := self._idlest(held)) is not None:
                yield self._dispatch(held, worker, now_s)

    def overdue(self, now_s: float, deadline_s: float) -> list[tuple[Worker, int]]:
        """Workers that have been at one frame for longer than the deadline, with that frame's seq."""
        return [
            (worker, load.in_flight[0][0])
            for worker, load in self._load.items()
            if load.in_flight and now_s - load.since > deadline_s
        ]

    def patience_s(self, now_s: float, deadline_s: float) -> float:
        """Return how long until the next worker is overdue; the deadline if all are idle."""
        busy_since = [load.since for load in self._load.values() if load.in_flight]
        return min(busy_since) + deadline_s - now_s if busy_since else deadline_s

    def _waiting(self) -> list[_Held[Ticket]]:
        return [held for held in self._held.values() if held.state is _State.WAITING]

    def _idlest(self, held: _Held[Ticket]) -> Worker | None:
        """Return who takes it. In replay all wait for a frame that was lost, so it may go beyond a worker's credit."""
        again = self._policy == "complete" and held.attempt > 0
        credit = 2 * self._credit if again else self._credit
        open_to_work = [worker for worker, load in self._load.items() if len(load.in_flight) < credit]
        return min(
            open_to_work, key=lambda worker: (len(self._load[worker].in_flight), self._load[worker].since), default=None
        )

    def _dispatch(self, held: _Held[Ticket], worker: Worker, now_s: float) -> Dispatch[Ticket]:
        load = self._load[worker]
        if not load.in_flight:
            load.since = now_s
        held.state, held.worker, held.attempt = _State.SENT, worker, held.attempt + 1
        load.in_flight.append((held.seq, held.attempt))
        return Dispatch(held.seq, held.ticket, worker, held.attempt)

    def _keep_newest(self) -> None:
        """Newest wins: of the waiting frames that no worker can take now, only the last is kept."""
        waiting = sorted(self._waiting(), key=lambda held: held.seq)
        room = self.idle_hands if self._sink is not None else 0
        for held in waiting[: max(0, len(waiting) - max(room, 1))]:
            self._drop(held, "overload")

    def _lose(self, held: _Held[Ticket]) -> None:
        """Give up its reading: the frame waits again while its pixels are there, else it is counted as dropped."""
        if held.seq in self._sink_has:
            held.state, held.worker = _State.DONE, None
        elif held.has_slot:
            held.state, held.worker = _State.WAITING, None
        else:
            self._drop(held, held.cause)

    def _drop(self, held: _Held[Ticket], cause: Cause) -> None:
        self._free_slot(held)
        held.state, held.worker, held.cause = _State.DONE, None, cause
        self._losses.append(Dropped(held.seq, cause))

    def _free_slot(self, held: _Held[Ticket]) -> None:
        if held.has_slot:
            held.has_slot = False
            self._free.append(held.slot)
