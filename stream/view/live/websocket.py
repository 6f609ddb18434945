"""The WebSocket of one open page: send what changed, never faster than the page reads, and queue nothing for it.

A page that reads slowly gets fewer pictures: each time it is ready it gets the newest one. Knows the feed, not HTTP.
"""

import asyncio
from contextlib import suppress
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from stream.security.events import SecurityEvents
from stream.view.live.feed import Feed, Update
from stream.view.live.messages import hello, parse_wishes, picture_message, tick
from stream.view.live.pictures import ShownPicture
from stream.view.live.viewers import Wake, Wishes

TEXT_INTERVAL_S: Final = 0.1
"""Text is sent at most ten times per second; a picture takes the newest text along."""
HEARTBEAT_S: Final = 0.25
"""A page hears from the server this often even if nothing happens, so that silence means a lost connection."""
SEND_TIMEOUT_S: Final = 10.0
"""The connection of a page that reads nothing for so long is closed; the page reconnects by itself."""
VIEWERS_LIMIT: Final = 32
ENDED: Final = 4001
"""Close code: the run has ended, without a fault of the connection."""
LEAVING_S: Final = 1.0
"""How long a page may take to fetch the report of a run that has ended, before the server goes."""
_TRY_AGAIN_LATER: Final = 1013


async def serve_page(socket: WebSocket, feed: Feed, events: SecurityEvents | None = None) -> None:
    """Serve one page until it leaves or does not read for too long. Returning closes the connection."""
    if feed.viewers.count >= VIEWERS_LIMIT:
        await socket.close(code=_TRY_AGAIN_LATER, reason=f"{VIEWERS_LIMIT} pages are open already")
        return
    await socket.accept()
    recorded = events or SecurityEvents()
    recorded.add("connected", "page", socket.client.host if socket.client else "")
    changed = asyncio.Event()
    viewer = feed.viewers.join(_wake_from_any_thread(changed))
    feed.viewers.set_wishes(viewer, Wishes(pictures=socket.query_params.get("pictures") != "false"))
    try:
        async with asyncio.TaskGroup() as both:
            both.create_task(_send(socket, feed, changed, viewer))
            both.create_task(_listen(socket, feed, viewer, recorded))
    except* (WebSocketDisconnect, TimeoutError):
        pass
    finally:
        feed.viewers.leave(viewer)


def _wake_from_any_thread(changed: asyncio.Event) -> Wake:
    """Return a function that sets the event from another thread; it does nothing if the loop has been closed."""
    loop = asyncio.get_running_loop()

    def wake() -> None:
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(changed.set)

    return wake


async def _listen(socket: WebSocket, feed: Feed, viewer: int, events: SecurityEvents) -> None:
    """Take the page's wishes. Raises WebSocketDisconnect when it leaves, which only a reader notices."""
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        wishes = parse_wishes(message.get("text") or "")
        if wishes is not None:
            feed.viewers.set_wishes(viewer, wishes)
        else:
            events.add("refused", "page", detail="a message that is no wish")
    raise WebSocketDisconnect


async def _send(socket: WebSocket, feed: Feed, changed: asyncio.Event, viewer: int) -> None:
    """Send the opening, then updates until the run ends. Raises WebSocketDisconnect then, which ends `_listen` too."""
    update = feed.opening(points=socket.query_params.get("points") != "0")
    shown = await _push(socket, feed, hello(feed.info, update), update, None, viewer)
    over = False
    while not over:
        await _wait_until_due(feed, changed, viewer, shown)
        over = feed.over
        update = feed.since(update.cursor)
        shown = await _push(socket, feed, tick(update), update, shown, viewer)
    await asyncio.sleep(LEAVING_S)  # a page that leaves before ends this wait
    await socket.close(ENDED, "the run has ended")
    raise WebSocketDisconnect(ENDED)


async def _wait_until_due(feed: Feed, changed: asyncio.Event, viewer: int, shown: ShownPicture | None) -> None:
    """Wait for something to send: a picture at once, text after `TEXT_INTERVAL_S`, a heartbeat if nothing changed.

    Pictures need no pace here: capture encodes no more of them than `view.pictures_per_s`.
    """
    now = asyncio.get_running_loop().time
    begun, something = now(), False
    while (wait_s := begun + (TEXT_INTERVAL_S if something else HEARTBEAT_S) - now()) > 0:
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await changed.wait()
            changed.clear()
            something = True
            if feed.over or (feed.viewers.wishes_of(viewer).pictures and feed.newest_picture() is not shown):
                return


async def _push(
    socket: WebSocket, feed: Feed, text: str, update: Update, shown: ShownPicture | None, viewer: int
) -> ShownPicture | None:
    """Send the text, and the picture if the page wants one and has not had it; return the one that it has now.

    Raises TimeoutError if the page does not read within `SEND_TIMEOUT_S`.
    """
    wishes = feed.viewers.wishes_of(viewer)
    async with asyncio.timeout(SEND_TIMEOUT_S):
        await socket.send_text(text)
        if not wishes.pictures:
            return shown
        if update.picture is not None and update.picture is not shown:
            await socket.send_bytes(picture_message(update.picture, feed.info, overlay=wishes.overlay))
    return update.picture
