"""The page's HTTP server in a thread of its own: uvicorn behind a bounded port. Knows no route."""

import asyncio
import socket
import threading
from functools import partial
from pathlib import Path
from typing import Final, cast

import uvicorn
from starlette.types import ASGIApp

from stream.config.addresses import NO_SUCH_ADDRESS, in_address, is_loopback, reason_not_had
from stream.errors import ConfigError, OutputError
from stream.security.endpoints import bound
from stream.security.events import SecurityEvents
from stream.view.server.connection_limit import accept_connections
from stream.view.server.log_limit import limit_server_log
from stream.view.server.protocols import TIMEOUT_S, BoundedHttp, BoundedWebSocket

STOP_TIMEOUT_S: Final = 5.0
CONNECTION_LIMIT: Final = 200
_MESSAGE_LIMIT: Final = 1024  # bytes: a page says over its WebSocket what it wants to be sent, and no more


class ViewServer:
    """The server. The port is taken when this is made, so that a port in use is reported at once.

    tls: files with the certificate and its key; beyond this machine the application's rules must also ask for a token.
    events: takes what is refused. timeout_s: of a TLS handshake, and the interval at which requests must make progress.
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str = "127.0.0.1",
        port: int = 8765,
        tls: tuple[Path, Path] | None = None,
        events: SecurityEvents | None = None,
        timeout_s: float = TIMEOUT_S,
        connection_limit: int = CONNECTION_LIMIT,
    ) -> None:
        self._socket = listen(host, port, guarded=tls is not None)
        self.port: int = self._socket.getsockname()[1]
        self.address = f"{'http' if tls is None else 'https'}://{in_address(host)}:{self.port}"
        self._events, self._timeout_s, self._connection_limit = events or SecurityEvents(), timeout_s, connection_limit
        self._server = uvicorn.Server(self._configured(app, tls))
        self._thread = threading.Thread(target=self._run, name="view-server", daemon=True)

    def start(self) -> None:
        """Begin to answer. Connections made before wait in the listening socket."""
        self._thread.start()

    def alive(self) -> bool:
        """Return whether the server's thread is running."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Close open pages, stop answering and free the port. May be called twice."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(STOP_TIMEOUT_S)
        self._socket.close()

    def _configured(self, app: ASGIApp, tls: tuple[Path, Path] | None) -> uvicorn.Config:
        http = partial(BoundedHttp, events=self._events, timeout_s=self._timeout_s)
        websocket = partial(BoundedWebSocket, events=self._events)
        return uvicorn.Config(
            app,
            http=cast("type[asyncio.Protocol]", http),  # uvicorn only calls it
            ws=cast("type[asyncio.Protocol]", websocket),
            ws_max_size=_MESSAGE_LIMIT,
            ws_per_message_deflate=False,  # a JPEG does not get smaller
            ssl_certfile=tls and tls[0],
            ssl_keyfile=tls and tls[1],
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level="error",  # what clients send is recorded as a security event, not logged
            server_header=False,
            proxy_headers=False,  # a client's word of where it is: the audit log has the address that it came from
            timeout_graceful_shutdown=1,
        )

    def _run(self) -> None:
        limit_server_log()
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._server.config.load()
        accepting = asyncio.create_task(
            accept_connections(self._socket, self._server, self._events, self._connection_limit, self._timeout_s)
        )
        await self._server.serve(sockets=[])
        accepting.cancel()


def listen(host: str, port: int, *, guarded: bool = False) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Only a guarded one may be reachable from other machines.

    Raises ConfigError for an address that others can reach, OutputError if the port cannot be opened.
    """
    if not is_loopback(host) and not guarded:
        raise ConfigError(f"The live page is served to this machine only: {host} is not a loopback address.")
    listening: socket.socket | None = None
    try:
        listening = bound(host, port)
        listening.listen(CONNECTION_LIMIT)
    except (OSError, OverflowError) as error:
        if listening is not None:
            listening.close()
        raise OutputError(_refusal(host, port, error)) from error
    return listening


def _refusal(host: str, port: int, error: Exception) -> str:
    """Return the sentence why the port cannot be opened, and what to do."""
    number = error.errno if isinstance(error, OSError) else None
    remedy = "choose another one with --port, or view.port in the configuration"
    if number in NO_SUCH_ADDRESS:
        remedy = "choose another one with view.host in the configuration"
    reason = reason_not_had(number, str(error))
    return f"Port {port} on {host}, where the live page is served, cannot be opened: {reason}: {remedy}."
