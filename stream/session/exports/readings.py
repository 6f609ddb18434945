"""Readings as CSV, with the columns of readings.csv: of a live session too, which has no such file.

Signals of other devices come last, a column for each of their channels.
"""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from stream.console.text import counted, harmless
from stream.session.archive import Archive
from stream.session.result_files import csv_columns, csv_rows, csv_sources
from stream.session.signals.beside import BesideColumn, columns_beside

_ROWS_AT_ONCE: Final = 20_000


def write(archive: Archive, path: Path) -> str:
    """Write all readings, and say how many. Raises OutputError, OSError."""
    written = 0
    beside = columns_beside(archive)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*csv_columns(), *(harmless(column.name) for column in beside)))
        for row in cells(archive, beside):
            writer.writerow(row)
            written += 1
    return counted(written, "reading")


def cells(archive: Archive, beside: list[BesideColumn]) -> Iterator[list[str]]:
    """Yield the rows of all readings as they are written, and after them what signals were then."""
    for rows in blocks(archive):
        signals = values_beside(rows, beside)
        for row, *values in zip(csv_rows(rows), *signals, strict=True):
            yield [*row, *("" if value is None else repr(value) for value in values)]


def values_beside(rows: list[tuple[Any, ...]], beside: list[BesideColumn]) -> list[list[float | None]]:
    """Return for each column what its signal was at each of the readings."""
    captures = csv_sources().index("t_capture_ns")
    return [column.at([int(row[captures]) for row in rows]) for column in beside]


def blocks(archive: Archive) -> Iterator[list[tuple[Any, ...]]]:
    """Yield readings as the store has them, of the columns `csv_sources()`, so many at once as memory allows."""
    rows = archive.rows(csv_sources())
    while block := list(islice(rows, _ROWS_AT_ONCE)):
        yield block
