"""What a bench runs, and in which order."""

import pytest

from stream.engines.bench.plan import Case, cases, counts, interleaved, listed, rates
from stream.errors import UsageError


def test_every_combination_is_run_and_serial_once() -> None:
    found = cases(["serial", "stream"], ["default"], [1, 2])
    assert found == [Case("serial", "default", 1), Case("stream", "default", 1), Case("stream", "default", 2)]


def test_rounds_go_to_and_fro() -> None:
    one, two = cases(["serial", "router"], ["default"], [1])
    assert [case for _, case in interleaved([one, two], 3)] == [one, two, two, one, one, two]


def test_names_fit_a_folder() -> None:
    assert Case("ray", "my.module:make", 2).name == "ray-my.module.make-2"


def test_names_are_taken_once_and_strange_ones_told() -> None:
    assert listed("a, b,a", ("a", "b"), "engines") == ["a", "b"]
    with pytest.raises(UsageError, match="--engines takes a, b, separated by commas; not 'c'"):
        listed("a,c", ("a", "b"), "engines")


def test_numbers_of_workers() -> None:
    assert counts("2,1,2") == [1, 2]
    for wrong in ("", "0,1", "two", "65"):
        with pytest.raises(UsageError, match="--workers takes numbers from 1 to 64"):
            counts(wrong)


def test_frames_a_second() -> None:
    assert rates("60, 25") == [60, 25]
    for wrong in ("", "0", "fast", "241"):
        with pytest.raises(UsageError, match="--fps takes numbers from 1 to 240"):
            rates(wrong)
