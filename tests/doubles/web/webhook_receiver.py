"""A receiver of webhooks that takes a request only if the example of docs/outlets/webhook.md accepts its signature."""

import json
import re
import ssl
import time
from collections.abc import Callable
from typing import Any

from tests.doubles.web.web_server import Answer, WebServer
from tests.running import ROOT

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def verifier() -> Callable[[Any, bytes, str, float], Any]:
    """Return the function `verified` of the documentation."""
    text = (ROOT / "docs/outlets/webhook.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    found: Callable[[Any, bytes, str, float], Any] = names["verified"]
    return found


class WebhookReceiver(WebServer):
    """Keeps the documents that it took, and all attempts.

    answer: status and headers of the answers to signed requests. refusal: status of those to others. knows_options:
    it answers OPTIONS, also only to signed requests. attempts: headers and bodies, in their order.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.documents: list[dict[str, Any]] = []
        self.attempts: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[], tuple[int, dict[str, str]]] = lambda: (204, {})
        self.refusal, self.knows_options = 401, False
        self._ids: set[str] = set()
        self._verified = verifier()

    def answered(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        if method == "OPTIONS" and self.knows_options:
            return (self.refusal if self._verified(headers, body, SECRET, time.time()) is None else 204), {}, b""
        if method != "POST" or path != "/hook?of=ward":
            return 405, {}, b""
        self.attempts.append(({key.lower(): value for key, value in headers.items()}, body))
        document = self._verified(headers, body, SECRET, time.time())
        if document is None:
            return self.refusal, {}, b""
        status, more = self.answer()
        if status < 300 and headers["webhook-id"] not in self._ids:
            self._ids.add(headers["webhook-id"])
            self.documents.append(json.loads(body))
        return status, more, b""
