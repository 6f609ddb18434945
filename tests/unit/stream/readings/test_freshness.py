"""A value is shown as current only as long as it is, however long its message lay somewhere."""

import pytest
from msgspec.structs import replace

from stream.protocol.readings import Progress
from stream.readings.freshness import current_for_s, outdated

NOW_NS = 1_800_000_000_000_000_000
GOOD = Progress(
    session="s",
    source="x",
    mode="live",
    state="good",
    density_pct=4.0,
    quality="good",
    age_ms=200.0,
    t_published_ns=NOW_NS,
)


@pytest.mark.parametrize(
    ("standing", "later_s", "left_s"),
    [
        (GOOD, 0.0, 0.8),
        (GOOD, 0.3, 0.5),
        (GOOD, 15.0, -14.2),
        (replace(GOOD, density_pct=None, state="no camera", age_ms=60_000.0), 0.25, 0.75),
        (GOOD, -3.0, 0.8),
    ],
    ids=["told now", "lay in a queue", "after a night's sleep", "without a value", "clock set back"],
)
def test_age_and_time_on_the_way_count_together(standing: Progress, later_s: float, left_s: float) -> None:
    assert current_for_s(standing, 1.0, NOW_NS + round(later_s * 1e9)) == pytest.approx(left_s)


def test_what_is_outdated_shows_no_number_and_how_a_run_ended_stays_true() -> None:
    assert (outdated(GOOD).state, outdated(GOOD).density_pct) == ("stale", None)
    ended = replace(GOOD, state="ended", density_pct=None)
    assert outdated(ended) == ended
