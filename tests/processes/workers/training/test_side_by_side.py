"""Calls in processes of their own: every result, what they raise, and an end without anything left behind."""

import contextlib
import multiprocessing
import os
import signal

import pytest

from stream.errors import StreamError, UsageError
from workers.training.side_by_side import ONE_THREAD, side_by_side


def process_of(number: int) -> tuple[int, int, list[str | None]]:
    return number, os.getpid(), [os.environ.get(name) for name in ONE_THREAD]


def refused(number: int) -> int:
    if number == 1:
        raise UsageError("one is not taken")
    return number


def killed(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_task_is_done_on_one_thread_in_another_process(jobs: int) -> None:
    results = dict(side_by_side(process_of, [(number,) for number in range(5)], jobs))
    assert {number: result[0] for number, result in results.items()} == {number: number for number in range(5)}
    processes = {result[1] for result in results.values()}
    assert os.getpid() not in processes
    assert len(processes) <= jobs
    assert all(result[2] == ["1"] * len(ONE_THREAD) for result in results.values())
    assert not multiprocessing.active_children()


def test_no_task_starts_no_process() -> None:
    assert list(side_by_side(process_of, [], 2)) == []


def test_what_a_call_raises_is_raised_here() -> None:
    with pytest.raises(UsageError, match="one is not taken") as raised:
        list(side_by_side(refused, [(0,), (1,), (2,)], 1))
    assert "in refused" in raised.value.__notes__[0]
    assert not multiprocessing.active_children()


def test_a_killed_process_is_a_sentence() -> None:
    with pytest.raises(StreamError, match="killed for memory"):
        list(side_by_side(killed, [(0,)], 1))


def test_processes_end_if_not_every_result_is_taken() -> None:
    with contextlib.closing(side_by_side(process_of, [(number,) for number in range(9)], 2)) as results:
        next(results)
        assert multiprocessing.active_children()
    assert not multiprocessing.active_children()
