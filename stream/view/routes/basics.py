"""The status, the readings of the last seconds, and metrics."""

import math
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from stream.errors import WireError
from stream.outlets.prometheus.exposition import CONTENT_TYPE
from stream.view.answers.operation import DescribedRoute, Operation, Query
from stream.view.answers.shown_readings import ShownReading, shown_reading
from stream.view.live.metrics import metrics_text
from stream.view.live.status import Status
from stream.view.routes.request_helpers import json
from stream.view.routes.services import PageServices

SINCE_LIMIT_S: Final = 86_400.0


def routes(page: PageServices) -> list[DescribedRoute]:
    """Return the routes that programs ask for."""
    feed = page.feed

    async def status(_: Request) -> Response:
        return json(feed.status())

    def readings(request: Request) -> Response:  # an hour of them takes a while: beside the server's loop
        points = feed.readings(parse_since(request.query_params.get("since_s", "60")))
        return json([shown_reading(point) for point in points])

    def metrics(_: Request) -> Response:  # the first time a library is loaded: beside the server's loop
        text = metrics_text(feed.status(), feed.tallies, feed.shared().alarms.active)
        return Response(text, media_type=CONTENT_TYPE)

    since = Query(name="since_s", says=f"how far back, s: above 0 and up to {SINCE_LIMIT_S:.0f}; default 60")
    return [
        DescribedRoute("/api/status", status, Operation(says="the state now", answer=Status)),
        DescribedRoute(
            "/api/readings",
            readings,
            Operation(
                says="readings of the last seconds, oldest first",
                answer=list[ShownReading],
                query=(since,),
                errors=(400,),
            ),
        ),
        DescribedRoute("/metrics", metrics, Operation(says="the state now, for Prometheus", media=CONTENT_TYPE)),
    ]


def parse_since(text: str) -> float:
    """Return the seconds to look back, above 0 and up to a day. Raises WireError if the text is anything else."""
    try:
        since_s = float(text)
    except ValueError:
        since_s = math.nan
    if not 0 < since_s <= SINCE_LIMIT_S:
        raise WireError(f"since_s must be a number of seconds above 0 and up to {SINCE_LIMIT_S:.0f}.")
    return since_s
