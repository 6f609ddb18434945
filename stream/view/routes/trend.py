"""The trend, reduced to as many columns as a screen has pixels; and the change at a marker."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stream.errors import WireError
from stream.readings.before_after import change_at
from stream.readings.trend import reduce
from stream.view.routes.error_answers import NotThereError
from stream.view.routes.request_helpers import AXIS_LIMIT_S, ID_LIMIT, json, number, optional_number
from stream.view.routes.services import PageServices

PIXELS_LIMIT: Final = 4000
_SIDE_LIMIT_S: Final = 86_400.0


def routes(page: PageServices) -> list[Route]:
    """Return the routes of trend and change. Both take milliseconds, so they run beside the server's loop."""
    feed = page.feed

    def trend(request: Request) -> Response:
        from_s, to_s = (optional_number(request, name, -AXIS_LIMIT_S, AXIS_LIMIT_S) for name in ("from_s", "to_s"))
        if from_s is not None and to_s is not None and from_s > to_s:
            raise WireError("from_s must not be after to_s.")
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

    return [Route("/api/trend", trend), Route("/api/change", change)]
