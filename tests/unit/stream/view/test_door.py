"""Connections that never become a request are closed and counted; those that do are served. A real server."""

import http.client
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from starlette.applications import Starlette
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.sync.client import connect

from stream.notes import Notes
from stream.view.feed import Feed
from stream.view.info import SessionInfo
from stream.view.server import ViewServer, make_app
from tests.running import eventually

INFO = SessionInfo(session="s1", mode="live", source="scope", workers=2, version="0.1.0")


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def server(notes: Notes) -> Iterator[ViewServer]:
    app: Starlette = make_app(Feed(INFO), notes=notes)
    server = ViewServer(app, port=0, notes=notes, patience_s=0.5)
    server.start()
    yield server
    server.stop()


def closed(connection: socket.socket) -> Callable[[], bool]:
    connection.settimeout(10)
    return lambda: not connection.recv(4096)


HALF_BODY = b"PUT /api/alarms/limits HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{"


@pytest.mark.parametrize(("half", "counts"), [(b"", False), (b"GET / HTTP/1.1\r\n", True), (HALF_BODY, True)])
def test_half_a_request_is_given_up(server: ViewServer, notes: Notes, half: bytes, counts: bool) -> None:
    """A browser's spare connection, which never says a word, is nobody's fault."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(half)
        eventually(closed(connection), "it is closed")
    assert bool(notes.refused) == counts


def test_what_is_no_request_is_counted(server: ViewServer, notes: Notes) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(bytes(range(256)) + b"\r\n\r\n")
        eventually(closed(connection), "it is closed")
    assert notes.refused == 1


@pytest.mark.parametrize(
    "hostile", [b"\x81\x82\0\0\0\0\xff\xfe", b"\x81\xff" + b"\x7f" * 8 + b"\0\0\0\0", b"\xff\x80\0\0\0\0"]
)
def test_a_websocket_message_that_is_none_is_counted_and_ends_it(
    server: ViewServer, notes: Notes, hostile: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """No UTF-8, larger than anything, no known frame."""
    with connect(f"ws://127.0.0.1:{server.port}/ws") as page:
        page.recv()
        page.socket.sendall(hostile)
        with suppress(ConnectionClosed):
            while page.recv(timeout=10):
                pass
        assert page.close_code in (CloseCode.INVALID_DATA, CloseCode.MESSAGE_TOO_BIG, CloseCode.PROTOCOL_ERROR)
    assert notes.refused == 1
    assert not caplog.text


def test_a_connection_that_asks_again_is_kept(server: ViewServer, notes: Notes) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for _ in range(3):
        connection.request("GET", "/api/status")
        assert connection.getresponse().read()
    connection.close()
    assert notes.refused == 0
