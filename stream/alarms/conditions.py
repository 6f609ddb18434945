"""Which conditions hold now: low, high and fast falling density, poor signal, technical trouble. Pure.

Good readings alone say something of density. While there is none, density is not known: its conditions neither begin
nor end, and their delay does not run.
"""

from dataclasses import dataclass
from typing import Final

from stream.alarms.density import RecentDensity
from stream.config.sections import AlarmsConfig
from stream.protocol.bedside import AlarmKind
from stream.protocol.types import RunState

HOLD_S: Final = 2.0
"""A good signal that pauses for longer is a poor one: density alarms are suspended."""
GRACE_S: Final = 15.0
"""Opening a camera and loading a model takes seconds: until then missing readings are no trouble."""
TROUBLES: Final = ("stale", "no camera", "no analysis")
DENSITY_RULES: Final = ("low", "high", "fall")
KINDS: Final[dict[str, AlarmKind]] = {
    "low": "low",
    "high": "high",
    "fall": "fall",
    "signal": "signal",
    "technical": "technical",
    "disk": "technical",
}
"""Rule → kind of alarm. A full disk is a trouble of its own: it may come on top of another."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether a rule's condition holds, and what was compared with what."""

    holds: bool
    value: float | None
    limit: float
    cause: str = ""


class Conditions:
    """Told of readings and of the run's standing; `t_ns` never decreases."""

    def __init__(self, limits: AlarmsConfig) -> None:
        self.limits = limits
        self._density = RecentDensity()
        self._judged_s = 0.0  # time with a good signal: the clock of the delays
        self._below_since: dict[str, float] = {}  # by that clock
        self._began_ns: int | None = None
        self._reading_ns: int | None = None
        self._good_ns: int | None = None
        self._starting = True
        self._trouble: str = ""
        self._trouble_ns = 0
        self._free_mb: float | None = None

    def reading(self, t_ns: int, good_density_pct: float | None) -> None:
        """A reading came; its density where it is good, else None."""
        self._began_ns = t_ns if self._began_ns is None else self._began_ns
        self._reading_ns = t_ns
        if good_density_pct is None:
            return
        if self._good_ns is not None and (t_ns - self._good_ns) / 1e9 <= HOLD_S:
            self._judged_s += (t_ns - self._good_ns) / 1e9
        self._good_ns = t_ns
        self._density.take(t_ns, good_density_pct, self.limits.over_s, self.limits.fall_over_s)

    def standing(self, t_ns: int, state: RunState, free_mb: float | None = None) -> None:
        """How the run stands, and how much room there is for the session."""
        self._began_ns = t_ns if self._began_ns is None else self._began_ns
        self._free_mb = free_mb
        self._starting = self._reading_ns is None and t_ns - self._began_ns < GRACE_S * 1e9
        trouble = state if state in TROUBLES and not self._starting else ""
        if trouble and not self._trouble:
            self._trouble_ns = t_ns
        self._trouble = trouble

    def suspended(self, t_ns: int) -> bool:
        """True while density is not known."""
        return self._good_ns is None or (t_ns - self._good_ns) / 1e9 > HOLD_S

    def findings(self, t_ns: int, on: frozenset[str]) -> dict[str, Finding]:
        """What is known now. A rule that is off, or of which nothing is known, is not there. `on`: rules that held."""
        found = self._machine(t_ns, on)
        if not self.suspended(t_ns):
            found |= self._of_density(on)
        return found

    def _machine(self, t_ns: int, on: frozenset[str]) -> dict[str, Finding]:
        limits, found = self.limits, {}
        if limits.technical_after_s and not (self._starting and "technical" in on):  # of an interrupted session
            lasted = (t_ns - self._trouble_ns) / 1e9 if self._trouble else 0.0
            holds = bool(self._trouble) and ("technical" in on or lasted >= limits.technical_after_s)
            found["technical"] = Finding(holds, lasted, limits.technical_after_s, self._trouble)
        if limits.signal_after_s and self._reading_ns is not None and self._began_ns is not None:
            without = (t_ns - (self._good_ns or self._began_ns)) / 1e9
            known = self._good_ns is not None or "signal" not in on
            if known and not self._trouble:  # frames come
                found["signal"] = Finding(without >= limits.signal_after_s, without, limits.signal_after_s)
        if limits.disk_free_mb and self._free_mb is not None:
            enough = limits.disk_free_mb * (1 + limits.hysteresis if "disk" in on else 1)
            found["disk"] = Finding(self._free_mb < enough, self._free_mb, limits.disk_free_mb, "disk")
        return found

    def _of_density(self, on: frozenset[str]) -> dict[str, Finding]:
        limits, median, fall, back = self.limits, self._density.median, self._density.fall_pct(), self.limits.hysteresis
        found: dict[str, Finding] = {}
        if median is None:
            return found
        if limits.low_pct is not None:
            beyond = median < limits.low_pct * (1 + back if "low" in on else 1)
            found["low"] = Finding(self._lasted("low", beyond, on), median, limits.low_pct)
        if limits.high_pct is not None:
            beyond = median > limits.high_pct * (1 - back if "high" in on else 1)
            found["high"] = Finding(self._lasted("high", beyond, on), median, limits.high_pct)
        if limits.fall_pct is not None and fall is not None:
            beyond = fall >= limits.fall_pct * (1 - back if "fall" in on else 1)
            found["fall"] = Finding(beyond, fall, limits.fall_pct)
        return found

    def _lasted(self, rule: str, beyond: bool, on: frozenset[str]) -> bool:
        """Whether a density has been beyond its limit for the delay, of time with a good signal."""
        if not beyond:
            self._below_since.pop(rule, None)
            return False
        since = self._below_since.setdefault(rule, self._judged_s)
        return rule in on or self._judged_s - since >= self.limits.delay_s
