"""What frame ids say of frames that did not arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.sources.industrial.frame_ids import FrameIds, missing_between


@given(st.integers(1, 2**40), st.integers(0, 20000))
def test_ids_that_are_skipped_are_frames_that_were_lost(first: int, skipped: int) -> None:
    assert missing_between(first, first + skipped + 1) == skipped


@given(st.integers(60000, 65535), st.integers(0, 20000))
def test_a_count_of_16_bits_goes_from_65535_to_1(first: int, skipped: int) -> None:
    now = first + skipped + 1
    wrapped = now if now <= 65535 else now - 65535
    assert missing_between(first, wrapped) == skipped


@pytest.mark.parametrize(("before", "now"), [(1000, 1), (2**40, 1), (40000, 39999), (5, 5)])
def test_a_device_that_counts_anew_lost_nothing_that_is_known(before: int, now: int) -> None:
    assert missing_between(before, now) == 0


def test_a_broken_frame_without_an_id_is_not_counted_as_lost_too() -> None:
    ids = FrameIds()
    assert [ids.lost_before(one) for one in (7, 8, None, 10, None, 14, 15)] == [0, 0, 0, 0, 0, 2, 0]


def test_a_device_without_ids_loses_nothing_that_is_known() -> None:
    ids = FrameIds()
    assert [ids.lost_before(None) for _ in range(3)] == [0, 0, 0]
