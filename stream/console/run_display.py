"""What a person at the terminal sees on stderr: a status line in live runs, a progress bar in replay, else nothing."""

import contextlib
import logging
import os
import sys
import time
from typing import TYPE_CHECKING, Any, Final, Protocol, TextIO, cast

from stream.console.batch import BatchPlace, time_words
from stream.console.logs import discreet
from stream.console.text import counted
from stream.protocol.readings import RunStatus

if TYPE_CHECKING:
    from tqdm import tqdm

log = logging.getLogger("capillary.progress")

_BETWEEN_LINES_S: Final = 10.0
_LONGEST_SILENCE_S: Final = 60.0
_FRAMES_OF_A_TENTH: Final = 1000  # if it is not known how many there are
_WORDS: Final = {
    "good": "LIVE",
    "poor signal": "POOR SIGNAL",
    "stale": "STALE",
    "no camera": "NO CAMERA",
    "no analysis": "NO ANALYSIS",
    "ended": "ENDED",
}


class Steady:
    """A stream that never fails, and never shows a secret: a closed terminal, or a full disk, must not end a run."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write like a file; what cannot be written is lost, and so is all that comes after it."""
        try:
            self._stream.write(discreet(text))
        except (OSError, ValueError):
            self._lose()
        return len(text)

    def flush(self) -> None:
        """Flush like a file; an error loses what is written from now on."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            self._lose()

    def _lose(self) -> None:
        """Point the descriptor at nothing: no error now, and none when the interpreter flushes it at its end."""
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def steady_streams() -> None:
    """Make sure that standard streams exist and that stderr never fails.

    Call it before anything else: the next file that is opened would take a free descriptor number.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = cast("TextIO", Steady(sys.stderr or os.fdopen(2, "w", closefd=False)))


class Display(Protocol):
    """A display of the status of a run."""

    def show(self, status: RunStatus) -> None:
        """Take the newest status."""

    def close(self) -> None:
        """Leave the terminal clean."""


class StatusLine:
    """One line, rewritten in place."""

    def show(self, status: RunStatus) -> None:
        """Rewrite the line."""
        print(f"\r\x1b[2K{status_text(status)}", end="", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Go to the next line."""
        print(file=sys.stderr, flush=True)


class ProgressBar:
    """Frames done of frames expected; of several recordings also which one, and the time left for all."""

    def __init__(self, place: BatchPlace | None = None) -> None:
        self._bar: tqdm[Any] | None = None
        self._place = place

    def show(self, status: RunStatus) -> None:
        """Move the bar."""
        from tqdm import tqdm  # loaded only for who looks at it

        done = status.published + status.failed
        if self._bar is None:
            words = self._place.words() if self._place is not None else None
            self._bar = tqdm(total=status.frames_expected, initial=done, unit="frame", desc=words, file=sys.stderr)
        self._bar.total = status.frames_expected
        if self._place is not None:
            self._place.note(share_of(status))
            if (left_s := self._place.progress.left_s()) is not None:
                self._bar.set_postfix_str(f"all in {time_words(left_s)}", refresh=False)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Leave the finished bar."""
        if self._bar is not None:
            self._bar.close()


class ProgressLines:
    """A line now and then in the log: after each tenth of a recording or a minute, but at most one in ten seconds.

    Of several recordings each has a line at its begin and at its end. Their names may be those of patients: logs have
    numbers only.
    """

    def __init__(self, place: BatchPlace | None = None) -> None:
        self._place = place
        self._written_s = time.monotonic()
        self._tenths = 0
        if place is not None:
            log.info("%s begins%s", place.number_words(), self._left())

    def show(self, status: RunStatus) -> None:
        """Write a line if one is due."""
        done, expected = status.published + status.failed, status.frames_expected
        if self._place is not None:
            self._place.note(share_of(status))
        tenths = 10 * done // expected if expected else done // _FRAMES_OF_A_TENTH
        now_s = time.monotonic()
        silent_s = now_s - self._written_s
        if silent_s < (_BETWEEN_LINES_S if tenths > self._tenths else _LONGEST_SILENCE_S):
            return
        self._tenths, self._written_s = tenths, now_s
        where = "" if self._place is None else f"{self._place.number_words()}: "
        rate = f", {status.frames_per_s:.1f} frames/s" if status.frames_per_s else ""  # none yet, after a resume
        log.info("%s%s%s%s", where, _frames(status), rate, self._left())

    def close(self) -> None:
        """Write that a recording of several has ended; the command says what came of it."""
        if self._place is not None:
            log.info("%s ends", self._place.number_words())

    def _left(self) -> str:
        """Return the time left for all recordings in words; empty if it is not known."""
        left_s = None if self._place is None else self._place.progress.left_s()
        return "" if left_s is None else f"; about {time_words(left_s)} left for all files"


class Silent:
    """No terminal, or none wanted."""

    def show(self, status: RunStatus) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


def display(*, replay: bool, quiet: bool, place: BatchPlace | None = None) -> Display:
    """Return the display that fits this run and this terminal; place: of a recording among others."""
    if quiet:
        return Silent()
    if not sys.stderr.isatty():
        return ProgressLines(place) if replay else Silent()
    return ProgressBar(place) if replay else StatusLine()


def share_of(status: RunStatus) -> float:
    """Return how much of a recording is done, 0 to 1; 0 if it is not known how many frames it has."""
    done = status.published + status.failed
    return min(done / status.frames_expected, 1.0) if status.frames_expected else 0.0


def _frames(status: RunStatus) -> str:
    """Return how many frames are done, and of how many."""
    of = f" of {status.frames_expected}" if status.frames_expected else ""
    return f"{status.published + status.failed}{of} frames"


def state_words(status: RunStatus) -> str:
    """Return state, value and rate of one source of several, in some 25 characters; of one that has ended, that."""
    if status.state == "ended":
        return _WORDS[status.state]
    value = "--.-- %" if status.density_pct is None else f"{status.density_pct:.2f} %"
    return f"{_WORDS[status.state]} {value} {status.frames_per_s:.0f}/s"


def status_text(status: RunStatus) -> str:
    """Return one line of about 80 characters: the state first, then the value, if there is a current one."""
    words = _WORDS[status.state] if status.mode == "live" else f"{status.mode.upper()} {_WORDS[status.state]}"
    value = "--.-- %" if status.density_pct is None else f"{status.density_pct:5.2f} %"
    why = f" ({', '.join(status.quality_reasons)})" if status.state == "poor signal" else ""
    return (
        f"{words}{why}  density {value}  {status.frames_per_s:.0f}/s"
        f"  {counted(status.published, 'frame')}, {status.dropped} dropped, {status.failed} failed"
    )
