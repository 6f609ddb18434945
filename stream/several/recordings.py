"""The recordings of one command, several at once: each is a run of its own, and ends and starts overlap.

A run has times in which it cannot fill all cores: while its processes start, while its files are written. So the next
recording begins as soon as workers are free, and the longest begins first, so that a short one ends last.
"""

import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import wait
from typing import Final

from stream.console.batch import BatchPlace, time_words
from stream.console.run_display import Display, ProgressLines, Silent, share_of
from stream.machine.signals import stop_asked
from stream.protocol.readings import RunStatus
from stream.several.shares import is_room_for_another
from stream.several.source_run import Monitor, SourceRun, TellCommand
from stream.several.terminal import Terminal, named_line

_TICK_S: Final = 0.05
_STOPPED: Final = 130

MakeRecordingMonitor = Callable[[int, int], Monitor]
"""Makes what analyses the recording at a place, from 0, with so many workers; it tells a RunStatus now and then."""


class ReportingDisplay:
    """The display of a run in its own process: it reports to the command, which shows it."""

    def __init__(self, tell: TellCommand) -> None:
        self._tell = tell

    def show(self, status: RunStatus) -> None:
        """Tell the newest status."""
        self._tell(status)

    def close(self) -> None:
        """Do nothing: the end of the process says it."""


@dataclass(frozen=True, slots=True)
class _Going:
    """A recording that is being analysed. workers: that it was given."""

    place: BatchPlace
    workers: int
    display: Display
    run: SourceRun

    @property
    def workers_busy(self) -> int:
        """Workers that it still needs: none while it writes its files."""
        return 0 if self.place.share >= 1 else self.workers


class Recordings:
    """The recordings of one command, from the first to the last."""

    def __init__(
        self,
        places: Sequence[BatchPlace],
        workers: int,
        make_monitor: MakeRecordingMonitor,
        *,
        quiet: bool,
    ) -> None:
        """Take what the runs need.

        places: of the recordings that are to be analysed, in the order in which they begin.
        workers: of all runs together. quiet: show no progress.
        """
        self._waiting, self._count = deque(places), len(places)
        self._workers, self._make_monitor, self._quiet = workers, make_monitor, quiet
        self._terminal = Terminal(quiet=quiet)
        self._going: list[_Going] = []
        self._codes: dict[int, int] = {}

    def run(self, begun: Callable[[int], None], ended: Callable[[int], None]) -> list[int]:
        """Analyse all, and return the exit code of each that was begun. Ctrl-C and its like end all of them in order.

        begun, ended: are called with the place of a recording, from 0, when its run begins and has ended.
        """
        with stop_asked() as asked:
            try:
                while self._going or (self._waiting and not asked()):
                    self._turn(asked(), begun, ended)
            finally:
                for going in self._going:
                    going.run.end()
                for going in self._going:
                    going.run.close()
                self._terminal.close()
        return [*self._codes.values(), *([_STOPPED] if self._waiting else [])]

    def _turn(self, stopping: bool, begun: Callable[[int], None], ended: Callable[[int], None]) -> None:
        while not stopping and self._waiting and self._is_room():
            self._begin(self._waiting.popleft(), begun)
        wait([handle for going in self._going for handle in going.run.handles], _TICK_S)
        for going in tuple(self._going):
            code = going.run.exit_code  # first: what it wrote before its end is all there then
            for line in going.run.take():
                self._terminal.say(named_line(going.place.number_words(), line))
            if code is not None:
                self._end(going, code, ended)
            elif stopping:
                going.run.end()
        self._terminal.show(self._words())

    def _is_room(self) -> bool:
        return is_room_for_another([going.workers_busy for going in self._going], self._workers)

    def _begin(self, place: BatchPlace, begun: Callable[[int], None]) -> None:
        index = place.number - 1
        workers = place.progress.workers_for(index, self._workers)
        display = Silent() if self._quiet or sys.stderr.isatty() else ProgressLines(place)
        begun(index)
        run = SourceRun(f"file-{place.number}", self._make_monitor(index, workers), partial(_heard, place, display))
        self._going.append(_Going(place, workers, display, run))

    def _end(self, going: _Going, code: int, ended: Callable[[int], None]) -> None:
        self._going.remove(going)
        if going.run.was_killed:
            words = going.place.number_words()
            self._terminal.say(f"{words}: Its processes were killed. The same command with --resume goes on with it.")
        going.run.close()
        going.display.close()
        going.place.note(1.0)
        self._codes[going.place.number] = code
        ended(going.place.number - 1)

    def _words(self) -> list[str]:
        """Return what is going on, for one line: how many are done, how far each is, how long all will take."""
        progress = [f"{going.place.name} {going.place.share:.0%}" for going in self._going]
        words = [f"{len(self._codes)} of {self._count} files done", *progress]
        left_s = self._going[0].place.progress.left_s() if self._going else None
        return words if left_s is None else [*words, f"all in {time_words(left_s)}"]


def _heard(place: BatchPlace, display: Display, status: RunStatus) -> None:
    place.note(share_of(status))
    display.show(status)
