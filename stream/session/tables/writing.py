"""Writes a table as CSV. Text that a spreadsheet would compute is escaped."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

from stream.console.text import harmless
from stream.errors import OutputError
from stream.machine.files import written_whole

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def as_csv(kind: "type[DataclassInstance]", rows: "Iterable[DataclassInstance]") -> str:
    """Return rows of one kind as CSV with a header: a column for each field; empty if a value is None."""
    return table_text([field.name for field in fields(kind)], (asdict(row).values() for row in rows))


def table_text(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue()


def write_table(path: Path, text: str) -> None:
    """Write a table as a file that is whole if it is there. Raises OutputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as partial:
            partial.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}; choose another place") from error
