"""Frames come, but for a while none was good: density is not known."""

from typing import Final

from stream.alarms.rules.rule import Judgement, Rule, Situation
from stream.config.sections import AlarmsConfig


def judge(now: Situation, limits: AlarmsConfig, on: bool) -> Judgement | None:
    """Compare the time without a good reading.

    An alarm of an interrupted session stays until there is a good reading, or the time without one is known anew.
    """
    if not limits.signal_after_s or now.since_good_s is None:
        return None
    if now.trouble or (on and not now.had_good):
        return None
    return Judgement(now.since_good_s >= limits.signal_after_s, now.since_good_s, limits.signal_after_s)


SIGNAL: Final = Rule(name="signal", kind="signal", limit="signal_after_s", unit="s", judge=judge)
