"""The state machine of alarms: what is raised when, and that nothing is raised for what is not known."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.alarms.conditions import HOLD_S
from stream.alarms.past import past_of, with_limits
from stream.alarms.state_machine import Alarms, News, Past
from stream.bedside.requests import event_of
from stream.config.sections import AlarmsConfig
from stream.errors import ConfigError
from stream.protocol.bedside import ActiveAlarm, AlarmEvent
from stream.protocol.types import RunState

LOW = AlarmsConfig(low_pct=4.0, delay_s=10, over_s=5, technical_after_s=5, signal_after_s=0)
START_NS = 1_800_000_000_000_000_000


@dataclass
class Ward:
    """Alarms, and the time that passes for them."""

    alarms: Alarms
    t_ns: int = START_NS
    news: list[News] = field(default_factory=list)

    def see(self, density: float | None, seconds: float, rate: float = 10, state: RunState = "good") -> list[str]:
        """Feed readings of this density (None: poor) for so long; returns what was called out."""
        begun = len(self.news)
        for _ in range(round(seconds * rate)):
            self.t_ns += round(1e9 / rate)
            self.news += self.alarms.take_reading(self.t_ns, density)
            self.news += self.alarms.take_state(self.t_ns, state if density is not None else "poor signal")
        return [one.event for one in self.news[begun:]]

    def silence(self, seconds: float, state: RunState, free_mb: float | None = None) -> list[str]:
        begun = len(self.news)
        for _ in range(round(seconds * 4)):
            self.t_ns += 250_000_000
            self.news += self.alarms.take_state(self.t_ns, state, free_mb)
        return [one.event for one in self.news[begun:]]

    @property
    def only(self) -> ActiveAlarm:
        (alarm,) = self.alarms.active
        return alarm


def ward(limits: AlarmsConfig = LOW) -> Ward:
    return Ward(Alarms(limits))


def test_a_low_density_is_called_out_once_it_has_lasted() -> None:
    bed = ward()
    assert bed.see(6.0, 30) == []
    assert bed.see(3.0, 11) == []
    assert bed.see(3.0, 4) == ["raised"]
    alarm = bed.only
    assert (alarm.kind, alarm.priority, alarm.state, alarm.value, alarm.limit) == ("low", "high", "sounding", 3.0, 4.0)


def test_a_high_density_too() -> None:
    bed = ward(AlarmsConfig(high_pct=10, delay_s=0))
    assert bed.see(12.0, 1) == ["raised"]
    assert (bed.only.kind, bed.only.priority) == ("high", "medium")


def test_one_odd_frame_calls_nobody() -> None:
    bed = ward(AlarmsConfig(low_pct=4, delay_s=0, over_s=2))
    for _ in range(50):
        bed.see(6.0, 1)
        bed.see(0.5, 0.1)
    assert bed.news == []


def test_a_poor_signal_is_never_a_low_density() -> None:
    bed = ward(AlarmsConfig(low_pct=4.0, high_pct=10, fall_pct=10, delay_s=0, signal_after_s=5))
    bed.see(None, 60)
    assert {one.alarm.kind for one in bed.news if one.alarm} == {"signal"}


def test_a_delay_does_not_run_while_the_signal_is_poor() -> None:
    bed = ward()
    bed.see(3.0, 6)
    assert bed.see(None, 60) == []
    assert bed.see(3.0, 4) == []
    assert bed.see(3.0, 5) == ["raised"]


def test_an_alarm_of_density_is_suspended_and_not_cleared_by_a_poor_signal() -> None:
    bed = ward()
    bed.see(3.0, 15)
    assert bed.see(None, 20) == ["suspended"]
    assert (bed.only.state, bed.only.suspended) == ("sounding", True)
    assert bed.see(3.0, 5) == ["judged"]
    assert bed.only.suspended is False


def test_density_must_come_back_by_more_than_the_limit() -> None:
    bed = ward(AlarmsConfig(low_pct=4, delay_s=0, hysteresis=0.1, latching=False, over_s=1))
    bed.see(3.0, 2)
    assert bed.see(4.2, 10) == []
    assert bed.see(4.5, 10) == ["cleared"]
    assert bed.see(4.2, 10) == []


def test_an_alarm_that_nobody_saw_is_latched_until_somebody_does() -> None:
    bed = ward()
    bed.see(3.0, 15)
    assert bed.see(6.0, 10) == ["latched"]
    assert bed.only.state == "latched"
    assert [one.event for one in bed.alarms.acknowledge(1, bed.t_ns)] == ["acknowledged", "cleared"]
    assert bed.alarms.active == ()


def test_a_latched_alarm_whose_condition_returns_sounds_again_under_its_number() -> None:
    bed = ward()
    bed.see(3.0, 15)
    bed.see(6.0, 10)
    assert bed.see(3.0, 20) == ["returned"]
    assert (bed.only.id, bed.only.state) == (1, "sounding")


def test_an_acknowledged_alarm_ends_with_its_condition_and_the_next_one_has_another_number() -> None:
    bed = ward()
    bed.see(3.0, 15)
    bed.alarms.acknowledge(1, bed.t_ns)
    assert bed.alarms.acknowledge(1, bed.t_ns) == []
    assert bed.only.state == "acknowledged"
    assert bed.see(6.0, 10) == ["cleared"]
    assert bed.see(3.0, 20) == ["raised"]
    assert bed.only.id == 2
    with pytest.raises(KeyError):
        bed.alarms.acknowledge(1, bed.t_ns)


def test_a_fast_fall_is_called_out_and_a_slow_one_is_not() -> None:
    limits = AlarmsConfig(fall_pct=30, fall_over_s=60, over_s=3)
    slow, fast = ward(limits), ward(limits)
    for step in range(300):
        slow.see(10 - step * 0.01, 1)
    assert slow.news == []
    fast.see(10, 60)
    assert fast.see(6.5, 5) == ["raised"]
    assert fast.only.kind == "fall"
    assert fast.only.value == pytest.approx(35)
    assert fast.see(6.5, 90) == ["latched"], "a level that stays is no fall any more"


def test_no_frames_are_a_technical_alarm_with_its_cause() -> None:
    bed = ward()
    bed.see(6.0, 5)
    assert bed.silence(4, "stale") == []
    assert bed.silence(2, "no camera") == ["raised"]
    assert (bed.only.kind, bed.only.cause, bed.only.priority) == ("technical", "no camera", "medium")
    assert bed.see(6.0, 1) == ["cleared"], "it does not latch"


def test_a_program_that_is_starting_is_no_trouble_for_a_while() -> None:
    bed = ward()
    assert bed.silence(15, "no camera") == []
    assert bed.silence(10, "no camera") == ["raised"]


def test_a_disk_that_fills_is_told_beside_other_troubles() -> None:
    bed = ward()
    bed.see(6.0, 5)
    bed.silence(6, "stale", free_mb=100)
    assert {alarm.cause for alarm in bed.alarms.active} == {"stale", "disk"}
    assert bed.silence(1, "stale", free_mb=510) == []
    assert bed.silence(1, "stale", free_mb=600) == ["cleared"]


def test_a_pause_ends_by_itself_and_changes_nothing_else() -> None:
    bed = ward()
    bed.alarms.pause(20, bed.t_ns)
    assert bed.alarms.paused_until_ns == bed.t_ns + 20_000_000_000
    assert bed.see(3.0, 15) == ["raised"]
    assert bed.see(3.0, 6) == ["pause-ended"]
    assert bed.alarms.resume(bed.t_ns) == []
    bed.alarms.pause(20, bed.t_ns)
    assert [one.event for one in bed.alarms.resume(bed.t_ns)] == ["pause-ended"]
    with pytest.raises(ValueError, match="600"):
        bed.alarms.pause(601, bed.t_ns)


def test_limits_change_while_it_runs_and_a_rule_that_is_switched_off_ends_its_alarm() -> None:
    bed = ward()
    bed.see(3.0, 15)
    lower = with_limits(LOW, {"low_pct": 2.0})
    assert [one.event for one in bed.alarms.set_limits(lower, bed.t_ns)] == ["limits", "latched"]
    off = with_limits(LOW, {"low_pct": None})
    assert [one.event for one in bed.alarms.set_limits(off, bed.t_ns)] == ["limits", "cleared"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"lowpct": 3}, "no limit"),
        ({"low_pct": -1}, "low_pct"),
        ({"low_pct": "3"}, "low_pct"),
        ({"latching": None}, "latching"),
        ({"high_pct": 3}, "The low limit, 4 %, must be below the high one, 3 %"),
    ],
)
def test_a_wrong_limit_is_refused_by_name(changes: dict[str, float], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        with_limits(LOW, changes)


def test_the_end_of_a_session_ends_its_alarms() -> None:
    bed = ward()
    bed.see(3.0, 15)
    assert [one.event for one in bed.alarms.take_state(bed.t_ns, "ended")] == ["ended"]
    assert bed.alarms.take_state(bed.t_ns, "ended") == []
    assert [alarm.kind for alarm in bed.alarms.active] == ["low"], "a page goes on to show what was active"


@pytest.mark.parametrize(
    ("kind", "density", "state"), [("signal", None, "poor signal"), ("technical", None, "no camera")]
)
def test_after_an_interruption_an_alarm_stays_until_it_is_known_to_be_over(
    kind: str, density: float | None, state: RunState
) -> None:
    limits = AlarmsConfig(signal_after_s=5, technical_after_s=5)
    bed = ward(limits)
    bed.see(6.0, 3)
    for _ in range(60):
        bed.see(density, 0.5) if kind == "signal" else bed.silence(0.5, state)
    alarm = bed.only
    assert alarm.kind == kind
    again = Ward(Alarms(limits, Past(2, (alarm,), None)), bed.t_ns)
    assert again.silence(3, "stale") == []
    assert (again.see(density, 3) if kind == "signal" else again.silence(20, state)) == []
    assert again.only.id == alarm.id
    assert again.see(6.0, 1) == ["cleared"]


# What may happen in a tenth of a second: a good density, a poor frame, no frame, or a person who does something.
STEP = st.one_of(
    st.floats(0, 20).map(lambda density: ("good", density)),
    st.just(("poor", 0.0)),
    st.sampled_from([("nothing", 0.0), ("acknowledge", 0.0), ("pause", 1.0), ("resume", 0.0)]),
    st.sampled_from([("off", 0.0), ("on", 0.0)]),
)
RUN = st.lists(st.tuples(STEP, st.integers(1, 60)), max_size=25)
ANY = AlarmsConfig(low_pct=4, high_pct=12, fall_pct=30, delay_s=1, over_s=1, signal_after_s=2, technical_after_s=1)


def live_through(run: Sequence[tuple[tuple[str, float], int]], alarms: Alarms) -> list[tuple[int, str, list[News]]]:
    """Return for each tenth of a second: its time, what happened, and what the alarms said."""
    course = []
    t_ns = START_NS
    for (what, value), times in run:
        for _ in range(times):
            t_ns += 100_000_000
            course.append((t_ns, what, happen(alarms, what, value, t_ns)))
    return course


def happen(alarms: Alarms, what: str, value: float, t_ns: int) -> list[News]:
    state: RunState = "good" if what == "good" else "poor signal" if what == "poor" else "stale"
    match what:
        case "good" | "poor":
            return alarms.take_reading(t_ns, value if what == "good" else None) + alarms.take_state(t_ns, state)
        case "nothing":
            return alarms.take_state(t_ns, "stale")
        case "acknowledge":
            return [one for alarm in alarms.active for one in alarms.acknowledge(alarm.id, t_ns)]
        case "pause":
            return alarms.pause(value, t_ns)
        case "off":
            return alarms.set_limits(AlarmsConfig(), t_ns)
        case "on":
            return alarms.set_limits(ANY, t_ns)
        case _:
            return alarms.resume(t_ns)


@given(RUN)
def test_density_is_judged_by_good_readings_alone(run: list[tuple[tuple[str, float], int]]) -> None:
    last_good_ns = 0
    for t_ns, what, news in live_through(run, Alarms(ANY)):
        last_good_ns = t_ns if what == "good" else last_good_ns
        begun = [one for one in news if one.event in ("raised", "returned", "latched") and one.alarm]
        if t_ns - last_good_ns > HOLD_S * 1e9:
            assert not [one for one in begun if one.alarm and one.alarm.kind in ("low", "high", "fall")]


@given(RUN)
def test_each_alarm_is_raised_once_and_ends_once_and_its_states_follow_the_table(
    run: list[tuple[tuple[str, float], int]],
) -> None:
    allowed = {
        "": {"raised"},
        "sounding": {"acknowledged", "latched", "cleared", "suspended", "judged"},
        "acknowledged": {"cleared", "suspended", "judged"},
        "latched": {"acknowledged", "returned", "cleared", "suspended", "judged"},
    }
    states: dict[int, str] = {}
    kinds: dict[int, str] = {}
    alarms = Alarms(ANY)
    for _, _, news in live_through(run, alarms):
        for one in news:
            if one.alarm is None:
                continue
            assert one.event in allowed[states.get(one.alarm.id, "")]
            states[one.alarm.id] = "over" if one.event == "cleared" else one.alarm.state
            kinds[one.alarm.id] = one.alarm.kind + one.alarm.cause
    assert {number for number, state in states.items() if state != "over"} == {alarm.id for alarm in alarms.active}
    assert sorted(states) == list(range(1, len(states) + 1))


@given(RUN)
def test_what_was_noted_tells_how_alarms_stand(run: list[tuple[tuple[str, float], int]]) -> None:
    alarms = Alarms(ANY)
    events: list[AlarmEvent] = []
    t_ns = START_NS
    for (what, value), times in run:
        for _ in range(times):
            t_ns += 100_000_000
            events += [event_of(one, "s", "scope", 1, alarms) for one in happen(alarms, what, value, t_ns)]
    past, limits = past_of(events)
    told = {alarm.id: (alarm.state, alarm.since_ns, alarm.suspended) for alarm in past.active}
    assert told == {alarm.id: (alarm.state, alarm.since_ns, alarm.suspended) for alarm in alarms.active}
    assert past.next_id == max((event.id or 0 for event in events), default=0) + 1
    assert limits in (None, alarms.limits)
