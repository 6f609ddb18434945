"""`run_stream.py view SESSION`: a finished session in the page. Loads what it needs when it runs."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stream.config.parts import Parts

if TYPE_CHECKING:
    from stream.config.sections import Config


@click.command("view")
@click.argument("session", required=False, type=click.Path(path_type=Path))
@click.option("--last", is_flag=True, help="Open the newest session.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port of the page; 0: any free one. Default: as configured."
)
@click.option(
    "--um-per-px", type=click.FloatRange(0.01, 100), help="Keep this width of a pixel, µm, in a SESSION that has none."
)
@click.option("--recording", help="Where the recording is now. Default: where it was analysed.")
@click.pass_obj
def view(
    parts: Parts, session: Path | None, last: bool, port: int | None, um_per_px: float | None, recording: str | None
) -> None:
    """Review a finished SESSION in the page: a session.sqlite, or the folder of a replay. Ctrl-C ends.

    A folder of several sessions, such as the results of a batch, is listed, newest first; without SESSION, the
    folder in which live sessions are kept.
    """
    from stream.session.finished import is_folder_of_sessions
    from stream.session.listing import newest
    from stream.view.finished import serve_review

    config = parts.load("default.toml", {"view.port": port})
    if last:
        session = newest(session or _kept_in(config))
    if session is None or is_folder_of_sessions(session):
        _list(session or _kept_in(config), f"view {session} --last" if session else "view --last")
    else:
        serve_review(parts, config.view, session, recording, um_per_px=um_per_px)


def _kept_in(config: "Config") -> Path:
    from stream.session.folders import sessions_folder

    return sessions_folder(config.sink.sessions_dir)


def _list(folder: Path, last: str) -> None:
    from stream.console.text import plain
    from stream.machine.files import shown
    from stream.session.listing import listed, sessions_in

    sessions = sessions_in(folder)
    if not sessions:
        print(f"There is no session in {folder} yet: `live` makes one.", file=sys.stderr)
        return
    print(listed(sessions))
    whole = [plain(str(shown(kept.folder))) for kept in sessions if not kept.damaged]
    if not whole:
        print(f"They are in {plain(str(shown(folder)))}.", file=sys.stderr)
    else:
        print(f"`view {whole[0]}` opens one, `{plain(last)}` the newest.", file=sys.stderr)
