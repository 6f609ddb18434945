"""The state of alarms when their session was interrupted, from the events in its file; and changes of limits. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from stream.alarms.state_machine import Past
from stream.config.sections import AlarmsConfig
from stream.config.wrong_field import wrong_field
from stream.errors import ConfigError
from stream.protocol.bedside import ActiveAlarm, AlarmEvent


def past_of(events: Iterable[AlarmEvent]) -> tuple[Past, AlarmsConfig | None]:
    """Return what the machine must know, and the last limits in force; None if there is no event of limits."""
    active: dict[int, ActiveAlarm] = {}
    last_id, paused_until_ns, limits = 0, None, None
    for event in events:
        paused_until_ns = event.paused_until_ns
        if event.event == "limits":
            limits = _changed(AlarmsConfig(), event.limits)
        if event.id is None:
            continue
        last_id = max(last_id, event.id)
        alarm = _alarm(event)
        if alarm is None:
            active.pop(event.id, None)
        else:
            active[event.id] = alarm
    return Past(last_id + 1, tuple(active.values()), paused_until_ns), limits


def with_limits(limits: AlarmsConfig, changes: Mapping[str, Any]) -> AlarmsConfig:
    """Return the limits with some of them changed. Raises ConfigError naming the one that is wrong."""
    changed = _changed(limits, changes)
    if changed.contradiction():
        raise ConfigError(changed.contradiction())
    return changed


def _changed(limits: AlarmsConfig, changes: Mapping[str, Any]) -> AlarmsConfig:
    fields = msgspec.structs.asdict(limits)
    unknown = sorted(set(changes) - set(fields))
    if unknown:
        raise ConfigError(f'There is no limit "{unknown[0]}"; there are {", ".join(fields)}')
    try:
        return msgspec.convert(fields | dict(changes), AlarmsConfig)
    except msgspec.ValidationError as error:
        raise ConfigError(wrong_field(str(error), AlarmsConfig)) from error


def _alarm(event: AlarmEvent) -> ActiveAlarm | None:
    if event.state is None or event.kind is None or event.priority is None or event.id is None:
        return None
    return ActiveAlarm(
        id=event.id,
        kind=event.kind,
        priority=event.priority,
        state=event.state,
        since_ns=event.since_ns or event.t_ns,
        value=event.value,
        limit=event.limit,
        cause=event.cause,
        suspended=event.suspended,
    )
