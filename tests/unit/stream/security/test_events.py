"""Whatever is thrown at a process, what it notes is counted in full, and stays short."""

from hypothesis import given
from hypothesis import strategies as st

from stream.protocol.processes import SecurityEvent
from stream.security.events import SecurityEvents


def test_what_repeats_is_told_once_with_how_often() -> None:
    events = SecurityEvents()
    for _ in range(1000):
        events.add("refused", "page", "10.0.0.7", "no token")
    assert events.take(0.0) == [
        SecurityEvent(what="refused", where="page", who="10.0.0.7", detail="no token", count=1000)
    ]
    assert events.take(0.0) == []
    assert events.refused == 1000


def test_it_is_told_once_a_second_and_then_once_a_minute() -> None:
    events, lines, now_s = SecurityEvents(), 0, 0.0
    for number in range(100_000):
        events.add("refused", "page", f"10.0.{number // 256}.{number % 256}", "no token")
        if number % 10 == 0:
            now_s += 0.1
            lines += len(events.take(now_s))
    assert events.refused == 100_000
    assert lines < 1000


@given(st.lists(st.tuples(st.sampled_from(["connected", "refused", "changed"]), st.text(), st.integers(1, 9))))
def test_every_single_one_is_counted(given_: list[tuple[str, str, int]]) -> None:
    events = SecurityEvents()
    for what, who, count in given_:
        events.add(what, "page", who * 100, who * 300, count)  # type: ignore[arg-type]
    told = events.take(0.0)
    assert sum(one.count for one in told) == sum(count for *_, count in given_)
    assert events.refused == sum(count for what, _, count in given_ if what == "refused")
