"""Limits tried on a recorded session give what the session itself would have called out."""

from stream.alarms.state_machine import Alarms
from stream.alarms.trial import try_limits
from stream.config.sections import AlarmsConfig

LIMITS = AlarmsConfig(low_pct=4, delay_s=5, technical_after_s=5, signal_after_s=10)


def course(*parts: tuple[float, float | None], start_s: float = 1000) -> list[tuple[int, float | None]]:
    """(seconds, density) after each other at ten readings a second; a density of NaN: no readings."""
    readings: list[tuple[int, float | None]] = []
    t_s = start_s
    for seconds, density in parts:
        for _ in range(round(seconds * 10)):
            t_s += 0.1
            if density == density:
                readings.append((round(t_s * 1e9), density))
    return readings


def events(readings: list[tuple[int, float | None]], limits: AlarmsConfig = LIMITS) -> list[tuple[str, str]]:
    return [(news.event, news.alarm.kind) for news in try_limits(readings, limits) if news.alarm]


def test_what_would_have_sounded_is_listed() -> None:
    found = events(course((20, 6.0), (20, 3.0), (20, 6.0)))
    assert found == [("raised", "low"), ("latched", "low"), ("ended", "low")]


def test_other_limits_other_alarms() -> None:
    assert events(course((20, 6.0), (20, 3.0)), AlarmsConfig(low_pct=2)) == []


def test_a_time_without_readings_is_a_technical_alarm_however_long() -> None:
    found = events(course((20, 6.0), (36_000, float("nan")), (5, 6.0)))
    assert found == [("raised", "technical"), ("cleared", "technical")]


def test_a_poor_signal_is_called_what_it_is() -> None:
    assert events(course((20, 3.5), (30, None), (5, 6.0))) == [
        ("raised", "low"),
        ("suspended", "low"),
        ("raised", "signal"),
        ("judged", "low"),
        ("cleared", "signal"),
        ("latched", "low"),
        ("ended", "low"),
    ]


def test_it_is_the_machine_of_a_running_session() -> None:
    readings = course((20, 6.0), (12, 3.0), (3, None), (30, 3.0))
    alarms = Alarms(LIMITS)
    live = [one for t_ns, density in readings for one in alarms.take_reading(t_ns, density)]
    assert [news.event for news in try_limits(readings, LIMITS)][: len(live)] == [news.event for news in live]


def test_no_readings_no_alarms() -> None:
    assert events([]) == []
