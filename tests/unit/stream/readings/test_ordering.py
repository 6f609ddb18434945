"""Readings come out in order, each once, whatever order they arrive in."""

from hypothesis import given
from hypothesis import strategies as st

from stream.readings.ordering import Arrival, ReorderTimeout, Sequencer


@st.composite
def arrivals(draw: st.DrawFn) -> list[int]:
    """All seqs below some number, in any order, some more than once."""
    count = draw(st.integers(0, 30))
    once = draw(st.permutations(range(count)))
    again = draw(st.lists(st.sampled_from(once), max_size=20)) if once else []
    return draw(st.permutations([*once, *again]))


def released(sequencer: Sequencer[str], now_s: float = 0.0) -> list[int]:
    pairs = list(sequencer.release(now_s))
    assert all(item == f"item {seq}" for seq, item in pairs)
    return [seq for seq, _ in pairs]


@given(arrivals())
def test_any_order_with_duplicates_comes_out_in_order_each_once(seqs: list[int]) -> None:
    sequencer: Sequencer[str] = Sequencer()
    out, seen = [], set()
    for seq in seqs:
        arrival = sequencer.offer(seq, f"item {seq}", 0.0)
        assert (arrival is Arrival.DUPLICATE) == (seq in seen)
        seen.add(seq)
        out += released(sequencer)
        prefix = next(n for n in range(len(seqs) + 2) if n not in seen)
        assert sequencer.accounted == prefix == len(out)
    assert out == sorted(set(seqs))
    assert not sequencer.waiting


@given(arrivals(), st.sets(st.integers(0, 29)))
def test_seqs_without_an_item_are_stepped_over_and_accounted_for(seqs: list[int], empty: set[int]) -> None:
    sequencer: Sequencer[str] = Sequencer()
    out = []
    for seq in seqs:
        sequencer.offer(seq, None if seq in empty else f"item {seq}", 0.0)
        out += released(sequencer)
    assert out == sorted(set(seqs) - empty)
    assert sequencer.accounted == len(set(seqs))


def test_without_a_wait_a_missing_one_is_waited_for_without_end() -> None:
    sequencer: Sequencer[str] = Sequencer(wait_s=None)
    sequencer.offer(1, "item 1", 0.0)
    assert released(sequencer, 1e9) == []
    assert sequencer.accounted == 0
    sequencer.offer(0, "item 0", 1e9)
    assert released(sequencer, 1e9) == [0, 1]


def test_with_a_wait_a_missing_one_is_passed_over_and_late_when_it_comes() -> None:
    sequencer: Sequencer[str] = Sequencer(wait_s=0.1)
    sequencer.offer(1, "item 1", 10.0)
    assert released(sequencer, 10.05) == []
    assert released(sequencer, 10.2) == [1]
    assert sequencer.accounted == 0, "the missing one is not accounted for"
    assert sequencer.offer(0, "item 0", 10.3) is Arrival.LATE
    assert released(sequencer, 10.3) == [], "a trend never goes backwards"
    assert sequencer.accounted == 2
    assert sequencer.offer(0, "item 0", 10.4) is Arrival.DUPLICATE


def test_with_a_wait_a_missing_one_that_is_known_to_have_no_item_is_accounted_for_late() -> None:
    sequencer: Sequencer[str] = Sequencer(wait_s=0.0)
    sequencer.offer(2, "item 2", 0.0)
    assert released(sequencer, 0.0) == [2]
    assert sequencer.offer(0, None, 1.0) is Arrival.LATE
    assert sequencer.accounted == 1
    assert sequencer.offer(1, None, 1.0) is Arrival.LATE
    assert sequencer.accounted == 3


def test_what_is_newer_than_all_that_was_released_is_never_late() -> None:
    """However many frames were dropped while a worker was at it."""
    sequencer: Sequencer[str] = Sequencer(wait_s=0.1)
    for seq in range(1, 30):
        sequencer.offer(seq, None, seq / 30)
        assert released(sequencer, seq / 30) == []
    assert not sequencer.waiting
    assert sequencer.offer(0, "item 0", 1.0) is Arrival.HELD
    assert released(sequencer, 1.0) == [0]
    assert sequencer.accounted == 30


@given(arrivals(), st.floats(0, 1), st.data())
def test_with_a_wait_order_is_kept_and_books_balance(seqs: list[int], wait_s: float, data: st.DataObject) -> None:
    sequencer: Sequencer[str] = Sequencer(wait_s)
    now_s = 0.0
    out: list[int] = []
    late: set[int] = set()
    dropped: set[int] = set()
    seen: set[int] = set()
    for seq in seqs:
        now_s += data.draw(st.floats(0, 0.5))
        item = None if data.draw(st.booleans()) else f"item {seq}"
        arrival = sequencer.offer(seq, item, now_s)
        assert (arrival is Arrival.DUPLICATE) == (seq in seen)
        if arrival is Arrival.LATE:
            assert seq < max(out)
            late.add(seq)
        if arrival is Arrival.HELD and item is None:
            dropped.add(seq)
        seen.add(seq)
        out += released(sequencer, now_s)
        prefix = next(n for n in range(len(seqs) + 2) if n not in seen)
        assert sequencer.accounted <= prefix, "nothing is acknowledged that did not come"
    out += released(sequencer, now_s + wait_s + 1)
    assert out == sorted(set(out))
    assert set(out) | late | dropped == set(seqs)
    assert not set(out) & late
    assert sequencer.accounted == len(set(seqs))


@given(st.sets(st.integers(0, 20)), arrivals(), st.sampled_from([None, 0.0]))
def test_a_restarted_sink_goes_on_where_the_disk_ends(known: set[int], seqs: list[int], wait_s: float | None) -> None:
    next_seq = max(known, default=-1) + 1 if wait_s is not None else next(n for n in range(30) if n not in known)
    sequencer: Sequencer[str] = Sequencer(wait_s, known, next_seq)
    assert sequencer.accounted == next(n for n in range(30) if n not in known)
    out, late = [], set()
    for seq in seqs:
        arrival = sequencer.offer(seq, f"item {seq}", 0.0)
        if arrival is Arrival.LATE:
            late.add(seq)
        if seq in known:
            assert arrival is Arrival.DUPLICATE
        out += released(sequencer, 0.0)
    assert out == sorted(set(out))
    assert all(seq >= next_seq for seq in out)
    assert not (set(out) | late) & known, "what is on disk is not written again"
    everything = known | set(seqs)
    assert sequencer.accounted == next(n for n in range(60) if n not in everything)


def test_drops_known_from_disk_above_the_newest_reading_do_not_hold_up_the_next() -> None:
    sequencer: Sequencer[str] = Sequencer(0.1, known={0, 1, 4}, next_seq=2)
    sequencer.offer(5, "item 5", 100.0)
    assert released(sequencer, 100.05) == []
    assert released(sequencer, 100.2) == [5]
    assert sequencer.accounted == 2


def test_timeout_follows_what_frames_take() -> None:
    timeout = ReorderTimeout(0.1, 1.0)
    assert timeout.wait_s == 0.1
    for _ in range(5):
        timeout.took(0.02)
    assert timeout.wait_s == 0.1, "never less than was asked for"
    for _ in range(20):
        timeout.took(0.3)
    assert timeout.wait_s == 0.6, "a slow machine is not a reason to call readings late"
    for _ in range(20):
        timeout.took(5.0)
    assert timeout.wait_s == 1.0, "what is stale anyway is not waited for"


def test_what_lies_below_a_known_prefix_is_accounted_for() -> None:
    sequencer: Sequencer[str] = Sequencer(None, known={12}, next_seq=10, first=10)
    assert sequencer.accounted == 10
    assert sequencer.offer(3, "item 3", 0.0) is Arrival.DUPLICATE
    sequencer.offer(10, "item 10", 0.0)
    sequencer.offer(11, "item 11", 0.0)
    assert released(sequencer) == [10, 11]
    assert sequencer.accounted == 13
