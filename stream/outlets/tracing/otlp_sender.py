"""The outlet `otlp`: traces of single frames to a collector of OpenTelemetry, in protobuf over HTTP (OTLP/HTTP 1.x)."""

import http.client
import time
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from stream.config.addresses import is_loopback
from stream.errors import ConfigError, OutputError
from stream.outlets.outlet import Published
from stream.outlets.sender_settings import settings_of
from stream.outlets.tls import tls_context
from stream.outlets.tracing.frame_trace import FrameTraces
from stream.outlets.unreachable import why_unreachable
from stream.protocol.readings import DensityReading

_PATH: Final = "/v1/traces"
_LONGEST_ANSWER: Final = 2**16


class OtlpSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[outlets.otlp]`."""

    endpoint: Annotated[
        str, Meta(pattern=r"^https?://[^/?#@]+(/[^?#]*)?$", description="the collector, without /v1/traces")
    ] = "http://127.0.0.1:4318"
    token: Annotated[str, Meta(description="sent as Authorization: Bearer …; empty: none")] = ""
    timeout_s: Annotated[float, Meta(gt=0, le=60, description="longest wait for an answer, s")] = 5.0
    ca: Annotated[str, Meta(description="file of the trusted authorities, PEM; empty: the system's")] = ""
    certificate: Annotated[str, Meta(description="file of the program's own certificate, PEM")] = ""
    key: Annotated[str, Meta(description="file of its key, PEM; empty: in the same file")] = ""


class OtlpSender:
    """Sends the trace of a frame for each reading that it is given, over one connection."""

    messages: ClassVar = ("reading",)
    every_s: ClassVar = 1.0

    def __init__(self, table: Mapping[str, Any]) -> None:
        settings = settings_of("otlp", table, OtlpSettings)
        parts = urlsplit(settings.endpoint)
        try:
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise ConfigError(f'the outlet "otlp" has no port in its endpoint, "{settings.endpoint}"') from None
        self._traces = FrameTraces()
        self._path = parts.path.rstrip("/") + _PATH
        self._place = f"{parts.scheme}://{parts.netloc}{self._path}"
        self._headers = {"Content-Type": "application/x-protobuf"}
        if settings.token:
            self._headers["Authorization"] = f"Bearer {settings.token}"
        if parts.scheme == "http" and settings.token and not is_loopback(host):
            raise ConfigError('the outlet "otlp" would send its token unencrypted: give an endpoint with https')
        self._connection = (
            http.client.HTTPConnection(host, port, timeout=settings.timeout_s)
            if parts.scheme == "http"
            else http.client.HTTPSConnection(
                host,
                port,
                timeout=settings.timeout_s,
                context=tls_context("otlp", settings.ca, settings.certificate, settings.key),
            )
        )

    def send(self, message: Published) -> None:
        """Send the trace of a frame. Raises OutputError if the collector did not take it."""
        if isinstance(message, DensityReading):
            self._post(self._traces.request(message, message.since_grab_ms(time.monotonic_ns())))

    def check(self) -> str:
        """Send a request without a trace. Raises OutputError."""
        self._post(self._traces.nothing())
        return f"{self._place} takes traces"

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _post(self, body: bytes) -> None:
        status, answer = self._answer(body)
        if status != http.HTTPStatus.OK:
            raise OutputError(f'{self._place} does not take traces (HTTP {status}): check "endpoint" and "token"')
        if refusal := self._traces.refusal(answer):
            raise OutputError(f"{self._place} did not take a trace: {refusal}")

    def _answer(self, body: bytes) -> tuple[int, bytes]:
        kept = self._connection.sock is not None
        try:
            try:
                answer = self._once(body)
            except ConnectionError:  # a kept connection may have been closed meanwhile
                self.close()
                if not kept:
                    raise
                answer = self._once(body)
            content = answer.read(_LONGEST_ANSWER)
        except OSError as error:
            self.close()
            raise OutputError(why_unreachable(error, self._place)) from None
        except http.client.HTTPException:
            self.close()
            raise OutputError(f'{self._place} does not answer as a web server: check the port in "endpoint"') from None
        if not answer.isclosed():
            self.close()
        return answer.status, content

    def _once(self, body: bytes) -> http.client.HTTPResponse:
        self._connection.request("POST", self._path, body, self._headers)
        return self._connection.getresponse()
