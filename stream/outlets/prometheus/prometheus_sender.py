"""The outlet `prometheus`: an HTTP endpoint of its own for a Prometheus server, for all sources of a command."""

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from msgspec import Meta, Struct

from stream.config.addresses import is_loopback, reason_not_had
from stream.errors import ConfigError, OutputError
from stream.outlets.outlet import Published
from stream.outlets.prometheus.http_endpoint import MetricsServer, client_checks
from stream.outlets.prometheus.merging import merged
from stream.outlets.prometheus.run_watch import RunWatch
from stream.outlets.sender_settings import settings_of
from stream.outlets.tls import TlsFiles, tls_context
from stream.security.endpoints import bound

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric


class PrometheusSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[outlets.prometheus]`."""

    host: Annotated[str, Meta(min_length=1, max_length=253, description="address to listen on")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535, description="port to listen on")] = 9464
    certificate: Annotated[str, Meta(description="file of the TLS certificate, PEM; empty: plain HTTP")] = ""
    key: Annotated[str, Meta(description="file of its key, PEM")] = ""
    ca: Annotated[str, Meta(description="file of the authorities whose clients may read, PEM")] = ""


class PrometheusSender:
    """Keeps the newest messages, and answers questions from the first of them on."""

    messages: ClassVar = ("reading", "status", "alarm")
    shared: ClassVar = True

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._settings = settings = settings_of("prometheus", table, PrometheusSettings)
        files = {"certificate": settings.certificate, "key": settings.key, "ca": settings.ca}
        self._tls = None
        if any(files.values()) or not is_loopback(settings.host):
            missing = [name for name, file in files.items() if not file]
            if missing:
                raise ConfigError(
                    'the outlet "prometheus" listens beyond this machine, or with TLS, only with "certificate", "key", '
                    f'and "ca" for the clients that may read; there is no "{missing[0]}"'
                )
            tls_context("prometheus", TlsFiles(**files))  # which says in a sentence what is wrong with them
            self._tls = client_checks(**files)
        self._watches: dict[str, RunWatch] = {}  # by session; replaced as a whole
        self._server: MetricsServer | None = None

    def send(self, message: Published) -> None:
        """Take note of a message. Raises OutputError if the port cannot be had."""
        if message.session not in self._watches:
            self._watches = self._watches | {message.session: RunWatch()}
        self._watches[message.session].take(message, time.monotonic())
        if self._server is None:
            try:
                self._server = MetricsServer(self, self._settings.host, self._settings.port, self._tls)
            except OSError as error:
                raise self._not_had(error) from None

    def check(self) -> str:
        """Try the port. Raises OutputError if it cannot be had."""
        try:
            bound(self._settings.host, self._settings.port).close()
        except OSError as error:
            raise self._not_had(error) from None
        return f"would answer at {self._address}"

    def close(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.stop()

    def collect(self) -> Iterable["Metric"]:
        """Yield all metrics as they are now; called by the library for each answer."""
        now_s = time.monotonic()
        return merged(watch.exposition(now_s).collect() for watch in self._watches.values())

    @property
    def _address(self) -> str:
        scheme = "https" if self._settings.certificate else "http"
        return f"{scheme}://{self._settings.host}:{self._settings.port}/metrics"

    def _not_had(self, error: OSError) -> OutputError:
        reason = reason_not_had(error.errno, error.strerror or str(error))
        return OutputError(f'port {self._settings.port} on {self._settings.host}: {reason}; choose another "port"')
