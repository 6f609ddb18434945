"""Density is below its limit."""

from typing import Final

from stream.alarms.rules.rule import Judgement, Rule, Situation
from stream.config.sections import AlarmsConfig
from stream.protocol.measures import DENSITY


def judge(now: Situation, limits: AlarmsConfig, on: bool) -> Judgement | None:
    """Compare the median density; an alarm that is on ends only above the limit by the hysteresis."""
    if now.density_pct is None or limits.low_pct is None:
        return None
    enough = limits.low_pct * (1 + limits.hysteresis if on else 1)
    return Judgement(now.density_pct < enough, now.density_pct, limits.low_pct)


LOW: Final = Rule(
    name="low", kind="low", limit="low_pct", unit=DENSITY.unit, judge=judge, of_density=True, delayed=True
)
