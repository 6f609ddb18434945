"""The page's port: connections are taken one by one, so many at a time, counted before a byte of theirs is read.

asyncio's own listening takes whatever comes, waits a minute for each handshake, and logs every connection that it
cannot take once descriptors run out.
"""

import asyncio
import socket
from typing import Final

import uvicorn

from stream.security.events import Notes

_PAUSE_S: Final = 0.1
"""Before the next attempt, where the system has no descriptor left."""


async def admit(listening: socket.socket, server: uvicorn.Server, notes: Notes, most: int, patience_s: float) -> None:
    """Hand `server`, whose configuration is loaded, each connection; never returns. What is beyond `most` is noted.

    A TLS handshake takes `patience_s` at most.
    """
    loop = asyncio.get_running_loop()
    listening.setblocking(False)
    entering: set[asyncio.Task[None]] = set()
    held: list[socket.socket] = []
    while True:
        await asyncio.sleep(0)  # `sock_accept` does not yield while connections wait
        try:
            connection, address = await loop.sock_accept(listening)
        except OSError:
            await asyncio.sleep(_PAUSE_S)
            continue
        held = [one for one in held if one.fileno() != -1]
        full = len(held) >= most
        if full:
            notes.add("refused", "page", address[0], "too many connections")
        if full or server.should_exit:
            connection.close()
            continue
        held.append(connection)
        task = loop.create_task(_enter(connection, server, notes, patience_s))
        entering.add(task)
        task.add_done_callback(entering.discard)


async def _enter(connection: socket.socket, server: uvicorn.Server, notes: Notes, patience_s: float) -> None:
    loop, config = asyncio.get_running_loop(), server.config
    wait_s = None if config.ssl is None else patience_s

    def protocol() -> asyncio.Protocol:
        made: asyncio.Protocol = config.http_protocol_class(  # type: ignore[call-arg]
            config=config, server_state=server.server_state, app_state={}
        )
        return made

    try:
        await loop.connect_accepted_socket(
            protocol, connection, ssl=config.ssl, ssl_handshake_timeout=wait_s, ssl_shutdown_timeout=wait_s
        )
    except OSError:
        notes.add("refused", "page", detail="no TLS handshake")
