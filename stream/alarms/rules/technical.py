"""No readings come: the camera, the analysis or the readings themselves are missing."""

from typing import Final

from stream.alarms.rules.rule import Judgement, Rule, Situation
from stream.config.sections import AlarmsConfig


def judge(now: Situation, limits: AlarmsConfig, on: bool) -> Judgement | None:
    """Compare the time without readings; an alarm of an interrupted session stays while the program starts."""
    if not limits.technical_after_s or (now.starting and on):
        return None
    lasts = bool(now.trouble) and (on or now.trouble_s >= limits.technical_after_s)
    return Judgement(lasts, now.trouble_s, limits.technical_after_s, now.trouble)


TECHNICAL: Final = Rule(name="technical", kind="technical", limit="technical_after_s", unit="s", judge=judge)
