"""Readings as Apache Parquet: typed columns that say their units, times with their zone, numbers in full precision."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from stream.config.optional import optional
from stream.console.text import counted
from stream.session.archive import Archive
from stream.session.exports.columns import Column, columns
from stream.session.result_files import csv_sources
from stream.version import VERSION

_ROWS_AT_ONCE: Final = 20_000
_FACTS: Final = ("session", "source", "mode", "model_id")


def write(archive: Archive, path: Path) -> str:
    """Write all readings, and say how many. Raises ConfigError if pyarrow is missing, OutputError, OSError."""
    pyarrow = optional("The format parquet", "pyarrow", "export")
    parquet = optional("The format parquet", "pyarrow.parquet", "export")
    schema = _schema(pyarrow, archive.facts())
    written = 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for rows in _blocks(archive.rows(csv_sources())):
            values = zip(*rows, strict=True)
            arrays = [pyarrow.array(column, field.type) for column, field in zip(values, schema, strict=True)]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
            written += len(rows)
    return counted(written, "reading")


def _blocks(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while block := list(islice(rows, _ROWS_AT_ONCE)):
        yield block


def _schema(pyarrow: Any, facts: dict[str, Any]) -> Any:
    """Return the columns with their types, units and meanings, and the facts of the session."""
    types = {
        "integer": pyarrow.int64(),
        "number": pyarrow.float64(),
        "moment": pyarrow.timestamp("ns", "UTC"),
        "text": pyarrow.string(),
    }
    described = {name: str(facts[name]) for name in _FACTS if facts.get(name) is not None}
    described |= {"software": f"Capillary Stream {VERSION}", "interval": "90 %"}
    fields = [pyarrow.field(column.name, types[column.kind], metadata=_said(column)) for column in columns()]
    return pyarrow.schema(fields, metadata=described)


def _said(column: Column) -> dict[str, str]:
    said = {"description": column.meaning}
    return said | {"unit": column.unit} if column.unit else said
