"""Which processes have said nothing for too long, and so hang. Pure: knows no process and no clock."""

from typing import Final

from stream.machine.clock import SUSPENDED_S
from stream.run.process_spec import ProcessKey
from stream.run.stop_order import StopOrder

_STOPPING_S: Final = 1.2  # while a run is being stopped; a process says twice per second that it lives
_STOPPING_WORKER_S: Final = 2.4


class Silence:
    """When each process was last heard, from its hello to its death."""

    def __init__(self, hang_s: float, now_s: float) -> None:
        """Watch. hang_s: longest silence of a process, while the run is not being stopped."""
        self._hang_s, self._looked_s = hang_s, now_s
        self._heard_s: dict[ProcessKey, float] = {}

    def begin(self, key: ProcessKey, now_s: float) -> None:
        """Watch a process from now on."""
        self._heard_s[key] = now_s

    def end(self, key: ProcessKey) -> None:
        """Watch a process no longer."""
        self._heard_s.pop(key, None)

    def heard(self, key: ProcessKey, now_s: float, *, busy: bool) -> None:
        """Note a sign of life of a watched process. `busy`: it will not give another until it is done."""
        if key in self._heard_s:
            self._heard_s[key] = float("inf") if busy else now_s

    def too_long(self, now_s: float, stop: StopOrder) -> dict[ProcessKey, float]:
        """Return the processes that hang, each once, and for how long they have said nothing, s.

        If the loop that asks stood still itself, the whole program was suspended (Ctrl-Z, a closed lid), and that time
        counts against no process.
        """
        stood_still_s, self._looked_s = now_s - self._looked_s, now_s
        if stood_still_s > SUSPENDED_S:
            self._heard_s = {key: heard_s + stood_still_s for key, heard_s in self._heard_s.items()}
        hanging = {
            key: now_s - heard_s for key, heard_s in self._heard_s.items() if now_s - heard_s > self._limit_s(key, stop)
        }
        for key in hanging:
            self.end(key)
        return hanging

    def _limit_s(self, key: ProcessKey, stop: StopOrder) -> float:
        """Return the longest silence. Capture watches workers itself, as long as frames are waited for."""
        if key[0] == "worker":
            return _STOPPING_WORKER_S if stop.hurried else float("inf")
        return min(self._hang_s, _STOPPING_S) if stop.began else self._hang_s
