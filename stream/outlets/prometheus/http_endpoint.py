"""Answers questions for metrics over HTTP, in a thread each; a client that is silent holds up no other."""

import ssl
import threading
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Final, Protocol
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from stream.security.endpoints import bound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.metrics_core import Metric

_SILENT_S: Final = 10.0


class Collected(Protocol):
    """What has metrics."""

    def collect(self) -> "Iterable[Metric]":
        """Return them as they are now."""


def client_checks(certificate: str, key: str, ca: str) -> ssl.SSLContext:
    """Return a server's TLS that takes only clients with a certificate of an authority in the file `ca`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=ca)
    context.load_cert_chain(certificate, key)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


class _Answering(WSGIRequestHandler):
    """Answers one question, and writes no log of it."""

    timeout = _SILENT_S

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the library's)
        """Say nothing."""


class _Threading(ThreadingMixIn, WSGIServer):
    """A server with a thread per question, which end with the process."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: that a client went away, or failed at TLS, is its own trouble."""


class MetricsServer:
    """A server that listens from its making on. Raises OSError if the address cannot be had."""

    def __init__(self, metrics: Collected, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        from prometheus_client.exposition import make_wsgi_app

        listening = bound(host, port)
        if tls is not None:  # the handshake in the client's thread
            listening = tls.wrap_socket(listening, server_side=True, do_handshake_on_connect=False)
        self._server = _Threading((host, port), _Answering, bind_and_activate=False)
        self._server.socket.close()
        self._server.socket = listening
        self._server.server_name, self._server.server_port = host, listening.getsockname()[1]
        self._server.setup_environ()
        self._server.server_activate()
        self._server.set_app(make_wsgi_app(metrics))
        threading.Thread(target=self._server.serve_forever, args=(0.1,), name="metrics", daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
