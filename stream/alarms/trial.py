"""Limits tried on a recorded session: what would have sounded. Pure: readings in, what happened out."""

from collections.abc import Iterable, Iterator
from typing import Final

from stream.alarms.state_machine import Alarms, News
from stream.config.sections import AlarmsConfig

_STEP_S: Final = 0.25
STALE_S: Final = 1.0
"""Readings that stop for longer are stale, as while a session is watched."""


def try_limits(readings: Iterable[tuple[int, float | None]], limits: AlarmsConfig) -> Iterator[News]:
    """Yield what happens, in order.

    readings: time, ns, never decreasing; and density, %, if the reading is good, else None.
    A recording has no disk that fills and no person who acknowledges: an alarm that latches stays, and sounds again
    under its number when its condition comes back.
    """
    alarms = Alarms(limits)
    before_ns: int | None = None
    last_ns = 0
    for t_ns, density in readings:
        if before_ns is not None:
            yield from _silence(alarms, before_ns, t_ns)
        yield from alarms.take_reading(t_ns, density)
        yield from alarms.take_state(t_ns, "poor signal" if density is None else "good")
        before_ns = last_ns = t_ns
    yield from alarms.take_state(last_ns, "ended")


def _silence(alarms: Alarms, from_ns: int, to_ns: int) -> Iterator[News]:
    """Yield what happens between two readings, step by step; a long silence is left out once all has happened in it."""
    limits = alarms.limits
    longest_s = STALE_S + limits.technical_after_s + limits.signal_after_s + 2 * _STEP_S
    steps = int(min((to_ns - from_ns) / 1e9, longest_s) / _STEP_S)
    for step in range(1, steps + 1):
        t_ns = from_ns + round(step * _STEP_S * 1e9)
        if t_ns < to_ns:
            yield from alarms.take_state(t_ns, "stale" if step * _STEP_S > STALE_S else "good")
