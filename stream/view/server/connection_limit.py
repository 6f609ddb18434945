"""Accept the page's connections one by one, up to a limit, before a byte of theirs is read.

asyncio's own server accepts whatever comes, waits a minute for each TLS handshake, and logs every connection that it
cannot accept once the process has no file descriptor left.
"""

import asyncio
import socket
from typing import Final

import uvicorn

from stream.security.events import SecurityEvents

_PAUSE_S: Final = 0.1
"""Time to the next attempt if the system has no file descriptor left."""


async def accept_connections(
    listening: socket.socket, server: uvicorn.Server, events: SecurityEvents, limit: int, handshake_timeout_s: float
) -> None:
    """Hand every connection to `server`, whose configuration is loaded; never returns.

    Connections beyond `limit` are closed at once, and recorded as refused. So is a TLS handshake that takes longer than
    `handshake_timeout_s`.
    """
    loop = asyncio.get_running_loop()
    listening.setblocking(False)
    opening: set[asyncio.Task[None]] = set()
    held: list[socket.socket] = []
    while True:
        await asyncio.sleep(0)  # `sock_accept` does not yield while connections wait
        try:
            connection, address = await loop.sock_accept(listening)
        except OSError:
            await asyncio.sleep(_PAUSE_S)
            continue
        held = [one for one in held if one.fileno() != -1]
        full = len(held) >= limit
        if full:
            events.add("refused", "page", address[0], "too many connections")
        if full or server.should_exit:
            connection.close()
            continue
        held.append(connection)
        task = loop.create_task(_open(connection, server, events, handshake_timeout_s))
        opening.add(task)  # the loop itself keeps only a weak reference
        task.add_done_callback(opening.discard)


async def _open(
    connection: socket.socket, server: uvicorn.Server, events: SecurityEvents, handshake_timeout_s: float
) -> None:
    """Complete the TLS handshake, if there is one, and connect the HTTP protocol."""
    loop, config = asyncio.get_running_loop(), server.config
    timeout_s = None if config.ssl is None else handshake_timeout_s

    def protocol() -> asyncio.Protocol:
        made: asyncio.Protocol = config.http_protocol_class(  # type: ignore[call-arg]
            config=config, server_state=server.server_state, app_state={}
        )
        return made

    try:
        await loop.connect_accepted_socket(
            protocol, connection, ssl=config.ssl, ssl_handshake_timeout=timeout_s, ssl_shutdown_timeout=timeout_s
        )
    except OSError:
        events.add("refused", "page", detail="no TLS handshake")
