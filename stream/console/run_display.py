"""What a person at the terminal sees on stderr: a status line in live runs, a progress bar in replay, else nothing."""

import contextlib
import os
import sys
from typing import Any, Final, Protocol, TextIO, cast

from tqdm import tqdm

from stream.console.text import counted
from stream.protocol.readings import RunStatus

_WORDS: Final = {
    "good": "LIVE",
    "poor signal": "POOR SIGNAL",
    "stale": "STALE",
    "no camera": "NO CAMERA",
    "no analysis": "NO ANALYSIS",
    "ended": "ENDED",
}


class Steady:
    """A stream that never fails: a terminal that was closed, or a full disk behind it, must not end a run."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write like a file; what cannot be written is lost, and so is all that comes after it."""
        try:
            return self._stream.write(text)
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
    """Frames done of frames expected."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None

    def show(self, status: RunStatus) -> None:
        """Move the bar."""
        done = status.published + status.failed
        if self._bar is None:
            self._bar = tqdm(total=status.frames_expected, initial=done, unit="frame", file=sys.stderr)
        self._bar.total = status.frames_expected
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Leave the finished bar."""
        if self._bar is not None:
            self._bar.close()


class Silent:
    """No terminal, or none wanted."""

    def show(self, status: RunStatus) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


def display(*, replay: bool, quiet: bool) -> Display:
    """Return the display that fits this run and this terminal."""
    if quiet or not sys.stderr.isatty():
        return Silent()
    return ProgressBar() if replay else StatusLine()


def status_text(status: RunStatus) -> str:
    """Return one line of about 80 characters: the state first, then the value, if there is a current one."""
    words = _WORDS[status.state] if status.mode == "live" else f"{status.mode.upper()} {_WORDS[status.state]}"
    value = "--.-- %" if status.density_pct is None else f"{status.density_pct:5.2f} %"
    why = f" ({', '.join(status.quality_reasons)})" if status.state == "poor signal" else ""
    return (
        f"{words}{why}  density {value}  {status.frames_per_s:.0f}/s"
        f"  {counted(status.published, 'frame')}, {status.dropped} dropped, {status.failed} failed"
    )
