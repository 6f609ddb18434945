"""The alarms of a session: raised, acknowledged, latched, returned, suspended, cleared, paused. Pure: time is told.

| state | condition ends | acknowledged by somebody | condition comes back |
| --- | --- | --- | --- |
| sounding | latched (density, where latching), else cleared | acknowledged | – |
| acknowledged | cleared | – | – |
| latched | – | cleared | sounding |

With the session every alarm that is active ends; it is told as it stood.
"""

from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from stream.alarms.conditions import Conditions
from stream.alarms.rules.rule import Finding
from stream.alarms.rules.table import RULES, rule_of
from stream.config.sections import AlarmsConfig
from stream.protocol.bedside import ActiveAlarm, AlarmChange, Priority
from stream.protocol.types import RunState

PAUSE_MAX_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class News:
    """Something happened: to `alarm` (as it is after it, or was before it was cleared), or to all where it is None."""

    event: AlarmChange
    t_ns: int
    alarm: ActiveAlarm | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What a machine that goes on after an interruption has to know."""

    next_id: int = 1
    active: tuple[ActiveAlarm, ...] = ()
    paused_until_ns: int | None = None


class Alarms:
    """Every method is told the time, which never decreases, and returns what happened."""

    def __init__(self, limits: AlarmsConfig, past: Past | None = None) -> None:
        past = past or Past()
        self._conditions = Conditions(limits)
        self._next_id = past.next_id
        self._active = {_rule(alarm): alarm for alarm in past.active}
        self.paused_until_ns = past.paused_until_ns
        self._over = False

    @property
    def limits(self) -> AlarmsConfig:
        """The limits in force."""
        return self._conditions.limits

    @property
    def active(self) -> tuple[ActiveAlarm, ...]:
        """The alarms that somebody should know of, oldest first."""
        return tuple(sorted(self._active.values(), key=lambda alarm: alarm.id))

    def reading(self, t_ns: int, good_density_pct: float | None) -> list[News]:
        """A reading came; its density where it is good, else None."""
        self._conditions.reading(t_ns, good_density_pct)
        return self._follow(t_ns)

    def standing(self, t_ns: int, state: RunState, free_mb: float | None = None) -> list[News]:
        """How the run stands; to be told several times a second, whether readings come or not."""
        if state == "ended":
            return self._end(t_ns)
        self._conditions.standing(t_ns, state, free_mb)
        return self._follow(t_ns)

    def acknowledge(self, alarm_id: int, t_ns: int) -> list[News]:
        """Somebody has seen it. Raises KeyError where there is no such alarm; nothing happens a second time."""
        alarm = next((alarm for alarm in self.active if alarm.id == alarm_id), None)
        if alarm is None:
            raise KeyError(alarm_id)
        if alarm.state == "sounding":
            return [self._now("acknowledged", t_ns, replace(alarm, state="acknowledged"))]
        if alarm.state == "latched":
            return [News("acknowledged", t_ns, alarm), self._clear(t_ns, alarm)]
        return []

    def pause(self, seconds: float, t_ns: int) -> list[News]:
        """No sound for so long; everything else goes on. Raises ValueError beyond ten minutes."""
        if not 0 < seconds <= PAUSE_MAX_S:
            raise ValueError(f"alarms can be paused for up to {PAUSE_MAX_S:.0f} s")
        self.paused_until_ns = t_ns + round(seconds * 1e9)
        return [News("paused", t_ns)]

    def resume(self, t_ns: int) -> list[News]:
        """Sound again."""
        if self.paused_until_ns is None:
            return []
        self.paused_until_ns = None
        return [News("pause-ended", t_ns)]

    def set_limits(self, limits: AlarmsConfig, t_ns: int) -> list[News]:
        """Other limits from now on. An alarm whose rule is switched off ends."""
        self._conditions.limits = limits
        off = [alarm for rule, alarm in self._active.items() if not RULES[rule].is_on(limits)]
        return [News("limits", t_ns), *(self._clear(t_ns, alarm) for alarm in off), *self._follow(t_ns)]

    def _end(self, t_ns: int) -> list[News]:
        if self._over:
            return []
        self._over = True
        return [News("ended", t_ns, alarm) for alarm in self.active]

    def _follow(self, t_ns: int) -> list[News]:
        news = []
        if self.paused_until_ns is not None and t_ns >= self.paused_until_ns:
            news += self.resume(t_ns)
        news += self._suspend(t_ns)
        on = frozenset(rule for rule, alarm in self._active.items() if alarm.state != "latched")
        for rule, finding in self._conditions.findings(t_ns, on).items():
            news += self._judge(rule, finding, t_ns)
        return news

    def _suspend(self, t_ns: int) -> list[News]:
        suspended = self._conditions.suspended(t_ns)
        event: AlarmChange = "suspended" if suspended else "judged"
        return [
            self._now(event, t_ns, replace(alarm, suspended=suspended))
            for rule, alarm in list(self._active.items())
            if RULES[rule].of_density and alarm.suspended != suspended
        ]

    def _judge(self, rule: str, finding: Finding, t_ns: int) -> list[News]:
        alarm = self._active.get(rule)
        if alarm is None:
            return [self._raise(rule, finding, t_ns)] if finding.holds else []
        told = replace(alarm, value=finding.value, limit=finding.limit, cause=finding.cause)
        if alarm.state == "latched":
            return [self._now("returned", t_ns, replace(told, state="sounding"))] if finding.holds else []
        if finding.holds:
            self._active[rule] = told
            return []
        if alarm.state == "sounding" and RULES[rule].of_density and self.limits.latching:
            return [self._now("latched", t_ns, replace(alarm, state="latched"))]
        return [self._clear(t_ns, alarm)]

    def _raise(self, rule: str, finding: Finding, t_ns: int) -> News:
        kind = RULES[rule].kind
        priority: Priority = getattr(self.limits, f"priority_{kind}")
        alarm = ActiveAlarm(
            id=self._next_id,
            kind=kind,
            priority=priority,
            state="sounding",
            since_ns=t_ns,
            value=finding.value,
            limit=finding.limit,
            cause=finding.cause,
        )
        self._next_id += 1
        return self._now("raised", t_ns, alarm)

    def _now(self, event: AlarmChange, t_ns: int, alarm: ActiveAlarm) -> News:
        self._active[_rule(alarm)] = alarm
        return News(event, t_ns, alarm)

    def _clear(self, t_ns: int, alarm: ActiveAlarm) -> News:
        del self._active[_rule(alarm)]
        return News("cleared", t_ns, alarm)


def _rule(alarm: ActiveAlarm) -> str:
    return rule_of(alarm.kind, alarm.cause).name
