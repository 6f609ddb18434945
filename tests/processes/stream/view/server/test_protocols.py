"""Connections that never become a request are closed and counted; those that do are served. A real server."""

import http.client
import resource
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.sync.client import connect

from stream.security.events import SecurityEvents
from stream.view.live.feed import Feed
from stream.view.live.session_info import SessionInfo
from stream.view.server.app import make_app
from stream.view.server.http_server import ViewServer
from tests.running import eventually

INFO = SessionInfo(session="s1", mode="live", source="scope", workers=2, version="0.1.0")


@pytest.fixture
def events() -> SecurityEvents:
    return SecurityEvents()


@pytest.fixture
def server(events: SecurityEvents) -> Iterator[ViewServer]:
    app: Starlette = make_app(Feed(INFO), events=events)
    server = ViewServer(app, port=0, events=events, timeout_s=0.5)
    server.start()
    yield server
    server.stop()


def closed(connection: socket.socket) -> Callable[[], bool]:
    connection.settimeout(10)
    return lambda: not connection.recv(4096)


HALF_BODY = b"PUT /api/alarms/limits HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{"


@pytest.mark.parametrize(("half", "counts"), [(b"", False), (b"GET / HTTP/1.1\r\n", True), (HALF_BODY, True)])
def test_half_a_request_is_given_up(server: ViewServer, events: SecurityEvents, half: bytes, counts: bool) -> None:
    """Not counted is a connection without any request: browsers open such ones in advance."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(half)
        eventually(closed(connection), "it is closed")
    assert bool(events.refused) == counts


def test_what_is_no_request_is_counted(server: ViewServer, events: SecurityEvents) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(bytes(range(256)) + b"\r\n\r\n")
        eventually(closed(connection), "it is closed")
    assert events.refused == 1


@pytest.mark.parametrize(
    "hostile", [b"\x81\x82\0\0\0\0\xff\xfe", b"\x81\xff" + b"\x7f" * 8 + b"\0\0\0\0", b"\xff\x80\0\0\0\0"]
)
def test_a_websocket_message_that_is_none_is_counted_and_ends_it(
    server: ViewServer, events: SecurityEvents, hostile: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Send text that is not UTF-8, a message that is too large, or a frame of no known kind."""
    with connect(f"ws://127.0.0.1:{server.port}/ws") as page:
        page.recv()
        page.socket.sendall(hostile)
        with suppress(ConnectionClosed):
            while page.recv(timeout=10):
                pass
        assert page.close_code in (CloseCode.INVALID_DATA, CloseCode.MESSAGE_TOO_BIG, CloseCode.PROTOCOL_ERROR)
    assert events.refused == 1
    assert not caplog.text


def status(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        connection.request("GET", "/api/status")
        return connection.getresponse().status


def test_more_connections_than_are_taken_are_closed_and_keep_nobody_out_for_long(
    events: SecurityEvents, caplog: pytest.LogCaptureFixture
) -> None:
    server = ViewServer(make_app(Feed(INFO)), port=0, events=events, timeout_s=0.5, connection_limit=4)
    server.start()
    with ExitStack() as held:
        for _ in range(6):
            held.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        eventually(lambda: events.refused == 2, "those beyond four are closed")

        def answered() -> bool:
            with suppress(OSError, http.client.HTTPException):
                return status(server.port) == 200
            return False

        eventually(answered, "idle ones make room")
    server.stop()
    assert not caplog.text


def test_without_descriptors_it_waits_and_logs_nothing(server: ViewServer, caplog: pytest.LogCaptureFixture) -> None:
    assert status(server.port) == 200
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket() as waiting:
        resource.setrlimit(resource.RLIMIT_NOFILE, (waiting.fileno() + 1, before[1]))
        try:
            waiting.connect(("127.0.0.1", server.port))
            waiting.sendall(b"GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            waiting.settimeout(0.3)
            with suppress(TimeoutError):
                assert not waiting.recv(1)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        waiting.settimeout(10)
        assert waiting.recv(1)
    assert not caplog.text


UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def unread_by_server(page: socket.socket, port: int) -> int:
    """Bytes of this connection that wait in the kernel for the server; 0 if the kernel does not say (not Linux)."""
    table = Path("/proc/net/tcp")
    server_end, page_end = f":{port:04X}", f":{page.getsockname()[1]:04X}"
    for line in table.read_text().splitlines()[1:] if table.exists() else ():
        _, local, remote, _, queues, *_ = line.split()
        if local.endswith(server_end) and remote.endswith(page_end):
            return int(queues.partition(":")[2], 16)
    return 0


def test_whoever_reads_nothing_gets_no_pongs(server: ViewServer) -> None:
    """Otherwise the answers that wait would fill the memory, beyond what the kernel holds."""
    ping, last, answer = b"\x89\xfd\0\0\0\0" + bytes(125), b"\x89\x84\0\0\0\0last", b"\x8a\x04last"
    with socket.socket() as page:
        page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        page.connect(("127.0.0.1", server.port))
        page.sendall(UPGRADE)
        assert page.recv(12) == b"HTTP/1.1 101"
        for _ in range(45):
            page.sendall(ping * 2000)
        eventually(lambda: not unread_by_server(page, server.port), "the server has read all pings")
        page.settimeout(0.05)
        read = b""

        def answered() -> bool:
            nonlocal read
            with suppress(TimeoutError):
                page.sendall(last)
                while part := page.recv(2**20):
                    read += part
            return answer in read

        eventually(answered, "who reads again is answered")
    assert len(read) < len(ping) * 45_000, "half of what was asked for; the kernel keeps 4 MB at most"


def test_empty_fragments_without_end_are_counted_and_end_it(server: ViewServer, events: SecurityEvents) -> None:
    with connect(f"ws://127.0.0.1:{server.port}/ws") as page:
        page.recv()
        page.socket.sendall(b"\x01\x80\0\0\0\0" + b"\0\x80\0\0\0\0" * 1000)
        with suppress(ConnectionClosed):
            while page.recv(timeout=10):
                pass
        assert page.close_code == CloseCode.MESSAGE_TOO_BIG
    assert events.refused == 1


def test_an_answer_that_is_not_read_is_given_up(events: SecurityEvents) -> None:
    async def long(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(30):  # more than the kernel holds
            await send({"type": "http.response.body", "body": bytes(1_000_000), "more_body": True})

    server = ViewServer(long, port=0, events=events, timeout_s=0.1)
    server.start()
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        eventually(lambda: events.refused == 1, "it is given up")
    server.stop()


def test_an_error_that_nobody_foresaw_is_a_line_in_the_log_however_often(
    events: SecurityEvents, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = Feed(INFO)
    monkeypatch.setattr(feed, "status", lambda: {"": 0}["\x1b[2J"])
    server = ViewServer(make_app(feed, events=events), port=0, events=events)
    server.start()
    assert [status(server.port) for _ in range(3)] == [500, 500, 500]
    server.stop()
    (record,) = caplog.records
    assert "KeyError" in record.getMessage()
    assert record.exc_info is None
    assert caplog.text.count("\n") == 1
    assert "\x1b" not in caplog.text


def test_a_connection_that_asks_again_is_kept(server: ViewServer, events: SecurityEvents) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for _ in range(3):
        connection.request("GET", "/api/status")
        assert connection.getresponse().read()
    connection.close()
    assert events.refused == 0
