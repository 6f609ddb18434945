"""Joins a browser's WebSocket to that of the page of one source, message by message, until one of the two closes it."""

import asyncio
import contextlib
from typing import Final

from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from stream.view.tabs.page_link import PageLink

_OPEN_TIMEOUT_S: Final = 5.0
_WAITING_MESSAGES: Final = 2
"""Messages read ahead: a browser that reads slowly must slow the page's sending, which then leaves pictures out."""
_NEVER_SENT: Final = (1005, 1006)
"""RFC 6455, 7.4.1: codes for a connection that was closed without one."""
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
        _, still_open = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in still_open:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)  # what ends one way ends both, and is no error


async def _to_browser(page: ClientConnection, send: Send) -> None:
    """Send what the page sends, and close with the code with which it closed."""
    with contextlib.suppress(ConnectionClosed):
        async for message in page:
            kind = "text" if isinstance(message, str) else "bytes"
            await send({"type": "websocket.send", kind: message})
    code = page.close_code
    await send({"type": "websocket.close", "code": _BROKEN if code is None or code in _NEVER_SENT else code})


async def _to_page(receive: Receive, page: ClientConnection) -> None:
    """Send to the page what the browser sends, and close it when the browser has gone."""
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        await page.send(message["bytes"] if text is None else text)
    await page.close(_GOING_AWAY)
