"""The scale of the pictures: measured on the page, and kept with a finished session."""

from typing import Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from stream.protocol import measures
from stream.protocol.measures import DescribedMeasure
from stream.protocol.types import UmPerPx
from stream.view.answers.operation import DescribedRoute, Operation
from stream.view.live.request_broker import KeepScale
from stream.view.routes.request_helpers import body_as, json
from stream.view.routes.services import PageServices


class NewScale(Struct, frozen=True, forbid_unknown_fields=True):
    """The scale that the frames of a finished session have."""

    um_per_px: UmPerPx


class KnownScale(Struct, frozen=True, kw_only=True):
    """The scale of the frames, null if it is not known, and the measures that are known with it."""

    um_per_px: UmPerPx | None
    measures: list[DescribedMeasure]


_READ: Final = Operation(says="the scale of the frames", answer=KnownScale)
_KEEP: Final = Operation(
    says="keep a scale with a session that was recorded without one",
    answer=KnownScale,
    body=NewScale,
    errors=(400, 409),
)


def routes(page: PageServices) -> list[DescribedRoute]:
    """Return the routes of the scale."""

    def known() -> Response:
        um_per_px = page.feed.info.um_per_px
        described = measures.described(scaled=um_per_px is not None)
        return json(KnownScale(um_per_px=um_per_px, measures=described))

    async def read(_: Request) -> Response:
        return known()

    async def keep(request: Request) -> Response:
        wanted = await body_as(request, NewScale)
        await page.ask(KeepScale(um_per_px=wanted.um_per_px))
        return known()

    return [
        DescribedRoute("/api/scale", read, _READ),
        DescribedRoute("/api/scale", keep, _KEEP, "PUT"),
    ]
