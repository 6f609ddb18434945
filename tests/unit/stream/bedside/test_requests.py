"""Markers and alarms of a session: kept, sent once they are on disk, and there again after an interruption."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from stream.bedside.requests import Bedside
from stream.config.sections import AlarmsConfig
from stream.protocol.bedside import (
    AcknowledgeAlarm,
    AlarmEvent,
    AlarmsNow,
    Answer,
    KeepMarker,
    Marker,
    MarkersNow,
    PauseAlarms,
    RemoveMarker,
    SetLimits,
)
from stream.session.journal import Journal
from stream.session.store import FILE_NAME, Store
from tests.doubles.readings import START_NS, reading

LIMITS = AlarmsConfig(low_pct=4.0, delay_s=0)


class Clock:
    def __init__(self) -> None:
        self.now_ns = START_NS

    def __call__(self) -> int:
        self.now_ns += 100_000_000
        return self.now_ns


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Bedside]]:
    """Return what opens the session's file; each call is another incarnation of the sink."""
    stores: list[Store] = []
    clock = Clock()

    def begin_again(limits: AlarmsConfig = LIMITS, watching: bool = True) -> Bedside:
        while stores:
            stores.pop().close()
        stores.append(Store(tmp_path / FILE_NAME))
        return Bedside(Journal(stores[0], "s1"), "s1", limits, clock, watching=watching)

    yield begin_again
    while stores:
        stores.pop().close()


def answer(told: list[Any]) -> Answer:
    (found,) = [message for message in told if isinstance(message, Answer)]
    return found


def markers(bedside: Bedside) -> list[Marker]:
    (now,) = [message for message in bedside.current_state() if isinstance(message, MarkersNow)]
    return list(now.markers)


def alarms(bedside: Bedside) -> AlarmsNow:
    (now,) = [message for message in bedside.current_state() if isinstance(message, AlarmsNow)]
    return now


def test_a_marker_is_set_at_the_newest_frame_edited_and_removed(begin: Callable[..., Bedside]) -> None:
    bedside = begin()
    bedside.name_source("scope")
    bedside.take_reading(reading(7))
    bedside.take_messages()
    bedside.handle(KeepMarker(request=1, kind="bolus", text=" 250 ml "))
    told = bedside.take_messages()
    assert (answer(told).error, answer(told).id) == ("", 1)
    (marker,) = [message for message in told if isinstance(message, Marker)]
    assert (marker.change, marker.text, marker.seq, marker.source) == ("set", "250 ml", 7, "scope")
    bedside.handle(KeepMarker(request=2, id=1, kind="fluid", text="500 ml", seq=3, t_ns=START_NS))
    assert [(one.kind, one.text, one.seq, one.t_ns) for one in markers(bedside)] == [("fluid", "500 ml", 3, START_NS)]
    bedside.handle(RemoveMarker(request=3, id=1))
    removed = [message for message in bedside.take_messages() if isinstance(message, Marker)]
    assert [one.change for one in removed] == ["edited", "removed"]
    assert markers(bedside) == []


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        (KeepMarker(request=1, kind="note", text=" "), 400),
        (KeepMarker(request=1, kind="bolus", text="two\nlines"), 400),
        (KeepMarker(request=1, id=9, kind="bolus"), 404),
        (RemoveMarker(request=1, id=9), 404),
        (AcknowledgeAlarm(request=1, id=9), 404),
        (SetLimits(request=1, limits={"low": 3.0}), 400),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(begin: Callable[..., Bedside], wish: Any, status: int) -> None:
    bedside = begin()
    bedside.handle(wish)
    refused = answer(bedside.take_messages())
    assert (refused.request, refused.status, refused.error[-1]) == (1, status, ".")


def test_markers_and_alarms_are_there_again_after_the_sink_died(begin: Callable[..., Bedside]) -> None:
    bedside = begin()
    bedside.handle(KeepMarker(request=1, kind="bolus"))
    bedside.handle(KeepMarker(request=2, kind="note", text="gone"))
    bedside.handle(RemoveMarker(request=3, id=2))
    for seq in range(20):
        bedside.take_reading(reading(seq, density_pct=3.0))
    bedside.handle(AcknowledgeAlarm(request=4, id=1))
    bedside.handle(PauseAlarms(request=5, seconds=60))
    bedside.handle(SetLimits(request=6, limits={"low_pct": 5.0}))
    before = alarms(bedside)
    again = begin(AlarmsConfig(low_pct=1.0))
    after = alarms(again)
    assert [(one.id, one.state) for one in after.active] == [(1, "acknowledged")]
    assert (after.paused_until_ns, after.limits) == (before.paused_until_ns, before.limits)
    assert [one.kind for one in markers(again)] == ["bolus"]
    again.handle(KeepMarker(request=1, kind="fluid"))
    assert answer(again.take_messages()).id == 3, "no number is used twice"


def test_everything_that_happens_is_told_once_and_kept(begin: Callable[..., Bedside], tmp_path: Path) -> None:
    bedside = begin()
    for seq in range(20):
        bedside.take_reading(reading(seq, density_pct=3.0))
    told = [message.event for message in bedside.take_messages() if isinstance(message, AlarmEvent)]
    assert told == ["limits", "raised"]
    assert bedside.take_messages() == []
    begin()
    store = Store(tmp_path / FILE_NAME)
    events = Journal(store, "s1").events()
    store.close()
    assert [(event.event, event.id, event.limit) for event in events] == [("limits", None, None), ("raised", 1, 4.0)]
    assert events[0].limits["low_pct"] == 4.0


def test_a_replay_has_no_alarms(begin: Callable[..., Bedside]) -> None:
    bedside = begin(watching=False)
    for seq in range(20):
        bedside.take_reading(reading(seq, density_pct=3.0))
    assert bedside.take_messages() == []
