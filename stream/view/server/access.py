"""Lets in only whom the page is for. A pure ASGI wrapper; knows nothing of what it wraps.

A web page elsewhere can make a browser send requests to 127.0.0.1, under its own name once its name resolves there
(DNS rebinding). So the Host must be a name that this page goes by, and a browser's Origin must be the page served here.
Where a token is set, it is asked of everyone: once as ?token=…, which leaves it in a cookie, or as a bearer.
"""

import hmac
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import URL, Headers, MutableHeaders, QueryParams
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stream.security.events import Notes

LOOPBACK_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})
REFUSAL: Final = (
    "This page is served to this machine only, or under the names in view.names: open it at the address it printed.\n"
)
NO_TOKEN: Final = "This page asks for its token: open it once as /?token=… with the token that was set for it.\n"
COOKIE: Final = "capillary_token"
STRICT_HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """names: hosts that the page goes by, without port. token: asked of everyone; None: of nobody.

    tls: pages and sockets are https and wss.
    """

    names: frozenset[str] = LOOPBACK_NAMES
    token: str | None = field(default=None, repr=False)
    tls: bool = False


def is_host_of(names: frozenset[str], host: str) -> bool:
    """Whether a Host header (name and perhaps port) is one of the names."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return False
    return parts.netloc == host and "@" not in host and parts.hostname in names


def is_same_origin(origin: str | None, host: str, *, tls: bool = False) -> bool:
    """Whether a request comes from the page served under this Host, or from a program without Origin (no browser)."""
    return origin is None or origin == f"{'https' if tls else 'http'}://{host}"


def content_security_policy(host: str, *, tls: bool = False) -> str:
    """Everything from here, nothing inline. `host` must have passed `is_host_of`."""
    return (
        f"default-src 'self'; connect-src 'self' {'wss' if tls else 'ws'}://{host}; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


class Guard:
    """Refuses other hosts and origins (403) and who lacks the token (401), and adds the strict headers to every answer.

    What is refused or changed is noted: who, and which interface; never what was sent.
    """

    def __init__(self, app: ASGIApp, rules: Rules, notes: Notes) -> None:
        self._app, self._rules, self._notes = app, rules, notes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, tls = headers.get("host", ""), self._rules.tls
        if not is_host_of(self._rules.names, host) or not is_same_origin(headers.get("origin"), host, tls=tls):
            await self._refuse(scope, receive, send, "another host or origin", PlainTextResponse(REFUSAL, 403))
            return

        async def send_strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(scope, message["status"])
                answer = MutableHeaders(scope=message)
                answer["content-security-policy"] = content_security_policy(host, tls=tls)
                for name, value in STRICT_HEADERS.items():
                    answer.setdefault(name, value)
            await send(message)

        if self._rules.token is None or self._is_token(_presented(headers), self._rules.token):
            await self._app(scope, receive, send_strict)
        elif scope["type"] == "http" and self._is_token(_in_query(scope), self._rules.token):
            self._notes.add("connected", "page", _address(scope), "by the token")
            await self._remember(scope, self._rules.token)(scope, receive, send_strict)
        else:
            await self._refuse(scope, receive, send_strict, "no token, or another", PlainTextResponse(NO_TOKEN, 401))

    def _note(self, scope: Scope, status: int) -> None:
        """Changes, and requests that nothing here understands (400)."""
        if status == 400:
            self._notes.add("refused", "page", _address(scope), "a request that is not understood")
        elif status < 300 and scope["method"] not in ("GET", "HEAD"):
            self._notes.add("changed", "page", _address(scope), f"{scope['method']} {scope['path']}")

    @staticmethod
    def _is_token(given: str, token: str) -> bool:
        return hmac.compare_digest(given.encode(errors="replace"), token.encode())

    def _remember(self, scope: Scope, token: str) -> Response:
        """The same address without the token, which goes on as a cookie: not in the address bar, nor the history."""
        left = [(key, value) for key, value in QueryParams(scope["query_string"]).multi_items() if key != "token"]
        answer = RedirectResponse(URL(scope=scope).path + (f"?{urlencode(left)}" if left else ""), 303)
        answer.set_cookie(COOKIE, token, secure=self._rules.tls, httponly=True, samesite="strict")
        return answer

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, why: str, answer: Response) -> None:
        """For a WebSocket, closing before accepting is answered as 403 by the server."""
        self._notes.add("refused", "page", _address(scope), why)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": why})
            return
        await answer(scope, receive, send)


def _presented(headers: Headers) -> str:
    """The token of a program (bearer) or a browser (cookie); empty where there is none."""
    kind, _, bearer = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return bearer.strip()
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return "" if cookie is None else cookie.value


def _in_query(scope: Scope) -> str:
    return QueryParams(scope["query_string"]).get("token", "")


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""
