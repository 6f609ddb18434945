"""`run_stream.py view SESSION`: a finished session in the page. Loads what it needs when it runs.

Knows no source of frames and no analyser: whoever puts the commands together hands over what opens them.
"""

import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    from stream.config import Config
    from stream.ports import Analyser
    from stream.view.recorded import Frames


class Opener(Protocol):
    """What the command line knows and this package must not."""

    def load(self, default: str, overrides: dict[str, Any]) -> "Config":
        """The configuration."""

    def lookup(self, source: str) -> "Frames":
        """Looks frames up in a recording."""

    def analyser(self) -> "Analyser":
        """The configured analyser. Raises ModelError."""


@click.command("view")
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), help="0: any free port; default: as configured, 8765.")
@click.option("--recording", help="Where the recording lies now; default: where it was analysed.")
@click.pass_obj
def view(opener: Opener, session: Path, port: int | None, recording: str | None) -> None:
    """Look at a finished SESSION in the page: a session.sqlite, or the folder of a replay. Ctrl-C ends."""
    from stream.version import VERSION
    from stream.view.archive import Archive
    from stream.view.desk import FileDesk
    from stream.view.process import FAREWELL_S
    from stream.view.recorded import Recorded
    from stream.view.review import reviewed, session_file
    from stream.view.rules import certificate, rules_of
    from stream.view.server import ViewServer, make_app

    config = opener.load("default.toml", {} if port is None else {"view.port": port})
    path = session_file(session)
    archive = Archive(path)
    feed = reviewed(archive, VERSION, site_s=config.view.site_s)
    facts = archive.facts()
    source = recording or str(facts.get("asked_source") or "")
    recorded = Recorded(source, facts.get("source_sha256"), opener.lookup(source), opener.analyser) if source else None
    app = make_app(feed, desk=FileDesk(path, feed), archive=archive, recording=recorded, rules=rules_of(config.view))
    server = ViewServer(app, config.view.host, config.view.port, certificate(config.view))
    server.start()
    print(f"Review: {server.address} (Ctrl-C ends)", file=sys.stderr, flush=True)
    _wait()
    feed.end(FAREWELL_S)
    server.stop()


def _wait() -> None:
    """Until somebody stops it."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
