"""Security headers: ASGI middleware that adds them to every answer."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stream.view.report.inlined import SCRIPT_SOURCE, STYLE_SOURCE

STRICT_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-cache",
}

FRAMED: Final = {"x-frame-options": "SAMEORIGIN"}


class SecurityHeaders:
    """Adds the content security policy and the strict headers. Must stand behind the host check.

    framed: documents from here may be shown in frames of each other; those from elsewhere never show one.
    """

    def __init__(self, app: ASGIApp, tls: bool, framed: bool = False) -> None:
        self._app, self._tls, self._framed = app, tls, framed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        policy = content_security_policy(Headers(scope=scope).get("host", ""), tls=self._tls, framed=self._framed)
        strict = STRICT_HEADERS | FRAMED if self._framed else STRICT_HEADERS

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["content-security-policy"] = policy
                for name, value in strict.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def content_security_policy(host: str, *, tls: bool = False, framed: bool = False) -> str:
    """Return the policy: everything from here, nothing inline but the report's own style and script.

    `host` must have passed the host check.
    """
    ancestors = "'self'" if framed else "'none'"
    return (
        f"default-src 'self'; connect-src 'self' {'wss' if tls else 'ws'}://{host}; "
        f"style-src 'self' {STYLE_SOURCE}; script-src 'self' {SCRIPT_SOURCE}; "
        "object-src 'none'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {ancestors}"
    )
