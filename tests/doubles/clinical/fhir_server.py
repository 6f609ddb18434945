"""A hospital's FHIR server, in a thread of its own: it takes only resources that the models of fhir.resources take."""

import json
import socket
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from fhir.resources import R4B, get_fhir_model_class

Json = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
_VERSIONS = {"R4": "4.0.1", "R5": "5.0.0"}


def validated(resource: Json, release: str) -> None:
    """Raise ValueError if a resource is none of that release."""
    model = R4B.get_fhir_model_class if release == "R4" else get_fhir_model_class
    again = model(resource["resourceType"]).model_validate(resource).model_dump(mode="json")
    assert again.keys() == resource.keys()


class FhirServer:
    """Keeps what it took, also over its own restarts, always on the same port."""

    def __init__(self, release: str = "R4", tls: ssl.SSLContext | None = None, authorization: str = "") -> None:
        self.release, self.port = release, 0
        self.resources: list[Json] = []
        self.posts = 0
        self._conditions: set[tuple[str, str]] = set()  # what the resources would be found by
        self.answer: Callable[[], Answer | None] = lambda: None
        """What is answered instead, if anything."""
        self._tls, self._authorization = tls, authorization
        self._server: _Server | None = None

    def of(self, kind: str) -> list[Json]:
        return [one for one in list(self.resources) if one["resourceType"] == kind]

    def densities(self) -> list[Json]:
        return [one for one in self.of("Observation") if one["code"]["coding"][0]["code"] == "density"]

    def start(self) -> None:
        self._server = _Server(("127.0.0.1", self.port), _Handler)
        self._server.owner = self
        if self._tls is not None:
            self._server.socket = self._tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Cut all connections, as a power cut would. May be called twice."""
        if self._server is not None:
            self._server.shutdown()
            self._server.cut()
            self._server.server_close()
            self._server = None

    def answered(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        if (instead := self.answer()) is not None:
            return instead
        if self._authorization and headers.get("Authorization") != self._authorization:
            return self._json(401, outcome("login"))
        if method == "GET" and path == "/fhir/metadata":
            return self._json(
                200, {"resourceType": "CapabilityStatement", "fhirVersion": _VERSIONS[self.release], "kind": "instance"}
            )
        if method == "GET":
            return self._json(200 if path == "/fhir/Patient/known" else 404, outcome("not-found"))
        if path != "/fhir":
            return 404, {"Content-Type": "text/html"}, b"<html>Not found</html>"
        return self._transaction(json.loads(body))

    def _transaction(self, bundle: Json) -> Answer:
        self.posts += 1
        try:
            validated(bundle, self.release)
            for entry in bundle["entry"]:
                validated(entry["resource"], self.release)
        except (ValueError, AssertionError) as error:
            return self._json(422, outcome("invalid", str(error)))
        taken = []
        for entry in bundle["entry"]:
            resource, condition = entry["resource"], entry["request"]["ifNoneExist"]
            known = (resource["resourceType"], condition) in self._conditions
            if not known:
                self.resources.append(resource)
                self._conditions.update((resource["resourceType"], one) for one in _conditions(resource))
            taken.append({"response": {"status": "200 OK" if known else "201 Created"}})
        return self._json(200, {"resourceType": "Bundle", "type": "transaction-response", "entry": taken})

    def _json(self, status: int, document: Json) -> Answer:
        return status, {"Content-Type": "application/fhir+json"}, json.dumps(document).encode()


def outcome(code: str, words: str = "") -> Json:
    issue = {"severity": "error", "code": code, "diagnostics": words, "expression": ["Bundle.entry[1].resource"]}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _conditions(resource: Json) -> list[str]:
    identifiers, tags = resource.get("identifier", []), resource.get("meta", {}).get("tag", [])
    return [
        *(f"identifier={one['system']}|{one['value']}" for one in identifiers if "system" in one),
        *(f"_tag={one['system']}|{one['code']}" for one in tags),
    ]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    owner: FhirServer

    def __init__(self, *arguments: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def cut(self) -> None:
        for one in list(self._open):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that goes away is what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm: ClassVar[bool] = True
    server: _Server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, content = self.server.owner.answered(self.command, self.path, self.headers, body)
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _answer  # noqa: N815 (the names that http.server looks for)

    def log_message(self, *_arguments: Any) -> None:
        """Log nothing."""
