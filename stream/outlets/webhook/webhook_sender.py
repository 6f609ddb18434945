"""The outlet `webhook`: every message is posted, and taken by the server, before the next one."""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from stream.errors import OutputError, RefusedMessageError
from stream.outlets.http.http_service import HttpService
from stream.outlets.http.http_status import in_words, is_of_the_content, refusal_in_words
from stream.outlets.outlet import Published
from stream.outlets.sender_settings import settings_of
from stream.outlets.webhook.rate_limit import RateLimit
from stream.outlets.webhook.signing import body_of, headers_of, message_id, signing_key
from stream.outlets.webhook.webhook_settings import WebhookSettings

_ACCESS: Final = '"secret"'
_NOT_OF_OPTIONS: Final = (400, 404, 405, 501)
"""Also said by receivers that take messages, and know no OPTIONS."""
_NOTHING: Final = b"{}"
"""The content of a request without a message: JSON for a receiver that reads it before it looks at the method."""


class WebhookSender:
    """A sender to one address."""

    acknowledged: ClassVar[bool] = True
    by_default: ClassVar[tuple[str, ...]] = ("alarm",)

    def __init__(self, settings: Mapping[str, Any], wait: Callable[[float], None] = time.sleep) -> None:
        """Read the settings and the files they name. wait: for so many seconds. Raises ConfigError."""
        self._settings = chosen = settings_of("webhook", settings, WebhookSettings)
        self._key = signing_key(chosen.secret)
        self._http = HttpService("webhook", chosen.url, chosen.timeout_s, chosen)
        self._http.keep_private("messages")
        self._limit, self._wait = RateLimit(chosen.at_most_per_minute), wait

    def send(self, message: Published) -> None:
        """Post a message. Raises RefusedMessageError if it is refused for good, OutputError if it did not arrive."""
        self._wait(self._limit.wait_s(time.monotonic()))
        self._limit.sent(time.monotonic())
        body = body_of(message, self._settings)
        status, _ = self._http.ask("POST", headers_of(message_id(message), body, self._key, int(time.time())), body)
        judge(status, self._http.place)

    def check(self) -> str:
        """Ask the server what it can do there (OPTIONS), signed, without a message. Raises OutputError."""
        headers = headers_of(f"msg_{secrets.token_hex(16)}", _NOTHING, self._key, int(time.time()))
        status, _ = self._http.ask("OPTIONS", headers, _NOTHING)
        place, guard = self._http.place, "TLS" if self._http.guarded else "no TLS"
        if 200 <= status < 300:
            return f"{place} lets this program in ({guard}); no message was sent"
        if status in _NOT_OF_OPTIONS:
            return f"{place} answers ({guard}), though not to OPTIONS ({status}): path and secret are not tested"
        raise OutputError(f"{place} {in_words(status, _ACCESS)}")

    def close(self) -> None:
        """End the connection."""
        self._http.close()


def judge(status: int, place: str) -> None:
    """Return if a status says that a message was taken.

    Raises RefusedMessageError if it is refused for good, OutputError if it is to be sent again.
    """
    if 200 <= status < 300:
        return
    if is_of_the_content(status):
        raise RefusedMessageError(f"{place} refused a message for good: {refusal_in_words(status)}")
    raise OutputError(f"{place} {in_words(status, _ACCESS)}")
