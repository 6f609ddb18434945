"""Readings as CSV, with the columns of readings.csv: of a live session too, which has no such file."""

import csv
from pathlib import Path

from stream.console.text import counted
from stream.session.archive import Archive
from stream.session.result_files import csv_columns, csv_rows, csv_sources


def write(archive: Archive, path: Path) -> str:
    """Write all readings, and say how many. Raises OutputError, OSError."""
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(csv_columns())
        for row in csv_rows(archive.rows(csv_sources())):
            writer.writerow(row)
            written += 1
    return counted(written, "reading")
