"""The readings of a session's file, one at a time: a night of them does not fit into memory."""

import json
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Any

from stream.errors import OutputError
from stream.session.provenance import analysed_um_per_px
from stream.session.store import FILE_NAME


class StoredReadings:
    """What a folder's session holds; nothing if there is none. Every method raises OutputError if it is damaged."""

    def __init__(self, folder: Path) -> None:
        path = folder / FILE_NAME
        self._name, self._database = path.name, None
        if path.is_file():
            self._database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
            self._database.row_factory = sqlite3.Row
        self._facts = {row["key"]: row["value"] for row in self._selected("SELECT key, value FROM session")}

    def reading(self, seq: int) -> dict[str, Any]:
        """Return the row of a frame by column; empty if it has none."""
        rows = self._selected("SELECT * FROM readings WHERE seq = ?", seq)
        return dict(rows[0]) if rows else {}

    @property
    def analysed(self) -> int:
        """Return how many frames have values."""
        rows = self._selected("SELECT COUNT(*) FROM readings WHERE status = 'ok'")
        return int(rows[0][0]) if rows else 0

    def um_per_px(self, width: int) -> float | None:
        """Return the scale that the analysis of frames of that width knew, µm per pixel; None if it knew none."""
        facts = {key: json.loads(value) for key, value in self._facts.items()}
        if width != facts.get("width") and facts.get("asked_scale_width_px") not in (None, width):
            return None
        return analysed_um_per_px(facts)

    def __enter__(self) -> "StoredReadings":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._database is not None:
            self._database.close()

    def _selected(self, query: str, *values: object) -> list[sqlite3.Row]:
        if self._database is None:
            return []
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise OutputError(f"{self._name} is damaged: {error}") from None
