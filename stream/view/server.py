"""The live page's HTTP and WebSocket server, for this machine only. Knows the feed, nothing of the pipeline."""

import errno
import math
import socket
import threading
from pathlib import Path
from typing import Any, Final

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from stream.errors import ConfigError, OutputError, WireError
from stream.view.feed import Feed
from stream.view.guard import LOOPBACK_NAMES, LoopbackOnly
from stream.view.markers import Markers, parse_marker
from stream.view.metrics import CONTENT_TYPE, metrics_text
from stream.view.viewer import watch

STATIC: Final = Path(__file__).parent / "static"
SINCE_LIMIT_S: Final = 86_400.0
BODY_LIMIT: Final = 4096
STOP_TIMEOUT_S: Final = 5.0


def make_app(feed: Feed, markers: Markers | None = None) -> Starlette:
    """The page, its interfaces and its WebSocket, all fed by `feed`."""
    kept = markers or Markers()

    async def page(_: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def status(_: Request) -> Response:
        return _json(feed.status())

    async def readings(request: Request) -> Response:
        try:
            since_s = parse_since(request.query_params.get("since_s", "60"))
        except WireError as error:
            return _sentence(400, error)
        return _json(feed.readings(since_s))

    async def list_markers(_: Request) -> Response:
        return _json(kept.all())

    async def add_marker(request: Request) -> Response:
        try:
            marker = parse_marker(await _body(request))
            return _json(kept.add(marker, feed.now_ns(), feed.status().seq), status_code=201)
        except WireError as error:
            return _sentence(400, error)
        except OutputError as error:
            return _sentence(409, error)

    async def metrics(_: Request) -> Response:
        return PlainTextResponse(metrics_text(feed.status()), media_type=CONTENT_TYPE)

    async def live(socket: WebSocket) -> None:
        await watch(socket, feed)

    return Starlette(
        routes=[
            Route("/", page),
            Route("/api/status", status),
            Route("/api/readings", readings),
            Route("/api/markers", list_markers, methods=["GET"]),
            Route("/api/markers", add_marker, methods=["POST"]),
            Route("/metrics", metrics),
            WebSocketRoute("/ws", live),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(LoopbackOnly)],
    )


def parse_since(text: str) -> float:
    """Seconds to look back, above 0 and up to a day. Raises WireError with a sentence for the caller."""
    try:
        since_s = float(text)
    except ValueError:
        since_s = math.nan
    if not 0 < since_s <= SINCE_LIMIT_S:
        raise WireError(f"since_s must be a number of seconds above 0 and up to {SINCE_LIMIT_S:.0f}.")
    return since_s


async def _body(request: Request) -> bytes:
    """The body of a small JSON request. Raises WireError where it is something else or larger."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise WireError("Send the marker as JSON, with the header Content-Type: application/json.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise WireError(f"A marker has at most {BODY_LIMIT} bytes.")
    return body


def _json(value: Any, status_code: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status_code=status_code, media_type="application/json")


def _sentence(status_code: int, error: Exception) -> Response:
    return _json({"error": str(error)}, status_code=status_code)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on a loopback address; port 0 takes a free one.

    Raises ConfigError for an address that others can reach, OutputError where the port cannot be had.
    """
    if host not in LOOPBACK_NAMES:
        raise ConfigError(f"The live page is served to this machine only: {host} is not a loopback address.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(64)
    except (OSError, OverflowError) as error:
        listening.close()
        raise OutputError(_why_not(host, port, error)) from error
    return listening


def _why_not(host: str, port: int, error: Exception) -> str:
    taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
    reason = "is in use by another program" if taken else f"cannot be opened ({error})"
    return f"Port {port} on {host}, where the live page is served, {reason}: choose another port for the view."


class ViewServer:
    """The server in a thread of its own. The port is taken when this is made, so that a taken one is told at once."""

    def __init__(self, app: Starlette, host: str = "127.0.0.1", port: int = 8765) -> None:
        self._socket = listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                ws="websockets-sansio",
                ws_max_size=1024,  # the page sends nothing
                ws_per_message_deflate=False,  # a JPEG does not get smaller
                lifespan="off",
                access_log=False,
                log_config=None,
                log_level="warning",
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._run, name="view-server", daemon=True)

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def start(self) -> None:
        """Begin to answer. Connections made before it wait in the listening socket."""
        self._thread.start()

    def alive(self) -> bool:
        """Whether the server's thread is running."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Close open pages, stop answering and free the port. May be called twice."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(STOP_TIMEOUT_S)
        self._socket.close()
