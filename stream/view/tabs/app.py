"""The page with the tabs as a web application: its own document, and below `/1`, `/2` … a whole page each.

Who may ask is decided here, by the same checks as for one source; the pages behind take requests from here alone.
"""

from collections.abc import Callable, Sequence
from functools import partial

import h11
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send
from websockets.exceptions import WebSocketException

from stream.security.events import SecurityEvents
from stream.view.answers.operation import DescribedRoute, Operation
from stream.view.routes import description
from stream.view.routes.error_answers import error_handlers
from stream.view.routes.request_helpers import json
from stream.view.server.access_rules import AccessRules
from stream.view.server.app import middleware
from stream.view.server.page_routes import STATIC
from stream.view.tabs.answers import AllSources
from stream.view.tabs.forward_http import forward_request
from stream.view.tabs.forward_websocket import forward_websocket
from stream.view.tabs.page_link import PageLink

_ABSENT = "The page of this source is not there: its run is starting, or has ended.\n"


def make_tabs_app(
    links: Sequence[PageLink], status: Callable[[], AllSources], rules: AccessRules, events: SecurityEvents
) -> Starlette:
    """Return the application. links: to the page of each source. status: how all of them stand now."""
    routes: list[BaseRoute] = tabs_routes(status)
    for link in links:
        below = f"/{link.number}"
        routes.append(Route(below, partial(_to_folder, below)))
        routes.append(Mount(below, SourcePage(link)))
    checks = middleware(rules, events, framed=True)
    return Starlette(routes=routes, middleware=checks, exception_handlers=error_handlers())


def tabs_routes(status: Callable[[], AllSources]) -> list[BaseRoute]:
    """Return the routes of the page with the tabs itself."""

    async def document(_: Request) -> Response:
        return FileResponse(STATIC / "tabs.html")

    async def answer(_: Request) -> Response:
        return json(status())

    served = [DescribedRoute("/api/status", answer, Operation(says="how all sources stand", answer=AllSources))]
    return [Route("/", document), *served, description.route(served), Mount("/static", StaticFiles(directory=STATIC))]


async def _to_folder(below: str, _: Request) -> Response:
    return RedirectResponse(f"{below}/", 307)


class SourcePage:
    """The application that is the page of one source: it hands everything on."""

    def __init__(self, link: PageLink) -> None:
        self._link = link

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the page does; if there is none, with status 503."""
        begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        port = self._link.port()
        forward = forward_request if scope["type"] == "http" else forward_websocket
        try:
            if port is None:
                raise ConnectionRefusedError
            await forward(self._link, port, scope, receive, send_and_note)
        except (OSError, TimeoutError, h11.RemoteProtocolError, WebSocketException):
            if begun:  # the page went away in the middle: so does the connection
                raise ConnectionAbortedError("the page of a source ended in the middle of an answer") from None
            await _refuse(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1013})
    else:
        await PlainTextResponse(_ABSENT, 503)(scope, receive, send)
