"""Lets only this machine's own pages in. A pure ASGI wrapper; knows nothing of what it wraps.

A web page elsewhere can make a browser send requests to 127.0.0.1, under its own name once its name resolves there
(DNS rebinding). So the Host must be a loopback name, and a browser's Origin must be the page served here.
"""

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})
REFUSAL: Final = "This page is served to this machine only: open it as http://127.0.0.1 with the port it printed.\n"
STRICT_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-cache",
}


def is_loopback_host(host: str) -> bool:
    """Whether a Host header (name and perhaps port) names this machine."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return False
    return parts.netloc == host and "@" not in host and parts.hostname in LOOPBACK_NAMES


def is_same_origin(origin: str | None, host: str) -> bool:
    """Whether a request comes from the page served under this Host, or from a program without Origin (no browser)."""
    return origin is None or origin == f"http://{host}"


def content_security_policy(host: str) -> str:
    """Everything from here, nothing inline. `host` must have passed `is_loopback_host`."""
    return (
        f"default-src 'self'; connect-src 'self' ws://{host}; object-src 'none'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )


class LoopbackOnly:
    """Refuses other hosts and origins with 403, and adds the strict headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not is_loopback_host(host) or not is_same_origin(headers.get("origin"), host):
            await _refuse(scope, receive, send)
            return

        async def send_strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                answer["content-security-policy"] = content_security_policy(host)
                for name, value in STRICT_HEADERS.items():
                    answer.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_strict)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """403; for a WebSocket, closing before accepting is answered as 403 by the server."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": "another host or origin"})
        return
    await PlainTextResponse(REFUSAL, status_code=403)(scope, receive, send)
