"""Each rule judges one situation alone, and has everything that an alarm needs elsewhere."""

from dataclasses import asdict, replace
from typing import get_args

import pytest

from stream.alarms.rules.rule import Situation
from stream.alarms.rules.table import RULES, rule_of
from stream.config.sections import AlarmsConfig
from stream.protocol.bedside import AlarmKind
from stream.view.report import labels

ALL_ON = AlarmsConfig(
    low_pct=4, high_pct=12, fall_pct=30, hysteresis=0.1, signal_after_s=10, technical_after_s=5, disk_free_mb=500
)
CALM = Situation(
    density_pct=8,
    fall_pct=0,
    had_good=True,
    since_good_s=0.1,
    trouble="",
    trouble_s=0,
    starting=False,
    free_mb=10_000,
)
TROUBLE = replace(CALM, trouble="no camera", trouble_s=6, since_good_s=60)


def holds(name: str, now: Situation, *, on: bool = False) -> bool | None:
    """Return whether the rule holds; None if it says nothing."""
    finding = RULES[name].judge(now, ALL_ON, on)
    return None if finding is None else finding.holds


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_its_limit_priority_and_words(name: str) -> None:
    rule = RULES[name]
    assert {rule.limit, f"priority_{rule.kind}"} <= set(AlarmsConfig.__struct_fields__)
    assert rule.limit in labels.LIMITS
    assert rule.kind in labels.ALARMS


def test_every_kind_of_alarm_has_a_rule_of_its_name() -> None:
    kinds = set(get_args(AlarmKind))
    assert {rule.kind for rule in RULES.values()} == kinds
    assert kinds <= set(RULES)


def test_a_second_rule_of_a_kind_is_known_by_its_cause() -> None:
    assert rule_of("technical", "disk").name == "disk"
    assert rule_of("technical", "no camera").name == "technical"
    assert rule_of("low", "disk").name == "low"
    for rule in RULES.values():
        finding = rule.judge(replace(TROUBLE, free_mb=1), ALL_ON, False)
        assert finding is None or rule_of(rule.kind, finding.cause) is rule


@pytest.mark.parametrize("name", RULES)
def test_nothing_is_said_by_a_rule_that_is_off(name: str) -> None:
    off = AlarmsConfig(signal_after_s=0, technical_after_s=0, disk_free_mb=0)
    assert not RULES[name].is_on(off)
    assert RULES[name].judge(TROUBLE, off, False) is None
    assert RULES[name].is_on(ALL_ON)


@pytest.mark.parametrize("name", RULES)
def test_nothing_holds_while_all_is_well(name: str) -> None:
    assert holds(name, CALM) is False


@pytest.mark.parametrize("name", ["low", "high", "fall"])
def test_a_density_that_is_not_known_is_not_judged(name: str) -> None:
    assert RULES[name].of_density
    assert holds(name, replace(CALM, density_pct=None, fall_pct=None)) is None


@pytest.mark.parametrize(
    ("name", "value", "begins", "still", "over"),
    [
        ("low", "density_pct", 3.9, 4.3, 4.5),
        ("high", "density_pct", 12.1, 11, 10.7),
        ("fall", "fall_pct", 30, 28, 26),
        ("disk", "free_mb", 499, 510, 560),
    ],
)
def test_a_value_must_come_back_by_more_than_the_limit(
    name: str, value: str, begins: float, still: float, over: float
) -> None:
    def at(now: float) -> Situation:
        return Situation(**(asdict(CALM) | {value: now}))

    assert holds(name, at(begins)) is True
    assert holds(name, at(still)) is False
    assert holds(name, at(still), on=True) is True
    assert holds(name, at(over), on=True) is False


def test_a_signal_is_poor_only_while_frames_come() -> None:
    poor = replace(CALM, density_pct=None, since_good_s=10)
    assert holds("signal", poor) is True
    assert holds("signal", replace(poor, trouble="stale")) is None
    assert holds("signal", replace(poor, since_good_s=None)) is None
    assert holds("signal", replace(poor, had_good=False), on=True) is None, "the alarm of an interrupted session stays"


def test_missing_readings_are_trouble_once_they_last_and_not_while_it_starts() -> None:
    assert holds("technical", TROUBLE) is True
    assert holds("technical", replace(TROUBLE, trouble_s=4)) is False
    assert holds("technical", replace(TROUBLE, trouble_s=4), on=True) is True
    assert holds("technical", replace(CALM, starting=True), on=True) is None, (
        "the alarm of an interrupted session stays"
    )
