"""The evidence behind one value: frame, picture, region."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stream.errors import WireError
from stream.view.review.evidence import NotKeptError
from stream.view.routes.request_helpers import NotThereError, Page, json, number, path_number

_FAR_S = 1e11


def routes(page: Page) -> list[Route]:
    """Frames. They read files and encode pictures, so they run beside the server's loop."""
    feed, evidence = page.feed, page.evidence

    def frame(request: Request) -> Response:
        return _or_404(lambda: json(evidence.describe(_seq(request))))

    def nearest(request: Request) -> Response:
        at_s, marker_id = number(request, "at_s", None, -_FAR_S, _FAR_S), number(request, "marker", None, 1, 2**53)
        if at_s is None and marker_id is None:
            raise WireError("Say which frame: at_s=…, marker=ID, or /api/frames/{seq}.")
        marker = next((marker for marker in feed.markers() if marker.id == marker_id), None)
        place = at_s if marker is None else marker.x
        row = None if place is None else feed.trend.nearest(place)
        if row is None:
            raise NotThereError("There is no frame there.")
        return _or_404(lambda: json(evidence.describe(int(row["seq"]))))

    def picture(request: Request) -> Response:
        return _or_404(lambda: Response(evidence.jpeg(_seq(request)), media_type="image/jpeg"))

    def region(request: Request) -> Response:
        index = path_number(request, "index")
        return _or_404(lambda: Response(evidence.crop(_seq(request), index), media_type="image/png"))

    return [
        Route("/api/frames", nearest),
        Route("/api/frames/{seq:digits}.jpg", picture),
        Route("/api/frames/{seq:digits}/regions/{index:digits}.png", region),
        Route("/api/frames/{seq:digits}", frame),
    ]


def _seq(request: Request) -> int:
    return min(path_number(request, "seq"), 2**53)


def _or_404(answer: Callable[[], Response]) -> Response:
    try:
        return answer()
    except NotKeptError as error:
        raise NotThereError(str(error)) from error
