"""A server that is asked over HTTP, with a connection that is kept, without proxies and redirects."""

import contextlib
import email.utils
import http.client
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from stream.config.addresses import is_loopback
from stream.errors import ConfigError, OutputError
from stream.outlets.http.http_status import GONE, PAUSES, in_words
from stream.outlets.tls import TlsFiles, tls_context
from stream.outlets.unreachable import why_unreachable

_LONGEST: Final = 2**22
_LONGEST_PAUSE_S: Final = 3600.0


class HttpService:
    """A server, which is connected when it is first asked.

    place: its scheme, host and port, for people; path and query may hold a secret.
    """

    def __init__(self, outlet: str, url: str, timeout_s: float, files: TlsFiles, setting: str = "url") -> None:
        """Read the files of TLS. setting: the key of the table that has the address.

        Raises ConfigError, also if the address has no host or an impossible port.
        """
        parts = urlsplit(url)
        try:
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise ConfigError(f'the outlet "{outlet}" has an impossible port in "{setting}"') from None
        if not host or parts.username is not None:
            raise ConfigError(
                f'the outlet "{outlet}" needs scheme, host and path as "{setting}", such as https://host/path'
            )
        self._outlet, self._setting, self._on_this_machine = outlet, setting, is_loopback(host)
        self.guarded = parts.scheme == "https"
        self.place = f"{parts.scheme}://{host}{f':{port}' if port else ''}"
        self.path, self._query = parts.path, f"?{parts.query}" if parts.query else ""
        self._connection = (
            http.client.HTTPSConnection(host, port, timeout=timeout_s, context=tls_context(outlet, files))
            if self.guarded
            else http.client.HTTPConnection(host, port, timeout=timeout_s)
        )
        self._not_before_s, self._paused_by = 0.0, 0  # on the clock that never steps; a status

    def keep_private(self, what: str) -> None:
        """Raise ConfigError if others could read what is sent on its way: without TLS, to another machine."""
        if not (self.guarded or self._on_this_machine):
            right = f'"{self._setting}" must begin with https'
            raise ConfigError(f'the outlet "{self._outlet}" would send its {what} unencrypted: {right}')

    def ask(
        self, method: str, headers: Mapping[str, str], body: bytes | None = None, below: str = ""
    ) -> tuple[int, bytes]:
        """Send a request. Return the answer's status and content, of at most 4 MiB.

        below: path below the server's own. Raises OutputError if there is no answer, or if the server wants no request
        yet: after Retry-After, and after 410, which it is asked about once an hour.
        """
        left_s = self._not_before_s - time.monotonic()
        if left_s > 0:
            why = in_words(self._paused_by, setting=self._setting)
            raise OutputError(f"{self.place} {why}; it is not asked in the next {left_s:.0f} s")
        try:
            answer = self._answer(method, (self.path + below or "/") + self._query, headers, body)
            content = answer.read(_LONGEST)
        except OSError as error:
            self.close()
            raise OutputError(why_unreachable(error, self.place)) from None
        except http.client.HTTPException:
            self.close()
            raise OutputError(
                f'{self.place} does not answer as a web server: check the port in "{self._setting}"'
            ) from None
        if not answer.isclosed():
            self.close()  # the rest of an answer that is too long is not wanted
        if answer.status in PAUSES:
            self._paused_by = answer.status
            self._not_before_s = time.monotonic() + _pause_s(answer.status, answer.headers.get("Retry-After", ""))
        return answer.status, content

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> http.client.HTTPResponse:
        """Ask, a second time if the server had closed the kept connection: what is sent may be sent twice."""
        kept = self._connection.sock is not None
        try:
            return self._once(method, path, headers, body)
        except (http.client.RemoteDisconnected, ConnectionError):
            if not kept:
                raise
            self.close()
            return self._once(method, path, headers, body)

    def _once(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> http.client.HTTPResponse:
        self._connection.request(method, path, body, dict(headers))
        return self._connection.getresponse()


def _pause_s(status: int, retry_after: str) -> float:
    """Return for how long no request is wanted (RFC 9110, 10.2.3): seconds, or a date; 0 if that is not said."""
    if status == GONE:
        return _LONGEST_PAUSE_S
    if retry_after.isdigit():
        return min(float(retry_after), _LONGEST_PAUSE_S)
    with contextlib.suppress(ValueError, TypeError):
        date = email.utils.parsedate_to_datetime(retry_after)
        return min(max(0.0, date.timestamp() - time.time()), _LONGEST_PAUSE_S)
    return 0.0
