"""Who holds which frame: whatever dies and comes back, no slot is held twice and no frame is forgotten."""

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
        self.deaths: list[Worker] = []  # that the sink has heard of and not told
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

A, B = Worker(0, 0), Worker(1, 0)


def replay_ledger(*workers: Worker, credit: int = 2, deaths_allowed: int = 3) -> Ledger[str]:
    ledger: Ledger[str] = Ledger(slots=8, credit=credit, policy="complete", deaths_allowed=deaths_allowed)
    ledger.committed(0, 0)
    for worker in workers:
        ledger.worker_up(worker)
    return ledger


def live_ledger(*workers: Worker) -> Ledger[str]:
    ledger: Ledger[str] = Ledger(slots=8, credit=1, policy="fresh")
    ledger.committed(0, 0)
    for worker in workers:
        ledger.worker_up(worker)
    return ledger


def capture(ledger: Ledger[str], *seqs: int) -> None:
    for seq in seqs:
        slot = ledger.take_slot()
        assert slot is not None
        ledger.captured(seq, slot, f"frame {seq}")


def sent(ledger: Ledger[str], now_s: float = 0.0) -> list[tuple[int, Worker]]:
    return [(d.seq, d.worker) for d in ledger.decide(now_s) if isinstance(d, Dispatch)]


def test_nothing_is_sent_before_the_sink_said_what_it_has() -> None:
    ledger: Ledger[str] = Ledger(slots=8, credit=2, policy="complete")
    ledger.worker_up(A)
    capture(ledger, 0)
    assert sent(ledger) == []
    ledger.committed(0, 0)
    assert sent(ledger) == [(0, A)]


def test_work_is_spread_over_the_idle_before_anyone_gets_a_second_frame() -> None:
    ledger = replay_ledger(A, B)
    capture(ledger, 0, 1, 2, 3, 4)
    assert {worker for _, worker in sent(ledger)[:2]} == {A, B}
    assert ledger.idle_hands == 0


def test_the_oldest_frame_goes_first_again_after_a_death() -> None:
    ledger = replay_ledger(A, B, credit=1)
    capture(ledger, 0, 1, 2)
    first = dict(sent(ledger))
    ledger.worker_down(first[0])
    ledger.done(first[1], 1, 1, 1.0)
    assert sent(ledger) == [(0, first[1])]


def test_what_a_worker_had_finished_when_it_died_is_done_again_only_if_the_sink_has_it_not() -> None:
    ledger = replay_ledger(A, B)
    capture(ledger, 0, 1, 2, 3)
    assert sent(ledger) == [(0, A), (1, B), (2, A), (3, B)]
    ledger.done(A, 0, 1, 1.0)
    ledger.done(A, 2, 1, 1.0)
    ledger.worker_down(A)
    ledger.worker_up(Worker(0, 1))
    assert sent(ledger) == [], "what it sent may have arrived"
    ledger.committed(0, 0, [2])
    assert sent(ledger) == [], "the sink did not know of the death when it said that"
    ledger.committed(0, 0, [2], after_death_of=A)
    assert sent(ledger) == [(0, Worker(0, 1))]


def test_what_the_sink_tells_of_a_death_may_come_before_the_news_itself() -> None:
    ledger = replay_ledger(A, B)
    capture(ledger, 0, 1)
    sent(ledger)
    ledger.committed(0, 0, [0], after_death_of=A)
    ledger.worker_down(A)
    ledger.done(B, 1, 1, 1.0)
    assert sent(ledger) == []
    assert ledger.idle_hands == 2


def test_a_new_sink_gets_from_living_workers_what_the_old_one_had_not_on_disk() -> None:
    ledger = replay_ledger(A, B)
    capture(ledger, 0, 1)
    sent(ledger)
    ledger.done(A, 0, 1, 1.0)
    ledger.done(B, 1, 1, 1.0)
    ledger.committed(0, 0, [0, 1])
    ledger.sink_down()
    ledger.worker_down(B)
    assert sent(ledger) == [], "its reading may be on disk"
    ledger.committed(0, 1)
    assert sent(ledger) == [(1, A)]


def test_work_goes_on_while_there_is_no_sink() -> None:
    ledger = replay_ledger(A)
    ledger.sink_down()
    capture(ledger, 0)
    assert sent(ledger) == [(0, A)]


def test_a_new_capture_does_not_have_computed_again_what_the_sink_has() -> None:
    ledger: Ledger[str] = Ledger(slots=8, credit=2, policy="complete")
    ledger.worker_up(A)
    ledger.committed(1, 0, [2])
    capture(ledger, 1, 2, 3)
    assert sent(ledger) == [(1, A), (3, A)]
    ledger.committed(2, 0, [2, 4])
    capture(ledger, 4)
    ledger.done(A, 1, 1, 1.0)
    assert sent(ledger) == []
    ledger.committed(5, 0)
    assert ledger.outstanding == 0
    capture(ledger, 4)
    assert ledger.outstanding == 0, "it is on disk, said the last report"


def test_a_spoiled_frame_is_given_up_without_a_death() -> None:
    ledger = replay_ledger(A)
    slot = ledger.take_slot()
    assert slot is not None
    ledger.captured(0, slot, "frame 0", spoiled=True)
    assert list(ledger.decide(0.0)) == [GaveUp(0, "frame 0", 0)]


def test_deaths_count_in_a_row() -> None:
    """A frame that was computed once is not what kills: it was lost with a sink, or with a worker's last words."""
    ledger = replay_ledger(A, deaths_allowed=2)
    capture(ledger, 0)
    for incarnation in range(4):
        worker = Worker(0, incarnation)
        ledger.worker_up(worker)
        assert sent(ledger) == [(0, worker)]
        if incarnation % 2:
            ledger.done(worker, 0, incarnation + 1, 1.0)
        ledger.worker_down(worker)
        ledger.committed(0, 0, after_death_of=worker)


def test_a_suspended_program_makes_nobody_overdue() -> None:
    ledger = replay_ledger(A)
    capture(ledger, 0)
    sent(ledger, 100.0)
    assert ledger.patience_s(104.0, 10.0) == 6.0
    ledger.forgive(60.0)
    assert ledger.overdue(165.0, 10.0) == []
    assert ledger.overdue(171.0, 10.0) == [(A, 0)]


def test_a_frame_that_ends_worker_after_worker_is_given_up_and_its_neighbour_is_not_blamed() -> None:
    ledger = replay_ledger(deaths_allowed=3)
    capture(ledger, 0, 1)
    for incarnation in range(3):
        worker = Worker(0, incarnation)
        ledger.worker_up(worker)
        assert sent(ledger) == [(0, worker), (1, worker)]
        ledger.worker_down(worker)
    assert [d for d in ledger.decide(0.0) if isinstance(d, GaveUp)] == [GaveUp(0, "frame 0", 3)]
    survivor = Worker(0, 3)
    ledger.worker_up(survivor)
    assert sent(ledger) == [(1, survivor)]
    ledger.done(survivor, 1, 4, 1.0)
    ledger.committed(2, 0)
    assert ledger.outstanding == 0


def test_the_frame_behind_the_one_at_work_is_at_work_once_that_is_done() -> None:
    ledger = replay_ledger(A, deaths_allowed=1)
    capture(ledger, 0, 1)
    sent(ledger)
    ledger.done(A, 0, 1, 1.0)
    ledger.worker_down(A)
    assert [d.seq for d in ledger.decide(1.0)] == [1]


def test_a_frame_that_was_given_up_is_given_up_again_to_a_new_sink() -> None:
    ledger = replay_ledger(A, deaths_allowed=1)
    capture(ledger, 0)
    sent(ledger)
    ledger.worker_down(A)
    assert [type(d) for d in ledger.decide(0.0)] == [GaveUp]
    ledger.sink_down()
    ledger.committed(0, 1)
    assert [type(d) for d in ledger.decide(0.0)] == [GaveUp]


def test_live_the_newest_frame_wins_and_the_others_are_counted() -> None:
    ledger = live_ledger(A)
    capture(ledger, 0)
    assert sent(ledger) == [(0, A)]
    capture(ledger, 1, 2, 3)
    assert list(ledger.decide(0.0)) == [Dropped(1, "overload"), Dropped(2, "overload")]
    ledger.done(A, 0, 1, 1.0)
    assert sent(ledger) == [(3, A)]


def test_live_nothing_is_dropped_that_an_idle_worker_can_take() -> None:
    ledger = live_ledger(A, B)
    capture(ledger, 0, 1)
    decisions = list(ledger.decide(0.0))
    assert [type(d) for d in decisions] == [Dispatch, Dispatch]


def test_live_a_slot_is_free_again_with_the_credit() -> None:
    ledger = live_ledger(A)
    for seq in range(20):
        capture(ledger, seq)
        assert sent(ledger) == [(seq, A)]
        ledger.done(A, seq, 1, float(seq))


def test_live_a_reading_that_died_with_its_worker_is_counted_as_lost() -> None:
    ledger = live_ledger(A)
    capture(ledger, 0)
    sent(ledger)
    ledger.done(A, 0, 1, 1.0)
    ledger.worker_down(A)
    assert list(ledger.decide(1.0)) == []
    ledger.committed(0, 0, after_death_of=A)
    assert list(ledger.decide(1.0)) == [Dropped(0, "restart")]
    ledger.committed(0, 1)
    assert list(ledger.decide(1.0)) == [Dropped(0, "restart")], "the first sink may have died before it wrote that down"


def test_live_what_somebody_is_still_at_is_dropped_once_nobody_waits_any_longer() -> None:
    ledger = live_ledger(A)
    capture(ledger, 0)
    assert sent(ledger) == [(0, A)]
    capture(ledger, 1)
    assert sent(ledger) == []
    assert ledger.abandon() is None
    assert list(ledger.decide(0.0)) == [Dropped(0, "restart"), Dropped(1, "restart")]
    ledger.done(A, 0, 1, 1.0)
    ledger.committed(2, 0)
    assert ledger.outstanding == 0


def test_a_replay_may_end_before_the_first_frame_that_somebody_is_still_at() -> None:
    ledger = replay_ledger(A, B)
    capture(ledger, 0, 1, 2)
    sent(ledger)
    ledger.done(A, 0, 1, 1.0)
    ledger.done(A, 2, 1, 1.0)
    assert ledger.abandon() == 1
    ledger.done(B, 1, 1, 2.0)
    assert ledger.abandon() is None


def test_a_worker_is_overdue_by_the_time_at_one_frame_not_by_the_queue() -> None:
    ledger = replay_ledger(A)
    capture(ledger, 0, 1)
    sent(ledger, 100.0)
    assert ledger.overdue(109.0, 10.0) == []
    ledger.done(A, 0, 1, 109.0)
    assert ledger.overdue(118.0, 10.0) == []
    assert ledger.overdue(120.0, 10.0) == [(A, 1)]


def test_an_idle_worker_is_never_overdue() -> None:
    ledger = replay_ledger(A)
    assert ledger.overdue(1e9, 10.0) == []
    capture(ledger, 0)
    sent(ledger, 1e9)
    assert ledger.overdue(1e9 + 9, 10.0) == []


def test_a_credit_of_a_dead_worker_or_an_older_attempt_changes_nothing() -> None:
    ledger = replay_ledger(A)
    capture(ledger, 0)
    sent(ledger)
    ledger.worker_up(Worker(0, 1))  # the death was not even told
    assert sent(ledger) == [(0, Worker(0, 1))]
    ledger.done(A, 0, 1, 1.0)
    ledger.done(Worker(0, 1), 0, 1, 1.0)
    assert ledger.idle_hands == 1, "still at work on the second attempt"
    ledger.done(Worker(0, 1), 0, 2, 1.0)
    assert ledger.idle_hands == 2


def test_events_about_unknown_frames_and_workers_are_ignored() -> None:
    ledger = replay_ledger(A)
    ledger.done(B, 7, 1, 0.0)
    ledger.done(A, 7, 1, 0.0)
    ledger.worker_down(B)
    ledger.committed(0, 0)
    assert ledger.idle_hands == 2
    assert ledger.outstanding == 0
