"""Readings as CSV for a spreadsheet that writes numbers with a comma: semicolons between cells, and a byte order mark.

So does a spreadsheet save its own tables where the comma is the decimal sign, and reads them without asking.
"""

import csv
from pathlib import Path

from stream.console.text import counted, harmless
from stream.session.archive import Archive
from stream.session.exports.columns import columns
from stream.session.exports.readings import cells
from stream.session.result_files import csv_columns
from stream.session.signals.beside import columns_beside


def write(archive: Archive, path: Path) -> str:
    """Write all readings, and say how many. Raises OutputError, OSError."""
    written = 0
    beside = columns_beside(archive)
    commas = [*(column.kind == "number" for column in columns()), *(True for _ in beside)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow((*csv_columns(), *(harmless(column.name) for column in beside)))
        for row in cells(archive, beside):
            writer.writerow(
                [cell.replace(".", ",") if comma else cell for cell, comma in zip(row, commas, strict=True)]
            )
            written += 1
    return counted(written, "reading")
