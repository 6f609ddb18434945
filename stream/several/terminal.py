"""What a person at the terminal sees of several sources: lines with the name of their source, and one status line."""

import json
import shutil
import sys
import time
from collections.abc import Iterable
from typing import Final

_EVERY_S: Final = 0.25


def named_line(source: str, line: str) -> str:
    """Return a line of a source's run with the name of the source: at its beginning, or in an entry of a JSON log."""
    if line.startswith("{"):
        try:
            entry = json.loads(line)
        except ValueError:
            pass
        else:
            return json.dumps({"source": source} | entry, ensure_ascii=False)
    return f"{source}: {line}"


def line_of(words: Iterable[str], width: int) -> str:
    """Return the words of all sources in one line that fits into `width` characters."""
    line = " | ".join(words)
    return line if len(line) <= width else line[: max(width - 1, 0)] + "…"


class Terminal:
    """stderr. The status line is rewritten in place, below all other lines; only on a terminal, and unless `quiet`."""

    def __init__(self, *, quiet: bool) -> None:
        self._rewrites = sys.stderr.isatty() and not quiet
        self._shown = False
        self._next_s = 0.0

    def say(self, text: str) -> None:
        """Write a line, above the status line."""
        self._clear()
        print(text, file=sys.stderr, flush=True)

    def show(self, words: Iterable[str]) -> None:
        """Rewrite the status line if it is time; to be called often. words: of each source."""
        if not self._rewrites or time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + _EVERY_S
        width = shutil.get_terminal_size().columns - 1
        print(f"\r\x1b[2K{line_of(words, width)}", end="", file=sys.stderr, flush=True)
        self._shown = True

    def close(self) -> None:
        """Leave the cursor on a line of its own."""
        if self._shown:
            print(file=sys.stderr, flush=True)
            self._shown = False

    def _clear(self) -> None:
        if self._shown:
            print("\r\x1b[2K", end="", file=sys.stderr)
            self._shown, self._next_s = False, 0.0
