"""Whether and when a process that died is started again. Pure: knows no process and no clock.

Deaths are counted in a row: a frame that was finished since the last death, by any process, begins a new row. A kill
from outside (a person, or the system for lack of memory) says little of the program itself, so a row of nothing else
may go on for a while, whatever its length.
"""

from dataclasses import dataclass
from typing import Final

from stream.protocol.types import Role
from stream.run.process_spec import ProcessKey

_BACK_OFF_S: Final = 0.1
_BACK_OFF_MAX_S: Final = 2.0
_OUTSIDE_S: Final = 10.0
_OUTSIDE_EVERYWHERE_S: Final = 120.0  # processes of several roles are killed: by a person, then, not by a fault


@dataclass(frozen=True, slots=True)
class Death:
    """How a process died.

    ready: it had said hello. outside: by SIGKILL, but not from the supervisor.
    finished: frames that were finished in the run until then, by all processes.
    """

    ready: bool
    outside: bool
    finished: int


@dataclass(slots=True)
class _DeathRow:
    """Deaths of one process in a row.

    own_fault: at least one was no kill from outside. since_useful: deaths since the process was last ready while a
    frame was finished; a row that ends while it is not ready does not end this count.
    """

    deaths: int = 0
    began_s: float = 0.0
    own_fault: bool = False
    since_useful: int = 0
    finished: int = -1


def back_off_s(deaths: int) -> float:
    """Return how long to wait before the next start after so many useless lives, s."""
    return 0.0 if deaths < 2 else min(_BACK_OFF_S * 2.0 ** (deaths - 2), _BACK_OFF_MAX_S)


class RestartPolicy:
    """The deaths of all processes of a run, and what follows from each."""

    def __init__(self, restarts: int) -> None:
        """Give up a process at `restarts` deaths in a row, but never before its first."""
        self._allowed = max(1, restarts)
        self._rows: dict[ProcessKey, _DeathRow] = {}
        self._killed_outside_s: dict[Role, float] = {}

    def deaths(self, key: ProcessKey) -> int:
        """Return how many deaths of a process there are in the present row."""
        return self._rows[key].deaths if key in self._rows else 0

    def wait_s(self, key: ProcessKey, death: Death, now_s: float) -> float | None:
        """Count a death; return how long to wait before the next start, s, or None if there is to be none."""
        row = self._rows.setdefault(key, _DeathRow())
        self._count(key[0], row, death, now_s)
        # A frame is set aside once it has ended so many workers, and capture hears of that after the last of them: a
        # worker that died at a frame gets one more life.
        allowed = self._allowed + (key[0] == "worker" and death.ready and self._allowed > 1)
        hopeless = row.own_fault or now_s - row.began_s > self._outside_limit_s(key[0], row)
        return None if row.deaths >= allowed and hopeless else back_off_s(row.since_useful)

    def _count(self, role: Role, row: _DeathRow, death: Death, now_s: float) -> None:
        if death.finished > row.finished:
            row.deaths, row.began_s, row.own_fault = 0, now_s, False
            if death.ready:  # otherwise the frame was finished by others
                row.since_useful = 0
        row.finished = death.finished
        row.deaths += 1
        row.since_useful += 1
        row.own_fault = row.own_fault or not death.outside
        if death.outside:
            self._killed_outside_s[role] = now_s

    def _outside_limit_s(self, role: Role, row: _DeathRow) -> float:
        """Return how long kills from outside may go on without a finished frame, s."""
        others = [at_s for other, at_s in self._killed_outside_s.items() if other != role]
        return _OUTSIDE_EVERYWHERE_S if max(others, default=0.0) > row.began_s else _OUTSIDE_S
