"""The live page's HTTP and WebSocket server; `guard` says for whom. Knows the feed, nothing of the pipeline."""

import asyncio
import errno
import socket
import threading
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from stream.errors import ConfigError, OutputError
from stream.security.events import Notes
from stream.session.archive import Archive
from stream.view.live.feed import Feed
from stream.view.live.request_broker import Desk, NoDesk
from stream.view.live.viewer import watch
from stream.view.review.evidence import Evidence, Recording
from stream.view.routes import alarms, basics, downloads, frames, markers, trend
from stream.view.routes.request_helpers import Page, refusals
from stream.view.server.access import LOOPBACK_NAMES, Guard, Rules
from stream.view.server.connections import admit
from stream.view.server.log_limit import quieten
from stream.view.server.protocols import PATIENCE_S, door, inner_door

STATIC: Final = Path(__file__).parent.parent / "static"
STOP_TIMEOUT_S: Final = 5.0
MOST_CONNECTIONS: Final = 200


def make_app(
    feed: Feed,
    *,
    desk: Desk | None = None,
    archive: Archive | None = None,
    recording: Recording | None = None,
    rules: Rules | None = None,
    notes: Notes | None = None,
) -> Starlette:
    """The page, its interfaces and its WebSocket, all fed by `feed`.

    desk: carries out what changes the session. archive: its file. recording: what it was made from, where that lies.
    rules: for whom; without them, for this machine. notes: what was changed and who was turned away.
    """
    noted = notes or Notes()
    page = Page(feed, desk or NoDesk(), archive, Evidence(feed, archive, recording))

    async def document(_: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def live(socket: WebSocket) -> None:
        await watch(socket, feed, noted)

    parts = (basics, markers, alarms, trend, frames, downloads)
    return Starlette(
        routes=[
            Route("/", document),
            *(route for part in parts for route in part.routes(page)),
            WebSocketRoute("/ws", live),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(Guard, rules=rules or Rules(), notes=noted)],
        exception_handlers=refusals(),
    )


def listen(host: str, port: int, *, guarded: bool = False) -> socket.socket:
    """A listening socket; port 0 takes a free one. Only a guarded one may be where others can reach it.

    Raises ConfigError for an address that others can reach, OutputError where the port cannot be had.
    """
    host = host.strip("[]")
    if host not in LOOPBACK_NAMES and not guarded:
        raise ConfigError(f"The live page is served to this machine only: {host} is not a loopback address.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(MOST_CONNECTIONS)
    except (OSError, OverflowError) as error:
        listening.close()
        raise OutputError(_why_not(host, port, error)) from error
    return listening


def _why_not(host: str, port: int, error: Exception) -> str:
    taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
    reason = "is in use by another program" if taken else f"cannot be opened ({error})"
    mend = "choose another one with --port, or view.port in the configuration"
    return f"Port {port} on {host}, where the live page is served, {reason}: {mend}."


class ViewServer:
    """The server in a thread of its own. The port is taken when this is made, so that a taken one is told at once.

    tls: files with the certificate and its key; beyond this machine the app's rules must also ask for a token.
    notes: of what is no request, half of one for longer than `patience_s`, no message, or more connections than `most`.
    """

    def __init__(
        self,
        app: Starlette,
        host: str = "127.0.0.1",
        port: int = 8765,
        tls: tuple[Path, Path] | None = None,
        notes: Notes | None = None,
        patience_s: float = PATIENCE_S,
        most: int = MOST_CONNECTIONS,
    ) -> None:
        self._socket = listen(host, port, guarded=tls is not None)
        self.port: int = self._socket.getsockname()[1]
        name = f"[{host}]" if ":" in host and "[" not in host else host
        self.address = f"{'http' if tls is None else 'https'}://{name}:{self.port}"
        self._notes, self._patience_s, self._most = notes or Notes(), patience_s, most
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=door(self._notes, patience_s),
                ws=inner_door(self._notes),
                ws_max_size=1024,  # the page says what it wants, no more
                ws_per_message_deflate=False,  # a JPEG does not get smaller
                ssl_certfile=tls and tls[0],
                ssl_keyfile=tls and tls[1],
                lifespan="off",
                access_log=False,
                log_config=None,
                log_level="error",  # what strangers send is noted, not logged
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._run, name="view-server", daemon=True)

    def _run(self) -> None:
        quieten()
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._server.config.load()
        admitting = asyncio.create_task(admit(self._socket, self._server, self._notes, self._most, self._patience_s))
        await self._server.serve(sockets=[])
        admitting.cancel()

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
