"""Joins a browser's WebSocket to that of the page of one source, message by message, until one of the two closes it."""

import asyncio
from typing import Final

from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from stream.view.tabs.page_link import PageLink

_OPEN_TIMEOUT_S: Final = 5.0
_WAITING_MESSAGES: Final = 2
"""Messages read ahead: a browser that reads slowly must slow the page's sending, which then leaves pictures out."""
_NO_STATUS: Final = 1005  # RFC 6455, 7.4.1: closed without a code
_GOING_AWAY: Final = 1001
_BROKEN: Final = 1011


async def forward_websocket(link: PageLink, port: int, scope: Scope, receive: Receive, send: Send) -> None:
    """Pass messages both ways. Raises OSError or WebSocketException if the page does not open its side."""
    await receive()  # "websocket.connect"
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in link.to_page(scope)]
    async with connect(
        f"ws://127.0.0.1:{port}{link.target(scope)}",
        additional_headers=headers,
        compression=None,
        proxy=None,
        open_timeout=_OPEN_TIMEOUT_S,
        ping_interval=None,
        max_size=None,
        max_queue=_WAITING_MESSAGES,
    ) as page:
        await send({"type": "websocket.accept"})
        ways = {asyncio.create_task(_to_browser(page, send)), asyncio.create_task(_to_page(receive, page))}
        done, open_still = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in open_still:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for way in done:
            way.result()


async def _to_browser(page: ClientConnection, send: Send) -> None:
    try:
        async for message in page:
            kind = "text" if isinstance(message, str) else "bytes"
            await send({"type": "websocket.send", kind: message})
    except ConnectionClosed:
        code = page.close_code
    else:
        code = page.close_code
    own = code if code is not None and code not in (_NO_STATUS, 1006) else _BROKEN
    await send({"type": "websocket.close", "code": own})


async def _to_page(receive: Receive, page: ClientConnection) -> None:
    try:
        while (message := await receive())["type"] == "websocket.receive":
            text = message.get("text")
            await page.send(message["bytes"] if text is None else text)
    except ConnectionClosed:
        return
    await page.close(_GOING_AWAY)
