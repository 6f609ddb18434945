"""A FHIR server as this program asks it: HTTP with a connection that is kept, without proxies and redirects."""

import base64
import contextlib
import email.utils
import http.client
import json
import time
from typing import Any, Final
from urllib.parse import urlsplit

from stream.errors import ConfigError, OutputError
from stream.outlets.clinical.fhir.fhir_settings import FhirSettings
from stream.outlets.tls import tls_context
from stream.outlets.unreachable import why_unreachable

_LONGEST: Final = 2**22
_LONGEST_PAUSE_S: Final = 3600.0
_HERE: Final = ("localhost", "127.0.0.1", "::1")


class FhirService:
    """A server, which is connected when it is first asked."""

    def __init__(self, settings: FhirSettings) -> None:
        """Read the files the settings name. Raises ConfigError."""
        parts = urlsplit(settings.url)
        try:
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise ConfigError(f'the outlet "fhir" has no port in its url, {parts.hostname}') from None
        if parts.scheme == "http" and host not in _HERE and (settings.token or settings.password):
            raise ConfigError('the outlet "fhir" would send its token or password unencrypted: give a url with https')
        self.place = f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"
        self._path, self._headers = parts.path.rstrip("/"), _headers(settings)
        self._connection = (
            http.client.HTTPConnection(host, port, timeout=settings.timeout_s)
            if parts.scheme == "http"
            else http.client.HTTPSConnection(
                host,
                port,
                timeout=settings.timeout_s,
                context=tls_context("fhir", settings.ca, settings.certificate, settings.key),
            )
        )
        self._not_before_s = 0.0

    def ask(self, method: str, path: str = "", document: Any = None) -> tuple[int, Any]:
        """Send a request. Return the answer's status, and its JSON; None if it is none.

        path: below the server's base. Raises OutputError if there is no answer, or if the server asked for a pause
        (Retry-After) that is not over.
        """
        left_s = self._not_before_s - time.monotonic()
        if left_s > 0:
            raise OutputError(f"{self.place} is busy, and asked for no request in the next {left_s:.0f} s")
        body = None if document is None else json.dumps(document, ensure_ascii=False).encode()
        try:
            answer = self._answer(method, self._path + path, body)
            content = answer.read(_LONGEST)
        except OSError as error:
            self.close()
            raise OutputError(why_unreachable(error, self.place)) from None
        except http.client.HTTPException:
            self.close()
            raise OutputError(f'{self.place} does not answer as a web server: check the port in "url"') from None
        if not answer.isclosed():
            self.close()  # the rest of an answer that is too long is not wanted
        self._not_before_s = time.monotonic() + _pause_s(answer.headers.get("Retry-After", ""))
        with contextlib.suppress(ValueError, RecursionError):
            return answer.status, json.loads(content)
        return answer.status, None

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _answer(self, method: str, path: str, body: bytes | None) -> http.client.HTTPResponse:
        """Ask, a second time if the server had closed the kept connection: what is sent may be sent twice."""
        kept = self._connection.sock is not None
        try:
            return self._once(method, path, body)
        except (http.client.RemoteDisconnected, ConnectionError):
            if not kept:
                raise
            self.close()
            return self._once(method, path, body)

    def _once(self, method: str, path: str, body: bytes | None) -> http.client.HTTPResponse:
        self._connection.request(method, path or "/", body, self._headers)
        return self._connection.getresponse()


def _headers(settings: FhirSettings) -> dict[str, str]:
    kind = "application/fhir+json"
    headers = {"Accept": kind, "Content-Type": kind}
    if settings.token:
        headers["Authorization"] = f"Bearer {settings.token}"
    elif settings.username:
        pair = f"{settings.username}:{settings.password}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return headers


def _pause_s(retry_after: str) -> float:
    """Return for how long no request is wanted (RFC 9110, 10.2.3): seconds, or a date; 0 if that is not said."""
    if retry_after.isdigit():
        return min(float(retry_after), _LONGEST_PAUSE_S)
    with contextlib.suppress(ValueError, TypeError):
        date = email.utils.parsedate_to_datetime(retry_after)
        return min(max(0.0, date.timestamp() - time.time()), _LONGEST_PAUSE_S)
    return 0.0
