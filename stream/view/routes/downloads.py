"""Downloads: the report, and tables of readings, markers and alarms."""

import csv
import io
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from stream.console.text import harmless
from stream.errors import WireError
from stream.protocol.measures import CAPILLARIES_PER_AREA, CAPILLARY_COUNT
from stream.readings.before_after import Change, change_at
from stream.readings.trend import reduce
from stream.session.result_files import csv_columns, csv_rows, csv_sources
from stream.view.answers.operation import DescribedRoute, Operation, Query
from stream.view.live.feed import Feed
from stream.view.report.page import LINES, ReportData, report_html
from stream.view.report.picture import report_picture
from stream.view.routes.request_helpers import AXIS_LIMIT_S, stretch
from stream.view.routes.services import PageServices

_CSV: Final = "text/csv"
_STRETCH: Final = (
    Query(name="from_s", says="first time on the trend's axis, s"),
    Query(name="to_s", says="last time on the trend's axis, s"),
)
_REPORT_QUERY: Final = (
    Query(name="picture", type="string", says="`no`: without one, so that nothing is loaded later; default `yes`"),
)
_COUNTS: Final = (CAPILLARY_COUNT, CAPILLARIES_PER_AREA)
_CHART_PIXELS: Final = 850
_CHANGE_OVER_S: Final = 60.0
_ROWS_AT_ONCE: Final = 500
_MARKER_COLUMNS: Final = ("id", "kind", "text", "seq", "x", "t_ns", "until_seq", "until_x", "until_ns")
_EVENT_COLUMNS: Final = (
    *("event", "t_ns", "seq", "id", "kind", "priority", "state", "suspended", "cause", "value", "limit"),
    "paused_until_ns",
)


def routes(page: PageServices) -> list[DescribedRoute]:
    """Return the routes of downloads. They read files, so they run beside the server's loop."""
    feed = page.feed

    def report(request: Request) -> Response:
        archive, info, shared = page.session, feed.info, feed.shared()
        picture = request.query_params.get("picture", "yes")  # one that outlasts the program has none to load
        if picture not in ("yes", "no"):
            raise WireError("picture must be yes or no.")
        pictured = picture == "yes"
        frame = page.evidence.newest_good() if pictured else None
        finished = feed.over or feed.status().state in ("review", "ended")
        data = ReportData(
            info=info,
            facts=archive.facts(),
            rows=feed.trend.rows(),
            counts={measure.label: archive.good_mean(measure.keys[0]) for measure in _COUNTS},
            trend=reduce(feed.trend, None, None, _CHART_PIXELS),
            dropped=archive.drops(),
            markers=feed.markers(),
            events=archive.events(info.session, info.source),
            limits=shared.alarms.limits,
            sites=shared.sites,
            changes=_changes(feed),
            picture=None if frame is None else report_picture(frame),
            unfinished_ns=None if finished else time.time_ns(),
        )
        return HTMLResponse(report_html(data))

    def readings(request: Request) -> Response:
        from_s, to_s = stretch(request)
        rows = feed.trend.between(-AXIS_LIMIT_S if from_s is None else from_s, AXIS_LIMIT_S if to_s is None else to_s)
        first, last = (int(rows["seq"][0]), int(rows["seq"][-1])) if len(rows) else (0, -1)
        lines = csv_rows(page.session.rows(csv_sources(), first, last))
        return _table(f"{feed.info.session}-readings.csv", csv_columns(), lines)

    def markers(_: Request) -> Response:
        lines = ([getattr(marker, name) for name in _MARKER_COLUMNS] for marker in feed.markers())
        return _table(f"{feed.info.session}-markers.csv", _MARKER_COLUMNS, lines)

    def alarms(_: Request) -> Response:
        events = page.session.events(feed.info.session, feed.info.source)
        lines = ([getattr(event, name) for name in _EVENT_COLUMNS] for event in events)
        return _table(f"{feed.info.session}-alarms.csv", _EVENT_COLUMNS, lines)

    return [
        DescribedRoute(
            "/report",
            report,
            Operation(says="a page to print", media="text/html", query=_REPORT_QUERY, errors=(409,)),
        ),
        DescribedRoute(
            "/export.csv",
            readings,
            Operation(says="readings, with the columns of readings.csv", media=_CSV, query=_STRETCH, errors=(400, 409)),
        ),
        DescribedRoute("/export/markers.csv", markers, Operation(says="all markers", media=_CSV)),
        DescribedRoute("/export/alarms.csv", alarms, Operation(says="all alarms' events", media=_CSV, errors=(409,))),
    ]


def _changes(feed: Feed) -> dict[int, Change]:
    """Return the change at each marker without an end that the report has a line for, by the marker's id."""
    markers = [marker for marker in feed.markers()[:LINES] if marker.until_x is None and marker.x is not None]
    return {
        marker.id: change_at(feed.trend, marker.id, marker.x or 0.0, _CHANGE_OVER_S, _CHANGE_OVER_S)
        for marker in markers
    }


def _table(name: str, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> Response:
    """Answer with a CSV file, which is sent while it is read."""
    headers = {"content-disposition": content_disposition(name)}
    return StreamingResponse(_text(columns, iter(lines)), media_type="text/csv; charset=utf-8", headers=headers)


def content_disposition(name: str) -> str:
    """Return the header value that suggests a file name, of any characters (RFC 6266, 8187)."""
    ascii_name = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)
    return f'attachment; filename="{ascii_name}"' + (
        "" if ascii_name == name else f"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
    )


def _text(columns: Sequence[str], lines: Iterator[Sequence[object]]) -> Iterator[str]:
    """Yield the table as CSV, `_ROWS_AT_ONCE` rows at a time. Text that a spreadsheet would compute is escaped."""
    cells = ([harmless(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
    block: list[Sequence[object]] = [columns]
    while block:
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows(block)
        yield written.getvalue()
        block = list(islice(cells, _ROWS_AT_ONCE))
