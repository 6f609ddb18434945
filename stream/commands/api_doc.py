"""Writes docs/openapi*.json, docs/asyncapi.json and docs/schema/ from the types of the code alone.

`python -m stream.commands.api_doc [FOLDER]` writes them below docs, or below the folder.
"""

import sys
from pathlib import Path
from typing import Any, Final

import msgspec

from stream.commands.asyncapi import asyncapi
from stream.commands.protocol_doc import PUBLISHED
from stream.outlets.zmq_publisher import NOT_PUBLISHED
from stream.protocol import measures
from stream.protocol.readings import DensityReading
from stream.security.events import SecurityEvents
from stream.session.file_types import RegionsLine, Summary
from stream.session.result_files import csv_columns
from stream.view.answers.document import openapi
from stream.view.answers.operation import described
from stream.view.live.feed import Feed
from stream.view.live.messages import Opening, PictureHeader, Tick
from stream.view.live.request_broker import NoBroker
from stream.view.live.session_info import SessionInfo
from stream.view.live.viewers import Wishes
from stream.view.server.page_routes import page_routes
from stream.view.tabs.answers import AllSources
from stream.view.tabs.app import tabs_routes

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_OTHERS: Final[dict[str, Any]] = {
    "regions-line": RegionsLine,
    "summary": Summary,
    "websocket-text": Opening | Tick,
    "websocket-picture-header": PictureHeader,
    "websocket-wishes": Wishes,
}


def documents() -> dict[str, str]:
    """Return the text of each document by its path below docs."""
    page = page_routes(Feed(SessionInfo(session="", mode="live")), SecurityEvents(), NoBroker(), None)
    several = tabs_routes(lambda: AllSources(sources=[], version=""))
    found: dict[str, Any] = {
        "openapi.json": openapi(described(page)),
        "openapi-several.json": openapi(described(several)),
        "asyncapi.json": asyncapi(),
    }
    for topic, message, _ in PUBLISHED:
        found[f"schema/{topic.partition('.')[0]}.json"] = _published(message)
    for name, kind in _OTHERS.items():
        found[f"schema/{name}.json"] = _schema(kind)
    found["schema/readings-row.json"] = _readings_row()
    return {path: msgspec.json.format(msgspec.json.encode(found[path])).decode() + "\n" for path in sorted(found)}


def _schema(kind: Any) -> dict[str, Any]:
    return {"$schema": DIALECT, **msgspec.json.schema(kind)}


def _published(message: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the schema of a message on ZeroMQ, which has no pictures and no outlines."""
    schema = _schema(message)
    definition = schema["$defs"][message.__name__]
    definition["properties"] = {
        name: field for name, field in definition["properties"].items() if name not in NOT_PUBLISHED
    }
    schema["$defs"] = {name: part for name, part in schema["$defs"].items() if not name.endswith("Outline")}
    return schema


def _readings_row() -> dict[str, Any]:
    """Return the schema of a row of readings.csv: all cells are text, so types are those of their content."""
    fields = msgspec.json.schema(DensityReading)["$defs"]["DensityReading"]["properties"]
    further = {key: measure.label for measure in measures.further() for key in measure.keys}
    own = {
        "t_capture_utc": {"type": "string", "format": "date-time", "description": "capture, UTC"},
        "quality_reasons": {"type": "string", "description": "why the quality is not good, parted by `; `"},
        **{key: {"anyOf": [{"type": "number"}, {"const": ""}], "description": label} for key, label in further.items()},
    }
    columns = {name: own.get(name) or fields[name] for name in csv_columns()}
    title = "A row of readings.csv and /export.csv; an empty cell: not known"
    return {"$schema": DIALECT, "title": title, "type": "object", "properties": columns, "required": list(columns)}


def main(folder: Path) -> None:
    """Write all documents below the folder."""
    for path, text in documents().items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
