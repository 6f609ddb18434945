"""Hands a request on to the page of one source, and its answer back, piece by piece: nothing is kept in memory."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import h11
from starlette.types import Receive, Scope, Send

from stream.view.tabs.page_link import PageLink, from_page

_PIECE_BYTES: Final = 65536


async def forward_request(link: PageLink, port: int, scope: Scope, receive: Receive, send: Send) -> None:
    """Ask the page and send its answer. Raises OSError or h11.RemoteProtocolError if it does not answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        asking = h11.Connection(h11.CLIENT)
        await _ask(asking, writer, link, port, scope, receive)
        async for event in _answer(asking, reader):
            match event:
                case h11.Response():
                    headers = from_page(event.headers)
                    await send({"type": "http.response.start", "status": event.status_code, "headers": headers})
                case h11.Data():
                    await send({"type": "http.response.body", "body": bytes(event.data), "more_body": True})
                case _:
                    pass
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        writer.close()


async def _ask(
    asking: h11.Connection,
    writer: asyncio.StreamWriter,
    link: PageLink,
    port: int,
    scope: Scope,
    receive: Receive,
) -> None:
    """Send the request with its body."""

    async def send(event: h11.Event) -> None:
        writer.write(asking.send(event) or b"")
        await writer.drain()

    headers = [(b"host", f"127.0.0.1:{port}".encode()), (b"connection", b"close"), *link.to_page(scope)]
    names = {name.lower() for name, _ in scope["headers"]}
    if b"transfer-encoding" in names:
        headers.append((b"transfer-encoding", b"chunked"))
    await send(h11.Request(method=scope["method"], target=link.target(scope), headers=headers))
    more = bool(names & {b"content-length", b"transfer-encoding"})
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError
        await send(h11.Data(data=message.get("body", b"")))
        more = message.get("more_body", False)
    await send(h11.EndOfMessage())


async def _answer(asking: h11.Connection, reader: asyncio.StreamReader) -> AsyncIterator[h11.Event]:
    """Yield the events of the answer up to its end."""
    while True:
        event = asking.next_event()
        if event is h11.NEED_DATA:
            asking.receive_data(await reader.read(_PIECE_BYTES))
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed) or event is h11.PAUSED:
            return
        elif isinstance(event, h11.Event):
            yield event
