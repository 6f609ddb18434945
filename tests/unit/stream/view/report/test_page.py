"""The report says what happened in people's words, with round figures on its axis."""

from typing import get_args

import pytest

from stream.config.sections import AlarmsConfig
from stream.protocol.bedside import AlarmEvent, AlarmKind, MarkerKind
from stream.view.report import labels
from stream.view.report.chart import round_ticks


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [(0.4, [0, 0.5]), (11.2, [0, 5, 10, 15]), (4.2, [0, 1, 2, 3, 4, 5]), (100, [0, 20, 40, 60, 80, 100])],
)
def test_ticks_are_round(highest: float, ticks: list[float]) -> None:
    assert round_ticks(highest) == ticks


def test_every_kind_of_alarm_and_marker_has_a_label() -> None:
    assert set(labels.ALARMS) == set(get_args(AlarmKind))
    assert set(labels.MARKERS) == {kind for kinds in get_args(MarkerKind) for kind in get_args(kinds)}


def test_limits_and_what_changed_in_them() -> None:
    before = {"low_pct": None, "high_pct": 10.0, "delay_s": 10.0}
    assert labels.changed_limits_text(before, before | {"low_pct": 4.5, "high_pct": None}) == (
        "Low density below 4.5 %, High density off"
    )
    assert set(labels.LIMITS) <= set(AlarmsConfig.__struct_fields__)


def test_an_alarm_in_words() -> None:
    event = AlarmEvent(session="s", source="m", event="pause-ended", t_ns=1)
    assert labels.alarm_text(event) == "pause ended"
    disk = AlarmEvent(
        session="s", source="m", event="raised", t_ns=1, id=1, kind="technical", priority="medium", state="sounding",
        cause="disk", value=300.0, limit=500.0,
    )  # fmt: skip
    assert labels.alarm_text(disk) == "Technical: disk nearly full (medium priority) began: 300.0 MB, limit 500 MB"
    assert labels.marker_text("pressure-released", "") == "Pressure released"
