"""The outlet `otlp`: traces of single frames to a collector of OpenTelemetry, in protobuf over HTTP (OTLP/HTTP 1.x)."""

import time
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from msgspec import Meta

from stream.errors import OutputError
from stream.outlets.http.http_service import HttpService
from stream.outlets.http.http_status import in_words
from stream.outlets.outlet import Published
from stream.outlets.sender_settings import settings_of
from stream.outlets.tls import TlsFiles
from stream.outlets.tracing.frame_trace import FrameTraces
from stream.protocol.readings import DensityReading

_PATH: Final = "/v1/traces"
_ADDRESS: Final = "endpoint"
_ACCESS: Final = '"token"'
_OK: Final = 200


class OtlpSettings(TlsFiles, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[outlets.otlp]`."""

    endpoint: Annotated[
        str, Meta(pattern=r"^https?://[^/?#@]+(/[^?#]*)?$", description="the collector, without /v1/traces")
    ] = "http://127.0.0.1:4318"
    token: Annotated[str, Meta(description="sent as Authorization: Bearer …; empty: none")] = ""
    timeout_s: Annotated[float, Meta(gt=0, le=60, description="longest wait for an answer, s")] = 5.0


class OtlpSender:
    """Sends the trace of a frame for each reading that it is given, over one connection."""

    messages: ClassVar = ("reading",)
    every_s: ClassVar = 1.0

    def __init__(self, table: Mapping[str, Any]) -> None:
        settings = settings_of("otlp", table, OtlpSettings)
        address = settings.endpoint.rstrip("/") + _PATH
        self._http = HttpService("otlp", address, settings.timeout_s, settings, _ADDRESS)
        self._headers = {"Content-Type": "application/x-protobuf"}
        if settings.token:
            self._http.keep_private("token")
            self._headers["Authorization"] = f"Bearer {settings.token}"
        self._traces = FrameTraces()
        self._place = self._http.place + self._http.path

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
        self._http.close()

    def _post(self, body: bytes) -> None:
        status, answer = self._http.ask("POST", self._headers, body)
        if status != _OK:
            raise OutputError(f"{self._place} {in_words(status, _ACCESS, _ADDRESS)}")
        if refusal := self._traces.refusal(answer):
            raise OutputError(f"{self._place} did not take a trace: {refusal}")
