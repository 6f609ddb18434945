"""The page as a web application: routes, middleware and static files. Knows the feed, nothing of the pipeline."""

from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from stream.security.events import SecurityEvents
from stream.session.archive import Archive
from stream.view.live.feed import Feed
from stream.view.live.request_broker import NoBroker, RequestBroker
from stream.view.live.websocket import serve_page
from stream.view.review.evidence import Evidence
from stream.view.review.reanalysis import SessionRecording
from stream.view.routes import alarms, basics, downloads, frames, markers, trend
from stream.view.routes.error_answers import error_handlers
from stream.view.routes.services import PageServices
from stream.view.server.access import HostCheck, OriginCheck, TokenCheck
from stream.view.server.access_rules import AccessRules
from stream.view.server.request_audit import RequestAudit
from stream.view.server.security_headers import SecurityHeaders

STATIC: Final = Path(__file__).parent.parent / "static"


def make_app(
    feed: Feed,
    *,
    broker: RequestBroker | None = None,
    archive: Archive | None = None,
    recording: SessionRecording | None = None,
    rules: AccessRules | None = None,
    events: SecurityEvents | None = None,
) -> Starlette:
    """Return the application that serves the page, its interfaces and its WebSocket, all fed by `feed`.

    broker: carries out requests that change the session. archive: the session's file. recording: what the session was
    made from, if it is still there. rules: who may open the page; by default this machine alone. events: takes what was
    changed and who was refused.
    """
    recorded = events or SecurityEvents()
    page = PageServices(feed, broker or NoBroker(), archive, Evidence(feed, archive, recording))

    async def document(_: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def live(socket: WebSocket) -> None:
        await serve_page(socket, feed, recorded)

    parts = (basics, markers, alarms, trend, frames, downloads)
    return Starlette(
        routes=[
            Route("/", document),
            *(route for part in parts for route in part.routes(page)),
            WebSocketRoute("/ws", live),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=_middleware(rules or AccessRules(), recorded),
        exception_handlers=error_handlers(),
    )


def _middleware(rules: AccessRules, events: SecurityEvents) -> list[Middleware]:
    """Return the middleware, the outermost first.

    The order matters. The host is checked first, because the security headers name it; a request from elsewhere gets a
    bare refusal. The headers and the audit lie outside the token check, whose refusals they cover.
    """
    checks = [
        Middleware(HostCheck, names=rules.names, events=events),
        Middleware(OriginCheck, tls=rules.tls, events=events),
        Middleware(SecurityHeaders, tls=rules.tls),
        Middleware(RequestAudit, events=events),
    ]
    if rules.token is not None:
        checks.append(Middleware(TokenCheck, token=rules.token, tls=rules.tls, events=events))
    return checks
