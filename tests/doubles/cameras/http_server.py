"""A server of HTTP that answers as a test wants it, and the camera that this is to the program."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from capture.sources.opening import open_source
from stream.errors import SourceError
from stream.protocol.contracts import FrameSource

Answer = Callable[[BaseHTTPRequestHandler], None]
PATH = "/secret-path?token=secret-token"


@contextmanager
def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Call `answer` for each GET; yield host and port. What is written when the client has left is lost."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.close_connection = True
            with suppress(OSError):
                answer(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # a handshake that the client ended

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def begin(handler: BaseHTTPRequestHandler, content_type: str, status: int = 200, **headers: str) -> None:
    """Send status and headers; `_` in a name stands for `-`."""
    handler.send_response(status)
    handler.send_header("Content-Type", content_type)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def send_part(handler: BaseHTTPRequestHandler, body: bytes, *lines: str) -> None:
    """Send one part of a stream with the boundary `frame`, with further header lines."""
    head = ["--frame", "Content-Type: image/jpeg", f"Content-Length: {len(body)}", *lines, "", ""]
    handler.wfile.write("\r\n".join(head).encode() + body + b"\r\n")


@contextmanager
def opened(answer: Answer, options: str = "", user: str = "") -> Iterator[FrameSource]:
    """Open a camera whose server answers so."""
    with serving(answer) as place:
        source = open_source(f"http://{user}{place}{PATH}#timeout_s=2{options}")
        try:
            yield source
        finally:
            source.close()


def refused(answer: Answer, user: str = "") -> str:
    """Return the error of a camera whose server answers so; it holds no secret."""
    with pytest.raises(SourceError) as caught, opened(answer, user=user):
        pass
    assert "secret" not in str(caught.value)
    return str(caught.value)
