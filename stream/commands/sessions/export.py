"""`run_stream.py export`: a session for another program. Loads what it needs when it runs."""

import sys
from pathlib import Path
from typing import Final

import click

from stream.errors import OutputError, UsageError

FORMATS: Final = {
    "csv": ("readings.csv", "stream.session.exports.readings:write"),
    "parquet": ("readings.parquet", "stream.session.exports.parquet:write"),
    "edf": ("readings.edf", "stream.session.exports.edf:write"),
    "signals": ("signals.csv", "stream.session.exports.signals:write"),
    "coco": ("outlines.coco.json", "stream.session.exports.coco:write"),
    "imagej": ("outlines.imagej.zip", "stream.session.exports.imagej:write"),
}
"""Format → the file that it is written to beside the session, and "module:function" that writes it."""
_SPREADSHEET: Final = ("readings.csv", "stream.session.exports.spreadsheet:write")


@click.command()
@click.argument("session", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    required=True,
    help="coco, imagej: outlines of a replay with --regions. signals: of other devices, recorded by [inlets.lsl].",
)
@click.option(
    "--decimal",
    type=click.Choice([".", ","]),
    default=".",
    help='Of csv: with ",", a table for spreadsheets that write numbers so: semicolons, and a byte order mark.',
)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="The file to write. Default: beside the session.")
def export(session: Path, form: str, decimal: str, output: Path | None) -> None:
    """Write a SESSION (a replay's folder, or a session.sqlite) for another program.

    A table as CSV or Parquet, signals with markers as EDF+, outlines as COCO or ImageJ ROIs.
    """
    from stream.config.plugins import load
    from stream.machine.files import written_whole
    from stream.session.archive import Archive
    from stream.session.finished import session_file

    if decimal == "," and form != "csv":
        raise UsageError(f"--decimal is for --format csv; {form} has no decimal sign")
    name, target = _SPREADSHEET if decimal == "," else FORMATS[form]
    archive = Archive(session_file(session))
    path = output or archive.path.parent / name
    if path.exists():
        raise OutputError(f"{path} is there already; name another file with --output")
    try:
        with written_whole(path) as partial, archive.readable():
            written = load(target)(archive, partial)
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"{path} cannot be written: {error.strerror}; choose another place with --output") from error
    finally:
        archive.close()
    print(f"{path}: {written}", file=sys.stderr)
