"""The evidence behind one value: frame, picture, region."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from stream.errors import WireError
from stream.view.answers.operation import DescribedRoute, Operation, Query
from stream.view.review.evidence import FrameEvidence, NotKeptError
from stream.view.routes.error_answers import NotThereError
from stream.view.routes.request_helpers import AXIS_LIMIT_S, ID_LIMIT, json, number, optional_number, path_number
from stream.view.routes.services import PageServices


def routes(page: PageServices) -> list[DescribedRoute]:
    """Return the routes of frames. They read files and encode pictures, so they run beside the server's loop."""
    feed, evidence = page.feed, page.evidence

    def frame(request: Request) -> Response:
        return _or_404(lambda: json(evidence.describe(_seq(request))))

    def nearest(request: Request) -> Response:
        at_s = optional_number(request, "at_s", -AXIS_LIMIT_S, AXIS_LIMIT_S)
        marker_id = optional_number(request, "marker", 1, ID_LIMIT)
        if at_s is None and marker_id is None:
            raise WireError("Say which frame: at_s=…, marker=ID, or /api/frames/{seq}.")
        if at_s is not None and marker_id is not None:
            raise WireError("Give at_s or marker, not both.")
        marker = next((marker for marker in feed.markers() if marker.id == marker_id), None)
        position_s = at_s if marker is None else marker.x
        if position_s is None:
            raise NotThereError("There is no frame there.")
        within_s = number(request, "within_s", 0, 0, AXIS_LIMIT_S)
        return _or_404(lambda: json(evidence.describe_at(position_s, within_s)))

    def picture(request: Request) -> Response:
        return _or_404(lambda: Response(evidence.jpeg(_seq(request)), media_type="image/jpeg"))

    def region(request: Request) -> Response:
        index = path_number(request, "index")
        return _or_404(lambda: Response(evidence.crop(_seq(request), index), media_type="image/png"))

    near = (
        Query(name="at_s", says="a time on the trend's axis, s: the frame next to it"),
        Query(name="marker", type="integer", says="number of a marker: its frame"),
        Query(
            name="within_s", says="take the nearest frame that has a picture, if it is no further away, s; default 0"
        ),
    )
    return [
        DescribedRoute(
            "/api/frames",
            nearest,
            Operation(says="the frame at a time or a marker", answer=FrameEvidence, query=near, errors=(400, 404)),
        ),
        DescribedRoute(
            "/api/frames/{seq:digits}.jpg",
            picture,
            Operation(says="its picture", media="image/jpeg", errors=(400, 404)),
        ),
        DescribedRoute(
            "/api/frames/{seq:digits}/regions/{index:digits}.png",
            region,
            Operation(says="one region with a margin of half its size", media="image/png", errors=(400, 404)),
        ),
        DescribedRoute(
            "/api/frames/{seq:digits}", frame, Operation(says="one frame", answer=FrameEvidence, errors=(400, 404))
        ),
    ]


def _seq(request: Request) -> int:
    """Return the frame's number; one beyond the limit, which no frame has, as the limit, which fits into SQLite."""
    return min(path_number(request, "seq"), ID_LIMIT)


def _or_404(answer: Callable[[], Response]) -> Response:
    """Return the answer. Raises NotThereError if what it needs is not kept."""
    try:
        return answer()
    except NotKeptError as error:
        raise NotThereError(str(error)) from error
