"""A server of HTTP that answers as a test wants it."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


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
