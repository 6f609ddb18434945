"""Pictures to look back at: the newest, then one a second, never more than the limit."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.view.live.pictures import NEWEST, Pictures, ShownPicture


def picture(seq: int, t_capture_ns: int) -> ShownPicture:
    return ShownPicture(
        seq=seq,
        t_capture_ns=t_capture_ns,
        x_s=t_capture_ns / 1e9,
        arrived_ns=t_capture_ns,
        grade="good",
        jpeg=b"",
        regions=(),
        objects=(),
    )


def shown(count: int, limit: int, every_ms: int = 100) -> Pictures:
    pictures = Pictures(limit)
    for seq in range(count):
        pictures.add(picture(seq, seq * every_ms * 1_000_000))
    return pictures


def test_the_newest_are_all_there_and_older_ones_one_a_second() -> None:
    pictures = shown(600, 100)
    assert all(pictures.get(seq) for seq in range(600 - NEWEST, 600))
    older = [seq for seq in range(600 - NEWEST) if pictures.get(seq)]
    assert {after - before for before, after in pairwise(older)} == {10}
    near = pictures.nearest(30.4)
    assert near is not None
    assert abs(near.x_s - 30.4) <= 0.6


@given(st.integers(0, 60), st.integers(0, 500), st.integers(1, 3000))
def test_there_are_never_more_than_the_limit(limit: int, count: int, every_ms: int) -> None:
    pictures = shown(count, limit, every_ms)
    assert len(pictures) <= limit
    if limit and count:
        assert pictures.get(count - 1)
        assert pictures.nearest(0) is not None


def test_a_clock_that_was_set_back_does_not_stop_it() -> None:
    pictures = Pictures(200)
    for seq in range(200):
        pictures.add(picture(seq, 10**18 + seq * 100_000_000))
    for seq in range(200, 400):
        pictures.add(picture(seq, seq * 100_000_000))
    assert [seq for seq in range(200, 360) if pictures.get(seq)]


@pytest.mark.parametrize("seq", [3, -1])
def test_what_was_never_there_is_not_there(seq: int) -> None:
    assert shown(0, 10).get(seq) is None
    assert shown(0, 10).nearest(seq / 10) is None
