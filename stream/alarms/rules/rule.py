"""What a rule is: which alarm it raises, what it is compared with, and how a situation is judged. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from stream.config.sections import AlarmsConfig
from stream.protocol.bedside import AlarmKind


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known at one moment.

    density_pct: median of the last good readings. fall_pct: how much lower it is than the highest median of
    `fall_over_s`, in % of that one. Both are None while density is not known.
    had_good: whether there was a good reading. since_good_s: time since it, or since the beginning if there was none;
    None before the first reading.
    trouble: why there is no current reading, empty if there is one. trouble_s: for how long there has been none.
    starting: missing readings are no trouble yet. free_mb: room for the session; None if not known.
    """

    density_pct: float | None
    fall_pct: float | None
    had_good: bool
    since_good_s: float | None
    trouble: str
    trouble_s: float
    starting: bool
    free_mb: float | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a rule's condition holds, and which value was compared with which limit."""

    holds: bool
    value: float
    limit: float
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One reason to call a person.

    name: its kind; a second rule of the same kind has another name, and gives it as the cause of its judgements.
    limit: the key of `[alarms]` that its value is compared with; absent or 0 there: the rule is off.
    unit: of value and limit.
    judge: takes the situation, the limits, and whether the alarm is on (an alarm that is on may need more to end than
    it needed to begin); returns None if nothing is known, so that the alarm neither begins nor ends.
    of_density: it speaks of the patient: its alarm is suspended while the signal is poor, and may latch.
    delayed: its condition must hold for `delay_s` before the alarm begins.
    """

    name: str
    kind: AlarmKind
    limit: str
    unit: str
    judge: Callable[[Situation, AlarmsConfig, bool], Judgement | None]
    of_density: bool = False
    delayed: bool = False

    def is_on(self, limits: AlarmsConfig) -> bool:
        """Return whether its limit is set."""
        return bool(getattr(limits, self.limit))
