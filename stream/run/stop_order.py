"""What to do next while a run is being stopped. Pure: knows no process and no clock.

First capture ends its stream, and the sink finishes what was captured and says so. If that takes long, frames that
are still being analysed are given up; if the sink has not finished then either, because a process hangs, the run ends
without it.
"""

from typing import Final, Literal

StopStep = Literal["end stream", "give up frames", "end run"]

_UNHURRIED_S: Final = 0.8
_END_S: Final = 4.0  # enough for a process that hangs to be killed and replaced


class StopOrder:
    """The steps of stopping one run, each due once."""

    def __init__(self) -> None:
        self._began_s: float | None = None
        self.hurried = False

    @property
    def began(self) -> bool:
        """True from the first step on."""
        return self._began_s is not None

    def next_step(self, now_s: float) -> StopStep | None:
        """Return the step that is due now, if any; the first call begins."""
        if self._began_s is None:
            self._began_s = now_s
            return "end stream"
        if now_s > self._began_s + _END_S:
            return "end run"
        if now_s > self._began_s + _UNHURRIED_S and not self.hurried:
            self.hurried = True
            return "give up frames"
        return None
