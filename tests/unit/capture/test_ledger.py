"""Who holds which frame, case by case: credits, deaths, drops, and what the sink has on disk."""

from capture.ledger import Dispatch, Dropped, GaveUp, Ledger, Worker

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
    """Blame only what ends worker after worker: a frame that was analysed once was lost in another way."""
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
    ledger.worker_up(Worker(0, 1))  # before the news of the death
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
