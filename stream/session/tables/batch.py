"""summary.csv of a batch: the table of its sessions, true at any time, also if the batch is interrupted."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from stream.console.public_source import public_source
from stream.session.tables.sessions import INTERRUPTED, NOT_BEGUN, SessionRow, session_row
from stream.session.tables.writing import as_csv, write_table

FILE_NAME: Final = "summary.csv"


class BatchTable:
    """A row for each recording of a batch, in order, also for those that are not begun yet."""

    def __init__(self, output: Path, folders: Sequence[tuple[str, Path]]) -> None:
        """Write the table as things stand; folders: source and folder of its results. Raises OutputError."""
        self.path = output / FILE_NAME
        self._folders = [(public_source(source), folder) for source, folder in folders]
        self._rows = [session_row(folder, source) for source, folder in self._folders]
        self._write()

    def complete(self) -> list[bool]:
        """Return for each recording whether its results are complete."""
        return [row.status == "complete" for row in self._rows]

    def begin(self, place: int) -> None:
        """Write that the recording at this place, from 0, is begun: interrupted, if nothing follows.

        Raises OutputError.
        """
        if self._rows[place].status == NOT_BEGUN:
            self._rows[place] = replace(self._rows[place], status=INTERRUPTED)
            self._write()

    def update(self, place: int) -> None:
        """Read the row at this place, from 0, again, and write the table. Raises OutputError."""
        source, folder = self._folders[place]
        self._rows[place] = session_row(folder, source)
        self._write()

    def _write(self) -> None:
        write_table(self.path, as_csv(SessionRow, self._rows))
