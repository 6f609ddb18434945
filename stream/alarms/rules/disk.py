"""There is little room for the session: a technical alarm of its own, which may come on top of another."""

from typing import Final

from stream.alarms.rules.rule import Judgement, Rule, Situation
from stream.config.sections import AlarmsConfig


def judge(now: Situation, limits: AlarmsConfig, on: bool) -> Judgement | None:
    """Compare the free space; an alarm that is on ends only above the limit by the hysteresis."""
    if not limits.disk_free_mb or now.free_mb is None:
        return None
    enough = limits.disk_free_mb * (1 + limits.hysteresis if on else 1)
    return Judgement(now.free_mb < enough, now.free_mb, limits.disk_free_mb, "disk")


DISK: Final = Rule(name="disk", kind="technical", limit="disk_free_mb", unit="MB", judge=judge)
