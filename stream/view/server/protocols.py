"""Bytes at the page's port that are no request and no message: given up and noted. Around uvicorn's two protocols.

uvicorn waits for the rest of a request for ever, and as long for whoever does not read his answer; every connection
counts towards those that are taken: a stranger with a few hundred would keep everybody out.
"""

import asyncio
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from stream.security.events import Notes

PATIENCE_S: Final = 5.0
_STILL_LOOKS: Final = 6
"""An answer of which nothing is taken for so many looks is given up."""
_MOST_FRAGMENTS: Final = 16


def door(notes: Notes, patience_s: float = PATIENCE_S) -> type[asyncio.Protocol]:
    """The protocol of a server whose requests are whole after so many seconds. What is none is noted."""

    class Door(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._known: Any = None
            self._unsent = self._still = 0
            self._look_later()

        def _look_later(self) -> None:
            self._looking = self.loop.call_later(patience_s, self._look)

        def _look(self) -> None:
            """Close a connection whose request was incomplete, or whose answer was not read, at the last look as well.

            Browsers open some connections without any request.
            """
            unsent = self.transport.get_write_buffer_size()
            self._still = self._still + 1 if unsent and unsent == self._unsent else 0
            self._unsent = unsent
            if self._still >= _STILL_LOOKS:
                notes.add("refused", "page", detail="an answer that is not read")
                self.transport.abort()
                return
            cycle: Any = self.cycle  # None before the first request
            half = bool(self.conn.trailing_data[0]) or (cycle is not None and cycle.more_body)
            if cycle is not self._known or unsent or not (half or cycle is None or cycle.response_complete):
                self._known = cycle
                self._look_later()
                return
            if half:
                notes.add("refused", "page", detail="half a request")
            self.transport.abort()

        def handle_websocket_upgrade(self, event: h11.Request) -> None:
            self._looking.cancel()
            super().handle_websocket_upgrade(event)

        def connection_lost(self, exc: Exception | None) -> None:
            self._looking.cancel()
            super().connection_lost(exc)

        def send_400_response(self, msg: str) -> None:
            notes.add("refused", "page", detail="what came was no request")
            super().send_400_response(msg)

    return Door


def inner_door(notes: Notes) -> type[asyncio.Protocol]:
    """The protocol of a server's WebSockets. A message that is none, or too large, ends the connection and is noted.

    Whoever does not read gets no pongs, and is cut off once nobody has anything to tell him any more.
    """

    class InnerDoor(WebSocketsSansIOProtocol):
        async def run_asgi(self) -> None:
            await super().run_asgi()
            self.loop.call_later(self.close_timeout, self.transport.abort)

        def handle_ping(self) -> None:
            if self.writable.is_set():
                super().handle_ping()
            else:
                self.conn.data_to_send()

        def handle_cont(self, event: Frame) -> None:
            """Bound the number of empty fragments: websockets bounds the bytes of a message alone."""
            if self.close_sent:
                return
            if len(self.frames) < _MOST_FRAGMENTS:
                super().handle_cont(event)
            else:
                self.conn.fail(CloseCode.MESSAGE_TOO_BIG)
                self.handle_parser_exception()

        def send_receive_event_to_app(self) -> None:
            """Text that is no text is answered here (RFC 6455, 8.1): uvicorn writes a traceback to the log."""
            if not self.close_sent and self.curr_msg_data_type == "text" and not _is_text(b"".join(self.frames)):
                self.conn.fail(CloseCode.INVALID_DATA)
                self.handle_parser_exception()
            else:
                super().send_receive_event_to_app()

        def handle_parser_exception(self) -> None:
            notes.add("refused", "page", detail="what came was no message")
            super().handle_parser_exception()

    return InnerDoor


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
