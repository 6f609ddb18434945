"""Readings as CSV for a spreadsheet that writes numbers with a comma: semicolons between cells, and a byte order mark.

So does a spreadsheet save its own tables where the comma is the decimal sign, and reads them without asking.
"""

import csv
from pathlib import Path

from stream.console.text import counted
from stream.session.archive import Archive
from stream.session.exports.columns import columns
from stream.session.result_files import csv_columns, csv_rows, csv_sources


def write(archive: Archive, path: Path) -> str:
    """Write all readings, and say how many. Raises OutputError, OSError."""
    written = 0
    commas = [column.kind == "number" for column in columns()]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(csv_columns())
        for row in csv_rows(archive.rows(csv_sources())):
            writer.writerow(
                [cell.replace(".", ",") if comma else cell for cell, comma in zip(row, commas, strict=True)]
            )
            written += 1
    return counted(written, "reading")
