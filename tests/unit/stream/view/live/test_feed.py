"""What the feed says: the state in words, no number that is not current, a trend that survives odd clocks."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from stream.machine.clock import steady_utc
from stream.protocol.bedside import AlarmsNow, Marker
from stream.protocol.frames import SourceInfo
from stream.protocol.readings import DensityReading, RegionOutline, RunStatus
from stream.protocol.types import Message, RunState
from stream.view.live.feed import Feed

MakeReading = Callable[..., DensityReading]
MakeFeed = Callable[..., Feed]
SQUARE = RegionOutline(polygon=bytes(16), score=0.9)

SOURCE = SourceInfo(source="cam-0", width=640, height=480, fps=30, frames_expected=None, live=True, started_ns=0)


def marked(number: int, **fields: Any) -> Marker:
    values: dict[str, Any] = {"kind": "note", "text": "a note", "seq": None, "t_ns": number} | fields
    return Marker(session="s1", source="scope", change="set", t_changed_ns=1, id=number, **values)


def progress(state: RunState, **fields: Any) -> RunStatus:
    return RunStatus(session="s1", source="scope", mode="live", state=state, **fields)


def test_before_the_first_reading_the_state_is_starting(feed: MakeFeed) -> None:
    status = feed().status()
    assert (status.state, status.density_pct, status.age_ms, status.published) == ("starting", None, None, 0)


@pytest.mark.parametrize("trouble", ["no camera", "no analysis"])
def test_a_trouble_before_the_first_reading_is_told_once_all_had_time_to_start(
    feed: MakeFeed, clock: Any, trouble: RunState
) -> None:
    view = feed()
    view.receive(progress(trouble))
    assert view.status().state == "starting"
    clock.pass_s(11)
    assert view.status().state == trouble


def test_a_good_reading_is_shown_with_interval_count_quality_and_age(
    feed: MakeFeed, reading: MakeReading, clock: Any
) -> None:
    view = feed()
    view.receive(reading(7))
    clock.pass_s(0.2)
    status = view.status()
    assert status.state == "good"
    assert (status.density_pct, status.density_low_pct, status.density_high_pct) == (6.25, 5.5, 7.0)
    assert (status.capillary_count, status.quality, status.seq) == (41, "good", 7)
    assert status.density_age_ms == pytest.approx(260)
    assert status.model_id == "cnn@abc"


def test_an_old_number_is_never_current(feed: MakeFeed, reading: MakeReading, clock: Any) -> None:
    view = feed()
    view.receive(reading())
    clock.pass_s(0.95)
    status = view.status()
    assert (status.state, status.density_pct, status.capillary_count) == ("stale", None, None)
    assert status.last_good_pct == 6.25
    assert status.last_good_age_ms == pytest.approx(1010)


def test_a_reading_that_was_old_when_it_came_is_stale_at_once(feed: MakeFeed, reading: MakeReading, clock: Any) -> None:
    view = feed()
    view.receive(reading(t_capture_ns=clock.now_ns - 3_000_000_000))
    assert view.status().state == "stale"


def test_the_age_of_a_replayed_frame_counts_from_its_arrival(feed: MakeFeed, reading: MakeReading, clock: Any) -> None:
    view = feed("replay")
    view.receive(reading(t_capture_ns=0))
    clock.pass_s(0.5)
    status = view.status()
    assert (status.state, status.mode) == ("good", "replay")
    assert status.age_ms == pytest.approx(500)


def test_poor_readings_say_why_and_take_the_number_away_within_a_second(
    feed: MakeFeed, reading: MakeReading, clock: Any
) -> None:
    view = feed()
    view.receive(reading(0))
    for seq in range(1, 12):
        clock.pass_s(0.1)
        view.receive(reading(seq, quality="poor", quality_reasons=("out of focus",)))
    status = view.status()
    assert (status.state, status.density_pct) == ("poor signal", None)
    assert (status.quality, status.quality_reasons) == ("poor", ("out of focus",))


def test_failed_readings_are_no_analysis_not_stale(feed: MakeFeed, reading: MakeReading, clock: Any) -> None:
    view = feed()
    view.receive(reading(0))
    for seq in range(1, 12):
        clock.pass_s(0.1)
        view.receive(reading(seq, status="failed", error="broken", density_pct=None, quality=None))
    status = view.status()
    assert (status.state, status.failed, status.error) == ("no analysis", 11, "broken")


@pytest.mark.parametrize("trouble", ["no camera", "no analysis"])
def test_the_sink_says_why_readings_stopped(
    feed: MakeFeed, reading: MakeReading, clock: Any, trouble: RunState
) -> None:
    view = feed()
    view.receive(reading())
    view.receive(progress(trouble))
    assert view.status().state == "good", "readings that come go before an older message"
    clock.pass_s(2)
    assert view.status().state == trouble


def test_a_trouble_that_readings_have_ended_is_not_told_when_they_stop_again(
    feed: MakeFeed, reading: MakeReading, clock: Any
) -> None:
    """The sink said "no camera" while it started, and hangs after some readings: the cause is not known now."""
    view = feed()
    view.receive(progress("no camera"))
    clock.pass_s(0.1)
    view.receive(reading())
    clock.pass_s(2)
    status = view.status()
    assert (status.state, status.density_pct) == ("stale", None)


def test_the_end_is_the_end(feed: MakeFeed, reading: MakeReading) -> None:
    view = feed("demo")
    view.receive(reading())
    view.receive(progress("ended", dropped=3, failed=1, late=2, frames_expected=10, published=9))
    status = view.status()
    assert (status.state, status.mode, status.density_pct) == ("ended", "demo", None)
    assert (status.dropped, status.failed, status.late, status.frames_expected, status.published) == (3, 1, 2, 10, 9)


def test_a_late_reading_does_not_go_back_in_time(feed: MakeFeed, reading: MakeReading) -> None:
    view = feed()
    view.receive(reading(5))
    view.receive(reading(4, density_pct=1.0))
    status = view.status()
    assert (status.seq, status.density_pct, status.published) == (5, 6.25, 2)
    assert len(view.opening().rows) == 1


def test_the_rate_falls_to_nothing_when_readings_stop(feed: MakeFeed, reading: MakeReading, clock: Any) -> None:
    view = feed()
    for seq in range(100):
        view.receive(reading(seq))
        clock.pass_s(0.1)
    assert view.status().frames_per_s == pytest.approx(10, rel=0.1)
    clock.pass_s(6)
    assert view.status().frames_per_s == 0


def test_a_wall_clock_that_is_set_back_does_not_turn_the_trend_round(
    feed: MakeFeed, reading: MakeReading, clock: Any
) -> None:
    view = feed()
    for seq, step_s in enumerate([0.0, 0.1, -3600.0, -3599.9]):
        view.receive(reading(seq, t_capture_ns=clock.now_ns + round(step_s * 1e9)))
    xs = view.opening().rows["x"].tolist()
    assert xs == sorted(xs)
    assert xs[-1] - xs[0] < 1


def test_a_wall_clock_that_is_set_changes_no_age(feed: MakeFeed, reading: MakeReading, clock: Any) -> None:
    """Set back by an hour, every reading would seem an hour old when it comes."""
    view, hour_ns = feed(), 3600 * 10**9
    for seq, step_ns in enumerate((-hour_ns, hour_ns)):
        view.receive(reading(seq, t_capture_ns=clock.now_ns + step_ns, t_grab_monotonic_ns=time.monotonic_ns()))
        assert view.status().state == "good"
        assert (view.status().age_ms or 0) < 1000


def test_the_next_file_of_a_replay_goes_on_where_the_last_one_ended(feed: MakeFeed, reading: MakeReading) -> None:
    view = feed("replay")
    for seq, time_s in enumerate([0.0, 1.0, 2.0, 0.0, 1.0]):
        view.receive(reading(seq, time_s=time_s))
    assert view.opening().rows["x"].tolist() == [0, 1, 2, 2, 3]


def test_a_page_that_opens_gets_minutes_in_full_and_the_rest_thinned(
    feed: MakeFeed, reading: MakeReading, clock: Any
) -> None:
    view = feed()
    for seq in range(6000):
        clock.pass_s(0.1)
        view.receive(reading(seq))
    rows = view.opening().rows
    assert 3000 <= sum(rows["x"] >= rows["x"][-1] - 300) <= 3002
    assert 3300 <= len(rows) <= 3303
    assert rows["seq"][-1] == 5999


def test_a_page_gets_only_what_is_new(feed: MakeFeed, reading: MakeReading) -> None:
    view = feed()
    view.receive(reading(0))
    opening = view.opening()
    view.receive(reading(1))
    assert [p.seq for p in view.since(opening.cursor).points] == [1]


def test_every_change_of_what_pages_share_has_a_higher_version(feed: MakeFeed, reading: MakeReading) -> None:
    view = feed()
    view.receive(reading(0))
    low = AlarmsNow(limits={"low_pct": 4.0})
    changes: list[Message] = [low, replace(low, paused_until_ns=5), marked(1), marked(1, text="more"), SOURCE]
    seen = [view.shared().version]
    for change in changes:
        view.receive(change)
        seen.append(view.shared().version)
    assert seen == sorted(set(seen))
    view.receive(replace(low, paused_until_ns=5))
    view.receive(marked(1, text="more"))
    view.receive(reading(1))
    assert view.shared().version == seen[-1], "what was known already is no change"


def test_a_page_gets_each_change_of_a_marker_once(feed: MakeFeed) -> None:
    view = feed()
    view.receive(marked(1))
    opening = view.opening()
    assert [marker.id for marker in opening.markers] == [1]
    view.receive(marked(2))
    view.receive(AlarmsNow(limits={"low_pct": 4.0}))
    later = view.since(opening.cursor)
    assert [marker.id for marker in later.markers] == [2]
    assert view.since(later.cursor).markers == []


def test_the_sites_of_a_page_process_that_began_anew_are_there_once_earlier_readings_are(
    feed: MakeFeed, reading: MakeReading
) -> None:
    before, again = feed(), feed()
    for seq in range(30):
        before.receive(reading(seq))
    site = marked(1, kind="site-1", seq=2, until_seq=20, until_ns=1)
    for view in (before, again):
        view.receive(site)
    assert again.shared().sites.sites == ()
    again.load(before.trend.rows())
    assert again.shared().sites.sites == before.shared().sites.sites != ()


def test_a_picture_that_nobody_renewed_is_not_shown(feed: MakeFeed, reading: MakeReading, clock: Any) -> None:
    view = feed()
    view.receive(reading(0, picture=b"jpeg", regions=(SQUARE,)))
    clock.pass_s(0.1)
    view.receive(reading(1))
    kept = view.opening().picture
    assert kept is not None
    assert (kept.seq, kept.jpeg, kept.regions) == (0, b"jpeg", (SQUARE,))
    clock.pass_s(2)
    view.receive(reading(2))
    assert view.opening().picture is None


def test_viewers_are_counted_and_woken(feed: MakeFeed, reading: MakeReading) -> None:
    view = feed()
    woken: list[str] = []
    first, second = view.viewers.join(lambda: woken.append("a")), view.viewers.join(lambda: woken.append("b"))
    assert view.viewers.count == view.status().viewers == 2
    view.receive(reading())
    assert woken == ["a", "b"]
    view.viewers.leave(first)
    view.viewers.leave(first)
    assert view.viewers.count == 1
    view.receive(progress("good"))
    assert woken == ["a", "b", "b"]
    view.viewers.leave(second)


def test_the_source_names_itself_and_its_size(feed: MakeFeed) -> None:
    view = feed()
    view.receive(SOURCE)
    assert (view.info.source, view.info.width, view.info.height) == ("cam-0", 640, 480)
    assert view.status().source == "cam-0"


def test_the_steady_clock_does_not_go_back() -> None:
    now = steady_utc()
    readings = [now() for _ in range(1000)]
    assert readings == sorted(readings)
