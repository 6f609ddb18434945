"""Which session a new one names as the one before it: of the same device, ended lately, and readable."""

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from stream.config.run_plan import RunPlan
from stream.config.sections import AlarmsConfig, Config, SinkConfig
from stream.machine.owner_lock import OwnerLock
from stream.protocol.bedside import SetLimits
from stream.protocol.readings import DensityReading
from stream.protocol.types import Mode
from stream.session.output_folder import OWNER
from stream.session.store import FILE_NAME, Store
from stream.view.live.feed import Feed
from stream.view.review.previous import previous_session
from tests.doubles.sessions.kept_session import KeptSession

HOUR_NS = 3600 * 10**9


class Sessions:
    """A folder of sessions, as runs leave it."""

    def __init__(self, base: Path, feed: Callable[..., Feed], reading: Callable[..., DensityReading]) -> None:
        self.base, self._feed, self._reading = base, feed, reading

    def keep(self, name: str, source: str = "camera:0", mode: Mode = "live", **limits: Any) -> Path:
        """Leave a session that has just ended; limits: those that a person set."""
        folder = self.base / name
        folder.mkdir()
        session = KeptSession(folder, self._feed(mode))
        session.see(self._reading(0, t_published_ns=time.time_ns()))
        if limits:
            session.ask(SetLimits(request=1, limits=limits))
        session.close()
        store = Store(folder / FILE_NAME)
        store.set_facts(session=name, asked_source=source)
        store.close()
        return folder

    def plan(self, source: str = "camera:0?fps=30", mode: Mode = "live", later_ns: int = 0) -> RunPlan:
        """Return the plan of a run that begins so much later."""
        config = Config(sink=SinkConfig(sessions_dir=str(self.base)))
        started_ns = time.time_ns() + later_ns
        return RunPlan(mode=mode, source=source, folder=self.base / "new", config=config, started_ns=started_ns)


@pytest.fixture
def sessions(tmp_path: Path, feed: Callable[..., Feed], reading: Callable[..., DensityReading]) -> Sessions:
    return Sessions(tmp_path, feed, reading)


def named(plan: RunPlan) -> tuple[str, dict[str, Any]] | None:
    found = previous_session(plan)
    return None if found is None else (found.notice.session, found.notice.limits)


def test_limits_that_a_person_had_set_are_named_for_a_day(sessions: Sessions) -> None:
    kept = sessions.keep("1", low_pct=9.0, delay_s=3.0)
    assert named(sessions.plan(later_ns=23 * HOUR_NS)) == ("1", {"low_pct": 9.0, "delay_s": 3.0})
    assert named(sessions.plan(later_ns=25 * HOUR_NS)) is None
    assert [file.name for file in kept.iterdir()] == [FILE_NAME], "reading leaves nothing behind"


def test_a_session_with_the_configured_limits_is_named_for_ten_minutes(sessions: Sessions) -> None:
    sessions.keep("1")
    assert named(sessions.plan(later_ns=HOUR_NS // 10)) == ("1", {})
    assert named(sessions.plan(later_ns=HOUR_NS // 5)) is None


def test_limits_that_the_configuration_has_by_now_are_not_offered(sessions: Sessions) -> None:
    sessions.keep("1", low_pct=9.0)
    plan = sessions.plan()
    config = replace(plan.config, alarms=AlarmsConfig(low_pct=9.0))
    assert named(dataclasses.replace(plan, config=config)) == ("1", {})


def test_it_is_the_newest_of_the_same_device_and_mode(sessions: Sessions) -> None:
    sessions.keep("1", low_pct=1.0)
    sessions.keep("2", low_pct=2.0)
    sessions.keep("3", "camera:1", low_pct=3.0)
    sessions.keep("4", mode="demo", low_pct=4.0)
    assert named(sessions.plan()) == ("2", {"low_pct": 2.0})


def test_sessions_that_are_damaged_or_still_written_are_passed_over(sessions: Sessions) -> None:
    sessions.keep("1", low_pct=1.0)
    (sessions.keep("2", low_pct=2.0) / FILE_NAME).write_bytes(b"no session" * 1000)
    (sessions.base / "3").mkdir()
    (sessions.base / "a file").write_text("")
    writer = OwnerLock(sessions.keep("4", low_pct=4.0) / OWNER)
    assert named(sessions.plan()) == ("1", {"low_pct": 1.0})
    writer.release()


def test_a_run_that_is_not_kept_and_a_replay_follow_no_session(sessions: Sessions, tmp_path: Path) -> None:
    sessions.keep("1", low_pct=1.0)
    plan = sessions.plan()
    assert named(dataclasses.replace(plan, folder=tmp_path / "other" / "new")) is None
    assert named(dataclasses.replace(plan, mode="replay")) is None
