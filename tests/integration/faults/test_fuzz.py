"""The fuzzers: damaged messages and files are refused in words, and cost no memory. A few every day, most at night."""

from pathlib import Path

import pytest

from tests.fuzz import media, wire

MOST_GROWTH_MB = 256


@pytest.mark.parametrize(
    "count",
    [
        5_000,
        pytest.param(100_000, marks=pytest.mark.slow),
        pytest.param(1_000_000, marks=[pytest.mark.nightly, pytest.mark.timeout(600)]),
    ],
)
def test_mutated_messages_are_whole_or_refused_and_grow_no_memory(count: int) -> None:
    tally = wire.fuzz(count, seed=count)
    assert tally.refused > 0.8 * count
    assert tally.accepted + tally.refused == count
    assert tally.grown_mb <= MOST_GROWTH_MB


@pytest.mark.parametrize(
    "count",
    [
        64,
        pytest.param(640, marks=pytest.mark.slow),
        pytest.param(4000, marks=[pytest.mark.nightly, pytest.mark.timeout(1800)]),
    ],
)
def test_mutated_files_are_read_or_refused_and_crash_nothing_outside_the_decoder(tmp_path: Path, count: int) -> None:
    tallies = media.fuzz(count, count, tmp_path)
    assert [line for tally in tallies.values() for line in tally.wrong] == []
    assert sum(tally.files.total() for tally in tallies.values()) == count
    assert sum(tally.files["refused"] for tally in tallies.values()) > count / 10
    assert max(tally.grown_mb for tally in tallies.values()) <= MOST_GROWTH_MB
