"""Whatever dies and comes back, and in any order: no slot is held twice, and no frame is forgotten."""

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from capture.ledger import Decision, Dispatch, Dropped, GaveUp, Ledger, Worker

SLOTS = 6
WORKERS = 3


@dataclass
class FakeSink:
    """What a sink knows: seqs on disk survive its death, seqs in its hands do not."""

    incarnation: int = 0
    alive: bool = True
    disk: dict[int, str] = field(default_factory=dict)
    held: dict[int, str] = field(default_factory=dict)

    def take(self, seq: int, what: str) -> None:
        self.held.setdefault(seq, what)

    def write(self) -> int:
        """Put what is in order on the disk; the rest stays in hand."""
        while (seq := self.next_seq) in self.held:
            self.disk[seq] = self.held[seq]
        self.held = {seq: what for seq, what in self.held.items() if seq not in self.disk}
        return self.next_seq

    @property
    def next_seq(self) -> int:
        return next(seq for seq in range(len(self.disk) + 1) if seq not in self.disk)


class Books(RuleBasedStateMachine):
    """A pipeline around the ledger, in which everything dies and comes back at any moment.

    Messages of one sender keep their order; credits and deaths come from two senders and may overtake each other.
    """

    policy = "complete"
    credit = 2
    deaths_allowed = 3

    def __init__(self) -> None:
        super().__init__()
        self.ledger: Ledger[str] = Ledger(
            slots=SLOTS,
            credit=self.credit,
            policy="complete" if self.policy == "complete" else "fresh",
            deaths_allowed=self.deaths_allowed,
        )
        self.sink = FakeSink()
        self.now_s = 0.0
        self.seq = 0
        self.grabbing: set[int] = set()
        self.at: dict[Worker, list[tuple[int, int]]] = {}  # what each living worker was sent
        self.kept: dict[Worker, dict[int, str]] = {}  # what each living worker has read and not heard to be on disk
        self.credits: list[tuple[Worker, int, int]] = []  # on their way to capture
        self.outgoing: list[tuple[Worker, int, int]] = []  # readings that die with their worker or with that sink
        self.deaths: list[Worker] = []  # that the sink has heard of, and not yet reported to capture
        self.incarnations = dict.fromkeys(range(WORKERS), 0)
        self.decisions: list[Decision[str]] = []
        self.attempts: dict[int, int] = {}

    # what the world does

    @rule()
    def grab(self) -> None:
        slot = self.ledger.take_slot()
        if slot is not None:
            assert slot not in self.grabbing, "a slot is given once"
            self.grabbing.add(slot)

    @precondition(lambda self: self.grabbing)
    @rule(data=st.data())
    def a_grab_came_to_nothing(self, data: st.DataObject) -> None:
        slot = data.draw(st.sampled_from(sorted(self.grabbing)))
        self.grabbing.remove(slot)
        self.ledger.return_slot(slot)

    @precondition(lambda self: self.grabbing)
    @rule(data=st.data())
    def capture(self, data: st.DataObject) -> None:
        slot = data.draw(st.sampled_from(sorted(self.grabbing)))
        self.grabbing.remove(slot)
        self.ledger.captured(self.seq, slot, f"frame {self.seq}")
        self.seq += 1
        self.decide()

    @rule(index=st.integers(0, WORKERS - 1))
    def worker_comes(self, index: int) -> None:
        if not any(worker.index == index for worker in self.at):
            worker = Worker(index, self.incarnations[index])
            self.at[worker], self.kept[worker] = [], {}
            self.ledger.worker_up(worker)
            self.decide()

    @precondition(lambda self: self.at)
    @rule(data=st.data())
    def worker_dies(self, data: st.DataObject) -> None:
        worker = data.draw(st.sampled_from(sorted(self.at, key=lambda worker: worker.index)))
        self.incarnations[worker.index] += 1
        del self.at[worker], self.kept[worker]
        self.outgoing = [item for item in self.outgoing if item[0] != worker]
        if self.sink.alive:
            self.deaths.append(worker)
        self.ledger.worker_down(worker)
        self.decide()

    @precondition(lambda self: any(self.at.values()))
    @rule(data=st.data())
    def worker_finishes(self, data: st.DataObject) -> None:
        """Give the reading to the sink, if there is one, and then its credit to capture; either may be slow."""
        worker = data.draw(st.sampled_from([w for w in sorted(self.at, key=lambda w: w.index) if self.at[w]]))
        self.finish(worker)

    def finish(self, worker: Worker) -> None:
        seq, attempt = self.at[worker].pop(0)
        self.kept[worker][seq] = "reading"
        if self.sink.alive:
            self.outgoing.append((worker, self.sink.incarnation, seq))
        self.credits.append((worker, seq, attempt))

    @precondition(lambda self: self.outgoing)
    @rule(data=st.data())
    def reading_arrives(self, data: st.DataObject) -> None:
        _, sink, seq = item = data.draw(st.sampled_from(self.outgoing))
        self.outgoing.remove(item)
        if self.sink.alive and sink == self.sink.incarnation:
            self.sink.take(seq, "reading")

    @precondition(lambda self: self.credits)
    @rule()
    def credit_arrives(self) -> None:
        worker, seq, attempt = self.credits.pop(0)
        self.ledger.done(worker, seq, attempt, self.now_s)
        self.decide()

    @precondition(lambda self: self.sink.alive)
    @rule()
    def sink_commits(self) -> None:
        next_seq = self.sink.write()
        self.ledger.committed(next_seq, self.sink.incarnation, self.sink.held)
        for kept in self.kept.values():
            for seq in [seq for seq in kept if seq < next_seq]:
                del kept[seq]
        self.decide()

    @precondition(lambda self: self.sink.alive and self.deaths)
    @rule()
    def sink_tells_what_came_of_a_dead_worker(self) -> None:
        worker = self.deaths.pop(0)
        self.ledger.committed(self.sink.next_seq, self.sink.incarnation, self.sink.held, worker)
        self.decide()

    @precondition(lambda self: self.sink.alive)
    @rule()
    def sink_dies(self) -> None:
        self.sink.alive, self.sink.held, self.deaths = False, {}, []
        self.ledger.sink_down()
        self.decide()

    @precondition(lambda self: not self.sink.alive)
    @rule()
    def sink_comes(self) -> None:
        self.sink.alive, self.sink.incarnation = True, self.sink.incarnation + 1
        for worker, kept in self.kept.items():
            self.outgoing.extend((worker, self.sink.incarnation, seq) for seq in kept)
        self.sink_commits()

    @rule(seconds=st.floats(0, 5))
    def time_passes(self, seconds: float) -> None:
        self.now_s += seconds
        for worker, seq in self.ledger.overdue(self.now_s, 10.0):
            assert worker in self.at, "only a living worker can be overdue"
            assert self.attempts[seq] >= 1

    # what capture does with decisions

    def decide(self) -> None:
        for decision in self.ledger.decide(self.now_s):
            self.decisions.append(decision)
            match decision:
                case Dispatch(seq, ticket, worker, attempt):
                    assert ticket == f"frame {seq}"
                    assert worker in self.at, "only the living are sent work"
                    assert attempt == self.attempts.get(seq, 0) + 1, "attempts count up by one"
                    self.attempts[seq] = attempt
                    self.at[worker].append((seq, attempt))
                case Dropped(seq, cause):
                    assert self.policy == "fresh", "nothing is dropped where completeness comes first"
                    if self.sink.alive:
                        self.sink.take(seq, cause)
                case GaveUp(seq, ticket, deaths):
                    assert ticket == f"frame {seq}"
                    assert deaths >= self.deaths_allowed
                    if self.sink.alive:
                        self.sink.take(seq, "failed")

    # what always holds

    @invariant()
    def no_credit_is_exceeded(self) -> None:
        for worker, sent in self.at.items():
            unpaid = [done for done in self.credits if done[0] == worker]
            again = any(attempt > 1 for _, attempt in sent) or any(attempt > 1 for _, _, attempt in unpaid)
            assert len(sent) + len(unpaid) <= self.credit * (2 if again and self.policy == "complete" else 1)

    @invariant()
    def every_slot_is_somewhere_and_only_once(self) -> None:
        held = {entry.slot for entry in self.ledger._held.values() if entry.has_slot}
        free = list(self.ledger._free)
        assert sorted([*held, *free, *self.grabbing]) == list(range(SLOTS))

    @invariant()
    def no_frame_is_forgotten(self) -> None:
        """Check that every frame is on disk or known to the ledger: no other would ever be accounted for."""
        assert set(range(self.seq)) <= set(self.sink.disk) | set(self.ledger._held)

    def teardown(self) -> None:
        """Let everyone live for a while: every captured frame must reach the disk."""
        if not self.sink.alive:
            self.sink_comes()
        for index in range(WORKERS):
            self.worker_comes(index)
        for _ in range(200):
            for _, sink, seq in self.outgoing:
                if sink == self.sink.incarnation:
                    self.sink.take(seq, "reading")
            self.outgoing = []
            while self.credits:
                self.credit_arrives()
            for worker in list(self.at):
                while self.at[worker]:
                    self.finish(worker)
            self.sink_commits()
            while self.deaths:
                self.sink_tells_what_came_of_a_dead_worker()
            if not self.ledger.outstanding and not self.credits and not any(self.at.values()):
                break
        assert set(self.sink.disk) == set(range(self.seq))
        assert self.ledger.outstanding == 0
        assert sorted([*self.ledger._free, *self.grabbing]) == list(range(SLOTS))
        assert self.ledger.idle_hands == WORKERS * self.credit


class CompleteBooks(Books):
    """Replay."""


class FreshBooks(Books):
    """Live: one frame in flight a worker."""

    policy = "fresh"
    credit = 1

    @rule()
    def nobody_waits_any_longer(self) -> None:
        assert self.ledger.abandon() is None
        self.decide()

    @invariant()
    def at_most_as_many_wait_as_can_be_taken_and_one(self) -> None:
        assert len(self.ledger._waiting()) <= max(1, self.ledger.idle_hands)


EXAMPLES = settings(max_examples=60, stateful_step_count=60, deadline=None)
TestCompleteBooks = CompleteBooks.TestCase
TestFreshBooks = FreshBooks.TestCase
CompleteBooks.TestCase.settings = EXAMPLES
FreshBooks.TestCase.settings = EXAMPLES
