"""What is taken away: the report, and tables of readings, markers and alarms."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from stream.console.text import harmless
from stream.readings.before_after import Change, change_at
from stream.readings.trend import reduce
from stream.session.result_files import CSV_COLUMNS, CSV_SOURCES, csv_rows
from stream.view.live.feed import Feed
from stream.view.report.page import LINES, Paper, report_html
from stream.view.routes.request_helpers import Page, number

_STYLE: Final = Path(__file__).parent.parent / "report" / "report.css"
_PIXELS: Final = 850
_CHANGE_OVER_S: Final = 60.0
_LINES_AT_ONCE: Final = 500
_FAR_S: Final = 1e11
_MARKER: Final = ("id", "kind", "text", "seq", "x", "t_ns", "until_seq", "until_x", "until_ns")
_EVENT: Final = (
    *("event", "t_ns", "seq", "id", "kind", "priority", "state", "suspended", "cause", "value", "limit"),
    "paused_until_ns",
)


def routes(page: Page) -> list[Route]:
    """Papers. They read files, so they run beside the server's loop."""
    feed = page.feed

    def report(_: Request) -> Response:
        archive, info = page.session, feed.info
        return HTMLResponse(
            report_html(
                Paper(
                    info=info,
                    facts=archive.facts(),
                    rows=feed.trend.rows(),
                    trend=reduce(feed.trend, None, None, _PIXELS),
                    dropped=archive.drops(),
                    markers=feed.markers(),
                    events=archive.events(info.session, info.source),
                    limits=feed.alarms().limits,
                    sites=feed.sites(),
                    changes=_changes(feed),
                )
            )
        )

    async def style(_: Request) -> Response:
        return FileResponse(_STYLE, media_type="text/css")

    def readings(request: Request) -> Response:
        rows = feed.trend.between(number(request, "from_s", -_FAR_S, -_FAR_S, _FAR_S) or 0, _until(request))
        first, last = (int(rows["seq"][0]), int(rows["seq"][-1])) if len(rows) else (0, -1)
        lines = csv_rows(page.session.rows(CSV_SOURCES, first, last))
        return _table(f"{feed.info.session}-readings.csv", CSV_COLUMNS, lines)

    def markers(_: Request) -> Response:
        lines = ([getattr(marker, name) for name in _MARKER] for marker in feed.markers())
        return _table(f"{feed.info.session}-markers.csv", _MARKER, lines)

    def alarms(_: Request) -> Response:
        events = page.session.events(feed.info.session, feed.info.source)
        lines = ([getattr(event, name) for name in _EVENT] for event in events)
        return _table(f"{feed.info.session}-alarms.csv", _EVENT, lines)

    return [
        Route("/report", report),
        Route("/report.css", style),
        Route("/export.csv", readings),
        Route("/export/markers.csv", markers),
        Route("/export/alarms.csv", alarms),
    ]


def _changes(feed: Feed) -> dict[int, Change]:
    """Before and after each marker of a moment that the report has a line for."""
    moments = [marker for marker in feed.markers()[:LINES] if marker.until_x is None and marker.x is not None]
    return {
        marker.id: change_at(feed.trend, marker.id, marker.x or 0.0, _CHANGE_OVER_S, _CHANGE_OVER_S)
        for marker in moments
    }


def _until(request: Request) -> float:
    value = number(request, "to_s", _FAR_S, -_FAR_S, _FAR_S)
    return _FAR_S if value is None else value


def _table(name: str, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> Response:
    """A CSV file to keep, sent as it is read."""
    headers = {"content-disposition": attachment(name)}
    return StreamingResponse(_text(columns, iter(lines)), media_type="text/csv; charset=utf-8", headers=headers)


def attachment(name: str) -> str:
    """The header value that suggests a file name, of any characters (RFC 6266, 8187)."""
    ascii_name = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)
    return f'attachment; filename="{ascii_name}"' + (
        "" if ascii_name == name else f"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
    )


def _text(columns: Sequence[str], lines: Iterator[Sequence[object]]) -> Iterator[str]:
    cells = ([harmless(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
    block: list[Sequence[object]] = [columns]
    while block:
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows(block)
        yield written.getvalue()
        block = list(islice(cells, _LINES_AT_ONCE))
