"""Incidents are kept beside the readings; the monotonic clock, which cannot be set, shows if the wall clock was."""

from pathlib import Path

from stream.session.incidents import Incidents, WallClock
from stream.session.store import FILE_NAME, Store

SECOND = 1_000_000_000


def test_incidents_outlive_the_process(tmp_path: Path) -> None:
    store = Store(tmp_path / FILE_NAME)
    Incidents(store).add("source lost", "the cable is out", 12, t_ns=5)
    store.close()
    again = Store(tmp_path / FILE_NAME)
    assert Incidents(again).all() == [(5, 12, "source lost", "the cable is out")]
    again.close()


def test_drift_is_no_step_and_a_step_is_told_once() -> None:
    wall = WallClock(1000 * SECOND, 10 * SECOND)
    assert wall.step_ns(1010 * SECOND + SECOND // 10, 20 * SECOND) == 0
    assert wall.step_ns(4620 * SECOND, 30 * SECOND) == 3600 * SECOND
    assert wall.step_ns(4630 * SECOND, 40 * SECOND) == 0
    assert wall.step_ns(1040 * SECOND, 50 * SECOND) == -3600 * SECOND


def test_a_nights_sleep_is_a_step() -> None:
    """The monotonic clock stands still while the machine does."""
    wall = WallClock(0, 0)
    assert wall.step_ns(8 * 3600 * SECOND + 1, 1) == 8 * 3600 * SECOND
