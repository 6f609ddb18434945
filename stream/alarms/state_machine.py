"""The alarms of a session: raised, acknowledged, latched, returned, suspended, cleared, paused. Pure, without a clock.

| state | condition ends | a person acknowledges it | condition comes back |
| --- | --- | --- | --- |
| sounding | latched (density, if latching), else cleared | acknowledged | – |
| acknowledged | cleared | – | – |
| latched | – | cleared | sounding |

When the session ends, every active alarm ends with it, in the state that it had.
"""

from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from stream.alarms.conditions import AlarmConditions
from stream.alarms.rules.rule import Judgement
from stream.alarms.rules.table import RULES, rule_of
from stream.config.sections import AlarmsConfig
from stream.protocol.bedside import ActiveAlarm, AlarmChange
from stream.protocol.types import Priority, RunState

PAUSE_MAX_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class News:
    """Something happened to `alarm` (as it is afterwards, or was before it was cleared); None: to all alarms."""

    event: AlarmChange
    t_ns: int
    alarm: ActiveAlarm | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What the machine must know in order to continue an interrupted session."""

    next_id: int = 1
    active: tuple[ActiveAlarm, ...] = ()
    paused_until_ns: int | None = None


class Alarms:
    """The state machine. Every method takes the time, which never decreases, and returns what happened."""

    def __init__(self, limits: AlarmsConfig, past: Past | None = None) -> None:
        past = past or Past()
        self._conditions = AlarmConditions(limits)
        self._next_id = past.next_id
        self._active = {_rule(alarm): alarm for alarm in past.active}
        self.paused_until_ns = past.paused_until_ns
        self._over = False

    @property
    def limits(self) -> AlarmsConfig:
        """Return the limits in force."""
        return self._conditions.limits

    @property
    def active(self) -> tuple[ActiveAlarm, ...]:
        """Return the alarms that people should know of, oldest first."""
        return tuple(sorted(self._active.values(), key=lambda alarm: alarm.id))

    def take_reading(self, t_ns: int, good_density_pct: float | None) -> list[News]:
        """Judge a reading: its density if it is good, else None."""
        self._conditions.take_reading(t_ns, good_density_pct)
        return self._follow(t_ns)

    def take_state(self, t_ns: int, state: RunState, free_mb: float | None = None) -> list[News]:
        """Judge the state of the run; to be called several times a second, whether readings come or not."""
        if state == "ended":
            return self._end(t_ns)
        self._conditions.take_state(t_ns, state, free_mb)
        return self._follow(t_ns)

    def acknowledge(self, alarm_id: int, t_ns: int) -> list[News]:
        """Acknowledge an alarm; a second time nothing happens. Raises KeyError if there is no such alarm."""
        alarm = next((alarm for alarm in self.active if alarm.id == alarm_id), None)
        if alarm is None:
            raise KeyError(alarm_id)
        if alarm.state == "sounding":
            return [self._now("acknowledged", t_ns, replace(alarm, state="acknowledged"))]
        if alarm.state == "latched":
            return [News("acknowledged", t_ns, alarm), self._clear(t_ns, alarm)]
        return []

    def pause(self, seconds: float, t_ns: int) -> list[News]:
        """Silence all alarms for so long; all else goes on. Raises ValueError beyond ten minutes."""
        if not 0 < seconds <= PAUSE_MAX_S:
            raise ValueError(f"alarms can be paused for up to {PAUSE_MAX_S:.0f} s")
        self.paused_until_ns = t_ns + round(seconds * 1e9)
        return [News("paused", t_ns)]

    def resume(self, t_ns: int) -> list[News]:
        """End the pause, if there is one."""
        if self.paused_until_ns is None:
            return []
        self.paused_until_ns = None
        return [News("pause-ended", t_ns)]

    def set_limits(self, limits: AlarmsConfig, t_ns: int) -> list[News]:
        """Use other limits from now on. An alarm whose rule is switched off ends."""
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
        # The pause first: what begins at the moment of its end must sound.
        if self.paused_until_ns is not None and t_ns >= self.paused_until_ns:
            news += self.resume(t_ns)
        news += self._suspend(t_ns)
        # A latched alarm is off for its rule: to sound again, its condition must begin anew and last for the delay.
        on = frozenset(rule for rule, alarm in self._active.items() if alarm.state != "latched")
        for rule, judgement in self._conditions.judgements(t_ns, on).items():
            news += self._judge(rule, judgement, t_ns)
        return news

    def _suspend(self, t_ns: int) -> list[News]:
        suspended = self._conditions.suspended(t_ns)
        event: AlarmChange = "suspended" if suspended else "judged"
        return [
            self._now(event, t_ns, replace(alarm, suspended=suspended))
            for rule, alarm in list(self._active.items())
            if RULES[rule].of_density and alarm.suspended != suspended
        ]

    def _judge(self, rule: str, judgement: Judgement, t_ns: int) -> list[News]:
        alarm = self._active.get(rule)
        if alarm is None:
            return [self._raise(rule, judgement, t_ns)] if judgement.holds else []
        current = replace(alarm, value=judgement.value, limit=judgement.limit, cause=judgement.cause)
        if alarm.state == "latched":
            return [self._now("returned", t_ns, replace(current, state="sounding"))] if judgement.holds else []
        if judgement.holds:
            self._active[rule] = current  # its value follows; that it goes on is no event
            return []
        if alarm.state == "sounding" and RULES[rule].of_density and self.limits.latching:
            return [self._now("latched", t_ns, replace(alarm, state="latched"))]
        return [self._clear(t_ns, alarm)]

    def _raise(self, rule: str, judgement: Judgement, t_ns: int) -> News:
        kind = RULES[rule].kind
        priority: Priority = getattr(self.limits, f"priority_{kind}")
        alarm = ActiveAlarm(
            id=self._next_id,
            kind=kind,
            priority=priority,
            state="sounding",
            since_ns=t_ns,
            value=judgement.value,
            limit=judgement.limit,
            cause=judgement.cause,
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
