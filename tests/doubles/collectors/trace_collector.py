"""A collector of traces: OTLP/HTTP with protobuf, decoded by OpenTelemetry's own package."""

import contextlib
import http.server
import socket
import threading
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


class _Server(http.server.ThreadingHTTPServer):
    """Knows its connections."""

    daemon_threads = True

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.connections: list[socket.socket] = []

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.connections.append(connection)
        return connection, address

    def handle_error(self, *_: object) -> None:
        """Say nothing of a connection that `stop` has cut."""


@dataclass
class TraceCollector:
    """Answers on a port of 127.0.0.1. status: of its answers; refuses: why it takes no span, empty: it takes all."""

    port: int = 0
    status: int = 200
    refuses: str = ""
    requests: list[Any] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                assert (self.path, self.headers["Content-Type"]) == ("/v1/traces", "application/x-protobuf")
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.requests.append(ExportTraceServiceRequest.FromString(body))
                collector.tokens.append(self.headers["Authorization"])
                answer = ExportTraceServiceResponse()
                if collector.refuses:
                    answer.partial_success.rejected_spans = 1
                    answer.partial_success.error_message = collector.refuses
                content = answer.SerializeToString()
                self.send_response(collector.status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def traces(self) -> list[dict[str, Any]]:
        """Return the spans of each trace by name, in the order of their arrival."""
        resources = [resource for request in self.requests for resource in request.resource_spans]
        return [{span.name: span for scope in one.scope_spans for span in scope.spans} for one in resources]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        for connection in self._server.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
