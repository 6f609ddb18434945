"""A hundred subscribers at 60 readings per second delay no reading and no analysis by more than a little."""

import pytest

from tests.benchmarks.subscriber_cost import SILENT, measured

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(600)]


def test_a_hundred_subscribers_add_little_delay_and_cost_the_analysis_nothing() -> None:
    found = {(line["subscribers"], line["silent"]): line for line in measured([0, 1, 100], seconds=10, rounds=3)}
    none, one, crowd, with_silent = found[0, 0], found[1, 0], found[100, 0], found[100, SILENT]
    assert crowd["delay_ms"]["p99"] - one["delay_ms"]["p99"] <= 5, found
    assert with_silent["delay_ms"]["p99"] - crowd["delay_ms"]["p99"] <= 2, found
    for crowded in (crowd, with_silent):
        assert crowded["missed"] == 0, found
        assert crowded["readings_per_s"] >= 0.97 * none["readings_per_s"], found
        assert crowded["latency_ms"]["p50"] <= 1.5 * none["latency_ms"]["p50"], found
