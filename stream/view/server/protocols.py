"""HTTP and WebSocket with bounds: uvicorn's two protocols, with timeouts and limits that it does not have.

uvicorn waits without end for the rest of a request, and for a client that does not read its answer. Every connection
counts towards the limit of connections, so a client with a few hundred of them would keep all others out.
"""

import asyncio
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from stream.security.events import SecurityEvents

TIMEOUT_S: Final = 5.0
_STALLED_CHECKS: Final = 6
"""A connection whose answer was not read at all between so many checks in a row is closed."""
_FRAGMENTS_LIMIT: Final = 16


class BoundedHttp(H11Protocol):
    """HTTP/1.1 whose requests must be complete, and whose answers must be read, within a time.

    Progress is checked every `timeout_s`. A request that is incomplete at two checks in a row ends the connection, and
    so does an answer of which nothing was read for `_STALLED_CHECKS` checks. Both are recorded as refused. A connection
    without any request is closed too, but not recorded: browsers open such connections in advance.

    uvicorn: the arguments that uvicorn gives its protocols.
    """

    def __init__(self, *, events: SecurityEvents, timeout_s: float, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._events, self._timeout_s = events, timeout_s
        self._request_at_last_check: Any = None
        self._unread_bytes = self._stalled_checks = 0
        self._next_check: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._schedule_check()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_check()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._cancel_check()
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        self._events.add("refused", "page", detail="what came was no request")
        super().send_400_response(msg)

    def _schedule_check(self) -> None:
        self._next_check = self.loop.call_later(self._timeout_s, self._check)

    def _cancel_check(self) -> None:
        if self._next_check is not None:
            self._next_check.cancel()

    def _check(self) -> None:
        """Close the connection if it has made no progress since the last check."""
        unread_bytes = self.transport.get_write_buffer_size()
        stalled = unread_bytes and unread_bytes == self._unread_bytes
        self._stalled_checks = self._stalled_checks + 1 if stalled else 0
        self._unread_bytes = unread_bytes
        if self._stalled_checks >= _STALLED_CHECKS:
            self._events.add("refused", "page", detail="an answer that is not read")
            self.transport.abort()
            return
        request: Any = self.cycle  # None before the first request
        incomplete = bool(self.conn.trailing_data[0]) or (request is not None and request.more_body)
        idle = request is None or request.response_complete
        if request is not self._request_at_last_check or unread_bytes or not (incomplete or idle):
            self._request_at_last_check = request
            self._schedule_check()
            return
        if incomplete:
            self._events.add("refused", "page", detail="half a request")
        self.transport.abort()


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket that ends at the first message that is invalid or too large, which is recorded as refused.

    A client that does not read gets no pongs, and is disconnected once the application has ended its connection.

    uvicorn: the arguments that uvicorn gives its protocols.
    """

    def __init__(self, *, events: SecurityEvents, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._events = events

    async def run_asgi(self) -> None:
        await super().run_asgi()
        self.loop.call_later(self.close_timeout, self.transport.abort)

    def handle_ping(self) -> None:
        """Answer a ping, unless earlier data still wait to be read: pongs would fill the memory."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()  # discards the pong that the connection has prepared

    def handle_cont(self, event: Frame) -> None:
        """Limit the number of fragments: websockets limits the bytes of a message, which empty fragments have not."""
        if self.close_sent:
            return
        if len(self.frames) < _FRAGMENTS_LIMIT:
            super().handle_cont(event)
        else:
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG)
            self.handle_parser_exception()

    def send_receive_event_to_app(self) -> None:
        """Close on text that is not UTF-8 (RFC 6455, 8.1): uvicorn would write a traceback to the log."""
        if not self.close_sent and self.curr_msg_data_type == "text" and not _is_utf8(b"".join(self.frames)):
            self.conn.fail(CloseCode.INVALID_DATA)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    def handle_parser_exception(self) -> None:
        self._events.add("refused", "page", detail="what came was no message")
        super().handle_parser_exception()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
