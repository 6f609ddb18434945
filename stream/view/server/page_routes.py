"""All routes of one page: the document, its interfaces, its WebSocket and its files. They work under any path."""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from stream.security.events import SecurityEvents
from stream.session.archive import Archive
from stream.view.live.feed import Feed
from stream.view.live.request_broker import RequestBroker
from stream.view.live.websocket import serve_page
from stream.view.review.evidence import Evidence
from stream.view.review.reanalysis import SessionRecording
from stream.view.routes import (
    alarms,
    basics,
    description,
    downloads,
    frames,
    markers,
    previous,
    scale,
    session,
    signals,
    trend,
)
from stream.view.routes.services import PageServices

STATIC: Final = Path(__file__).parent.parent / "static"


def page_routes(
    feed: Feed,
    events: SecurityEvents,
    broker: RequestBroker,
    archive: Archive | None,
    recording: SessionRecording | None = None,
) -> list[BaseRoute]:
    """Return the routes of the page that `feed` feeds; the parameters are those of `stream.view.server.app`."""
    page = PageServices(feed, broker, archive, Evidence(feed, archive, recording))

    async def document(_: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def live(socket: WebSocket) -> None:
        await serve_page(socket, feed, events)

    parts = (basics, session, markers, alarms, previous, trend, signals, frames, scale, downloads)
    served = [route for part in parts for route in part.routes(page)]
    return [
        Route("/", document),
        *served,
        description.route(served),
        WebSocketRoute("/ws", live),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
