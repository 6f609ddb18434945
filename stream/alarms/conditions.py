"""Which rules hold now, from readings and the state of the run over time. Pure.

Only good readings say something of density. While there is none, density is not known: its rules neither begin nor
end an alarm, and their delay does not run.
"""

from dataclasses import replace
from typing import Final

from stream.alarms.density import RecentDensity
from stream.alarms.rules.rule import Judgement, Situation
from stream.alarms.rules.table import RULES
from stream.config.sections import AlarmsConfig
from stream.protocol.types import RunState

HOLD_S: Final = 2.0
"""A good signal that pauses for longer is a poor one: density alarms are suspended."""
GRACE_S: Final = 15.0
"""Opening a camera and loading a model takes seconds: until then missing readings are no trouble."""
TROUBLES: Final = ("stale", "no camera", "no analysis")


class AlarmConditions:
    """What was seen of a session so far, as far as a rule asks for it. `t_ns` never decreases."""

    def __init__(self, limits: AlarmsConfig) -> None:
        self.limits = limits
        self._density = RecentDensity()
        self._judged_s = 0.0  # time with a good signal: the clock of the delays
        self._beyond_since: dict[str, float] = {}  # by that clock, for each delayed rule that holds
        self._began_ns: int | None = None
        self._reading_ns: int | None = None
        self._good_ns: int | None = None
        self._starting = True
        self._trouble: str = ""
        self._trouble_ns = 0
        self._free_mb: float | None = None

    def take_reading(self, t_ns: int, good_density_pct: float | None) -> None:
        """Take a reading: its density if it is good, else None."""
        self._began_ns = t_ns if self._began_ns is None else self._began_ns
        self._reading_ns = t_ns
        if good_density_pct is None:
            return
        if self._good_ns is not None and (t_ns - self._good_ns) / 1e9 <= HOLD_S:
            self._judged_s += (t_ns - self._good_ns) / 1e9
        self._good_ns = t_ns
        self._density.take(t_ns, good_density_pct, self.limits.over_s, self.limits.fall_over_s)

    def take_state(self, t_ns: int, state: RunState, free_mb: float | None = None) -> None:
        """Take the state of the run, and how much room there is for the session."""
        self._began_ns = t_ns if self._began_ns is None else self._began_ns
        self._free_mb = free_mb
        self._starting = self._reading_ns is None and t_ns - self._began_ns < GRACE_S * 1e9
        trouble = state if state in TROUBLES and not self._starting else ""
        if trouble and not self._trouble:
            self._trouble_ns = t_ns
        self._trouble = trouble

    def suspended(self, t_ns: int) -> bool:
        """Return whether density is not known."""
        return self._good_ns is None or (t_ns - self._good_ns) / 1e9 > HOLD_S

    def judgements(self, t_ns: int, on: frozenset[str]) -> dict[str, Judgement]:
        """Return how each rule judges now; none by a rule that is off, or of whose value nothing is known.

        on: names of the rules whose alarm is on.
        """
        now = self._situation(t_ns)
        judged = {}
        for name, rule in RULES.items():
            judgement = rule.judge(now, self.limits, name in on)
            if judgement is not None:
                judged[name] = self._delayed(name, judgement, on) if rule.delayed else judgement
        return judged

    def _situation(self, t_ns: int) -> Situation:
        known = not self.suspended(t_ns)
        began_ns = self._good_ns or self._began_ns
        return Situation(
            density_pct=self._density.median if known else None,
            fall_pct=self._density.fall_pct() if known else None,
            had_good=self._good_ns is not None,
            since_good_s=None if self._reading_ns is None or began_ns is None else (t_ns - began_ns) / 1e9,
            trouble=self._trouble,
            trouble_s=(t_ns - self._trouble_ns) / 1e9 if self._trouble else 0.0,
            starting=self._starting,
            free_mb=self._free_mb,
        )

    def _delayed(self, name: str, judgement: Judgement, on: frozenset[str]) -> Judgement:
        """Return a judgement that holds only once it has held for the delay, of time with a good signal."""
        if not judgement.holds:
            self._beyond_since.pop(name, None)
            return judgement
        since_s = self._beyond_since.setdefault(name, self._judged_s)
        return replace(judgement, holds=name in on or self._judged_s - since_s >= self.limits.delay_s)
