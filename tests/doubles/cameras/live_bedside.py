"""A live run of a camera, seen from outside: through its page, and through the session on disk."""

import json
import sqlite3
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.running import eventually, page_address, running


class Bedside:
    """A live run of a camera, seen through its page."""

    def __init__(self, page: str, folder: Path) -> None:
        self._page, self._folder = page, folder

    def status(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self._page}/api/status", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def shows(self, what: Callable[[dict[str, Any]], object], words: str) -> dict[str, Any]:
        return eventually(lambda: (status := self.status()) if what(status := self.status()) else None, words)

    def incidents(self) -> list[tuple[str, str]]:
        [session] = self._folder.glob("*/session.sqlite")
        with closing(sqlite3.connect(f"file:{session}?mode=ro", uri=True)) as database:
            return database.execute("SELECT kind, detail FROM incidents ORDER BY n").fetchall()

    def statuses(self) -> list[str]:
        """Return the status of every reading on disk, in order: `ok`, `failed`, `dropped`."""
        [session] = self._folder.glob("*/session.sqlite")
        with closing(sqlite3.connect(f"file:{session}?mode=ro", uri=True)) as database:
            return [status for (status,) in database.execute("SELECT status FROM readings ORDER BY seq")]

    def trend(self) -> list[float]:
        """Return the times of the trend's points that have a value, in seconds."""
        with urllib.request.urlopen(f"{self._page}/api/trend", timeout=5) as answer:
            found = json.load(answer)
            return [x for x, mean in zip(found["x"], found["density_mean_pct"], strict=True) if mean is not None]


@contextmanager
def watching(source: str, folder: Path, **environment: str) -> Iterator[Bedside]:
    """Run `live` on the source, with its sessions in `folder`, and wait until frames are analysed."""
    settings = {
        "CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(folder),
        "CAPILLARY_STREAM_PUBLISH_ENABLED": "false",
        "CAPILLARY_STREAM_VIEW_PORT": "0",
    }
    with running("live", source, **settings, **environment) as process:
        found = Bedside(page_address(process), folder)
        found.shows(lambda status: status["seq"] is not None and status["seq"] > 5, "frames are analysed")
        yield found
