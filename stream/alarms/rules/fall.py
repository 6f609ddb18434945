"""Density fell fast: it is lower than a moment ago by more than a share of what it was."""

from typing import Final

from stream.alarms.rules.rule import Judgement, Rule, Situation
from stream.config.sections import AlarmsConfig


def judge(now: Situation, limits: AlarmsConfig, on: bool) -> Judgement | None:
    """Compare the fall within `fall_over_s`; an alarm that is on ends only below the limit by the hysteresis."""
    if now.fall_pct is None or limits.fall_pct is None:
        return None
    enough = limits.fall_pct * (1 - limits.hysteresis if on else 1)
    return Judgement(now.fall_pct >= enough, now.fall_pct, limits.fall_pct)


FALL: Final = Rule(name="fall", kind="fall", limit="fall_pct", unit="%", judge=judge, of_density=True)
