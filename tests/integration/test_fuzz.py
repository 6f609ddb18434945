"""Short forms of the fuzzers: damaged messages and files are refused in words, and cost no memory."""

from pathlib import Path

import pytest

from tests.fuzz import media, wire


def test_mutated_messages_are_whole_or_refused() -> None:
    tally = wire.fuzz(5000, seed=1)
    assert tally.refused > 4000
    assert tally.accepted + tally.refused == 5000


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_million_mutated_messages_grow_no_memory() -> None:
    tally = wire.fuzz(1_000_000, seed=2)
    assert tally.accepted + tally.refused == 1_000_000
    assert tally.grown_mb <= 256


def test_mutated_files_are_read_or_refused_in_a_sentence(tmp_path: Path) -> None:
    tally = media.fuzz(60, 1, tmp_path)
    assert tally.wrong == []
    assert tally.outcomes["refused"] > 10
    assert tally.outcomes.total() == 60


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_thousand_mutated_files_crash_nothing_outside_the_decoder(tmp_path: Path) -> None:
    tally = media.fuzz(2000, 2, tmp_path)
    assert tally.wrong == []
    assert tally.outcomes.total() == 2000
    assert tally.grown_mb <= 256
