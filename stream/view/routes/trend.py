"""The trend, reduced to as many columns as a screen has pixels; and the change at a marker."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from stream.errors import WireError
from stream.readings.before_after import Change, change_at
from stream.readings.trend import Reduced, reduce
from stream.view.answers.operation import DescribedRoute, Operation, Query
from stream.view.routes.error_answers import NotThereError
from stream.view.routes.request_helpers import ID_LIMIT, json, number, optional_number, stretch
from stream.view.routes.services import PageServices

PIXELS_LIMIT: Final = 4000
_SIDE_LIMIT_S: Final = 86_400.0
_WINDOW: Final = (
    Query(name="from_s", says="first time on the trend's axis, s; default: the beginning"),
    Query(name="to_s", says="last time on the trend's axis, s; default: the end"),
    Query(name="pixels", says=f"entries at most, about: 10 to {PIXELS_LIMIT}; default 1000"),
)
_SIDES: Final = (
    Query(name="marker", type="integer", says="number of the marker", required=True),
    Query(name="before_s", says=f"how long before it, s: 1 to {_SIDE_LIMIT_S:.0f}; default 60"),
    Query(name="after_s", says=f"how long after it, s: 1 to {_SIDE_LIMIT_S:.0f}; default 60"),
)


def routes(page: PageServices) -> list[DescribedRoute]:
    """Return the routes of trend and change. Both take milliseconds, so they run beside the server's loop."""
    feed = page.feed

    def trend(request: Request) -> Response:
        from_s, to_s = stretch(request)
        pixels = number(request, "pixels", 1000, 10, PIXELS_LIMIT)
        return json(reduce(feed.trend, from_s, to_s, int(pixels)))

    def change(request: Request) -> Response:
        wanted = optional_number(request, "marker", 1, ID_LIMIT)
        if wanted is None:
            raise WireError("Say which marker: marker=ID.")
        marker = next((marker for marker in feed.markers() if marker.id == wanted), None)
        if marker is None or marker.x is None:
            raise NotThereError(f"There is no marker {wanted:.0f}.")
        before_s, after_s = (number(request, name, 60, 1, _SIDE_LIMIT_S) for name in ("before_s", "after_s"))
        return json(change_at(feed.trend, marker.id, marker.x, before_s, after_s))

    return [
        DescribedRoute(
            "/api/trend",
            trend,
            Operation(says="the trend, reduced to what a screen shows", answer=Reduced, query=_WINDOW, errors=(400,)),
        ),
        DescribedRoute(
            "/api/change",
            change,
            Operation(says="the change at a marker", answer=Change, query=_SIDES, errors=(400, 404)),
        ),
    ]
