"""The session as a whole: keep it, end it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stream.errors import OutputError
from stream.protocol.bedside import EndSession, KeepSession
from stream.view.routes.request_helpers import json
from stream.view.routes.services import PageServices


def routes(page: PageServices) -> list[Route]:
    """Return the routes of the session."""

    async def keep(_: Request) -> Response:
        await page.ask(KeepSession(request=0))
        return json(page.feed.status())

    async def end(request: Request) -> Response:
        if page.feed.info.mode == "replay":
            raise OutputError("A replay ends with its recording.")
        await page.ask(EndSession(request=0, who=request.client.host if request.client else ""))
        return json(page.feed.status())

    return [
        Route("/api/session/keep", keep, methods=["POST"]),
        Route("/api/session/end", end, methods=["POST"]),
    ]
