"""`run_stream.py summarise`: one table over many sessions. Loads what it needs when it runs."""

import sys
from pathlib import Path

import click

_FOLDERS = click.argument("folders", nargs=-1, required=True, metavar="FOLDER...", type=click.Path(path_type=Path))
_OUTPUT = click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="Write the table there. Default: stdout."
)


@click.command()
@_FOLDERS
@_OUTPUT
@click.option("--markers", is_flag=True, help="A row per marker instead of a row per session.")
def summarise(folders: tuple[Path, ...], output: Path | None, markers: bool) -> None:
    """Print a CSV table of the sessions in FOLDER...: a row for each, with density over its good frames.

    A FOLDER is that of a replay, of a kept live session, or one that holds several of them.
    """
    from stream.session.finished import session_files
    from stream.session.tables.changes import MARKER_COLUMNS, marker_rows
    from stream.session.tables.sessions import SessionRow, session_rows
    from stream.session.tables.writing import as_csv, table_text

    files = session_files(folders)
    if markers:
        _give(table_text(MARKER_COLUMNS, marker_rows(files)), output)
    else:
        _give(as_csv(SessionRow, session_rows(files)), output)


@click.command()
@click.option(
    "--marker",
    "kind",
    required=True,
    metavar="KIND",
    help="bolus, fluid, position, pressure-released, note, site-1 … site-5.",
)
@_FOLDERS
@_OUTPUT
@click.option(
    "--before", "before_s", type=click.FloatRange(1, 86400), default=60.0, show_default=True, help="Seconds before it."
)
@click.option(
    "--after", "after_s", type=click.FloatRange(1, 86400), default=60.0, show_default=True, help="Seconds after it."
)
def change(kind: str, folders: tuple[Path, ...], output: Path | None, before_s: float, after_s: float) -> None:
    """Print a CSV table of the change of density at each marker of one kind, over the sessions in FOLDER...

    The change is the mean of the good frames after the marker, less that before it, with a 90 % interval; if there is
    none, the reason stands in why_not.
    """
    from typing import get_args

    from stream.errors import UsageError
    from stream.protocol.bedside import MarkerKind
    from stream.session.finished import session_files
    from stream.session.tables.changes import MarkerChange, change_rows
    from stream.session.tables.writing import as_csv

    kinds = [name for part in get_args(MarkerKind) for name in (get_args(part) or (part,))]
    if kind not in kinds:
        raise UsageError(f"there is no marker of the kind {kind}: {', '.join(kinds)}")
    rows = change_rows(session_files(folders), kind, before_s, after_s)
    _give(as_csv(MarkerChange, rows), output)
    if not rows:
        print(f"No session there has a marker of the kind {kind}.", file=sys.stderr)


def _give(text: str, output: Path | None) -> None:
    """Print a table, or write it and say where it is. Raises OutputError."""
    from stream.machine.files import shown
    from stream.session.tables.writing import write_table

    if output is None:
        print(text, end="")
    else:
        write_table(output, text)
        print(f"Table: {shown(output)}", file=sys.stderr)
