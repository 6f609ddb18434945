"""Readings as Apache Parquet: typed columns that say their units, times with their zone, numbers in full precision."""

from pathlib import Path
from typing import Any, Final

from stream.config.optional import optional
from stream.console.text import counted
from stream.session.archive import Archive
from stream.session.exports.columns import Column, columns
from stream.session.exports.readings import blocks, values_beside
from stream.session.signals.beside import BesideColumn, columns_beside
from stream.version import VERSION

_FACTS: Final = ("session", "source", "mode", "model_id")


def write(archive: Archive, path: Path) -> str:
    """Write all readings, and say how many. Raises ConfigError if pyarrow is missing, OutputError, OSError."""
    pyarrow = optional("The format parquet", "pyarrow", "export")
    parquet = optional("The format parquet", "pyarrow.parquet", "export")
    beside = columns_beside(archive)
    schema = _schema(pyarrow, archive.facts(), beside)
    written = 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for rows in blocks(archive):
            values = (*zip(*rows, strict=True), *values_beside(rows, beside))
            arrays = [pyarrow.array(column, field.type) for column, field in zip(values, schema, strict=True)]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
            written += len(rows)
    return counted(written, "reading")


def _schema(pyarrow: Any, facts: dict[str, Any], beside: list[BesideColumn]) -> Any:
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
    fields += [pyarrow.field(one.name, types["number"], metadata={"unit": one.unit}) for one in beside]
    return pyarrow.schema(fields, metadata=described)


def _said(column: Column) -> dict[str, str]:
    said = {"description": column.meaning}
    return said | {"unit": column.unit} if column.unit else said
