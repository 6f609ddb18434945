"""The outlet `webhook`: every message is posted, and taken by the server, before the next one."""

import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from stream.config.addresses import is_loopback
from stream.errors import ConfigError, OutputError, RefusedMessageError
from stream.outlets.http_service import HttpService
from stream.outlets.outlet import Published
from stream.outlets.sender_settings import settings_of
from stream.outlets.webhook.rate_limit import RateLimit
from stream.outlets.webhook.signing import body_of, headers_of, signing_key
from stream.outlets.webhook.webhook_settings import WebhookSettings

_NOT_FOR_GOOD: Final = (408, 425, 429)
"""Statuses below 500 after which the same message may be taken (RFC 9110, RFC 8470, RFC 6585)."""


class WebhookSender:
    """A sender to one address."""

    acknowledged: ClassVar[bool] = True
    by_default: ClassVar[tuple[str, ...]] = ("alarm",)

    def __init__(self, settings: Mapping[str, Any], wait: Callable[[float], None] = time.sleep) -> None:
        """Read the settings and the files they name. wait: for so many seconds. Raises ConfigError."""
        self._settings = chosen = settings_of("webhook", settings, WebhookSettings)
        self._key = signing_key(chosen.secret)
        self._http = HttpService("webhook", chosen.url, chosen.timeout_s, chosen.ca, chosen.certificate, chosen.key)
        if not (self._http.guarded or is_loopback(self._http.host)):
            raise ConfigError('the outlet "webhook" sends to another machine only in TLS: give a url with https')
        self._limit, self._wait = RateLimit(chosen.at_most_per_minute), wait

    def send(self, message: Published) -> None:
        """Post a message. Raises RefusedMessageError if it is refused for good, OutputError if it did not arrive."""
        self._wait(self._limit.wait_s(time.monotonic()))
        self._limit.sent(time.monotonic())
        body = body_of(message, self._settings)
        status, _ = self._http.ask("POST", headers_of(message, body, self._key, int(time.time())), body)
        judge(status, self._http.place)

    def check(self) -> str:
        """Ask the server what it can do there (OPTIONS), without a message. Raises OutputError."""
        status, _ = self._http.ask("OPTIONS", {})
        guard = "TLS" if self._http.guarded else "no TLS"
        return f"{self._http.place} answers ({guard}, status {status} to OPTIONS); no message was sent"

    def close(self) -> None:
        """End the connection."""
        self._http.close()


def judge(status: int, place: str) -> None:
    """Return if a status says that a message was taken.

    Raises RefusedMessageError if it is refused for good, OutputError if it is to be sent again.
    """
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise OutputError(f'{place} sends its callers to another address ({status}): give that as "url"')
    if 400 <= status < 500 and status not in _NOT_FOR_GOOD:
        remedy = 'check "secret" and the path in "url"' if status in (401, 403, 404, 405, 410) else "its log says more"
        raise RefusedMessageError(f"{place} refused a message for good ({status}): {remedy}")
    raise OutputError(f"{place} takes no message now ({status}): see its log")
