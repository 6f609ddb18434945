"""No number is shown as current at the terminal for which the sink no longer vouches."""

from typing import Any

from stream.protocol.readings import RunStatus
from stream.run.shown_status import ShownStatus

SECOND_NS = 1_000_000_000
MS_NS = 1_000_000
PUBLISHED_NS = 7 * SECOND_NS


def status(**fields: Any) -> RunStatus:
    given: dict[str, Any] = {
        "session": "s",
        "source": "s",
        "mode": "live",
        "state": "good",
        "published": 1,
        "density_pct": 5.0,
    }
    return RunStatus(**given | {"age_ms": 100.0, "t_published_ns": PUBLISHED_NS} | fields)


def test_a_status_is_shown_and_grows_old() -> None:
    seen: list[RunStatus] = []
    shown = ShownStatus(seen.append, stale_after_s=1.0)
    shown.look(0)
    assert seen == []
    shown.take(status(), PUBLISHED_NS, 3000 * MS_NS)
    shown.look(3800 * MS_NS)
    assert [(one.state, one.density_pct) for one in seen] == [("good", 5.0)]
    shown.look(3950 * MS_NS)
    assert [(one.state, one.density_pct) for one in seen[1:]] == [("stale", None)]


def test_what_is_outdated_is_shown_again_at_times_and_not_at_every_look() -> None:
    seen: list[RunStatus] = []
    shown = ShownStatus(seen.append, stale_after_s=1.0)
    shown.take(status(), PUBLISHED_NS, 0)
    for number in range(100):
        shown.look((1000 + 50 * number) * MS_NS)
    assert len(seen) == 1 + 17  # four a second
    assert (seen[-1].age_ms, seen[-1].t_published_ns) == (100.0 + 5800, PUBLISHED_NS + 5800 * MS_NS)


def test_a_status_that_was_long_on_its_way_is_old_when_it_comes() -> None:
    seen: list[RunStatus] = []
    ShownStatus(seen.append, 1.0).take(status(), PUBLISHED_NS + 2 * SECOND_NS, 0)
    assert [(one.state, one.density_pct) for one in seen] == [("stale", None)]


def test_that_a_run_has_ended_stays_true() -> None:
    seen: list[RunStatus] = []
    shown = ShownStatus(seen.append, 1.0)
    shown.take(status(state="ended", density_pct=None), PUBLISHED_NS, 0)
    shown.look(100 * SECOND_NS)
    assert {one.state for one in seen} == {"ended"}
