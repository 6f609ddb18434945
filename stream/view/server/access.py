"""Host, origin and token check: ASGI middleware that refuses a request before anything else sees it.

A web page elsewhere can make a browser send requests to 127.0.0.1, under its own name once its name resolves there
(DNS rebinding). So the Host must be a name that this page goes by, and a browser's Origin must be the page served here.
If a token is set, everyone must send it: once as ?token=…, which leaves it in a cookie, or as a bearer token.

What is refused is recorded for the audit log: the client's address and the reason, never what was sent.
"""

import hmac
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import unquote, urlencode, urlsplit

from starlette.datastructures import URL, Headers, QueryParams
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from stream.config.addresses import canonical, is_loopback
from stream.security.events import SecurityEvents
from stream.view.server.request_audit import client_address

NO_HOST: Final = (
    "The header Host names another place: this page is served to this machine only, or under the names in view.names. "
    "Open it at the address it printed.\n"
)
NO_ORIGIN: Final = (
    "The header Origin is of another page, and only the page from here may ask. A program sends no Origin; a dashboard "
    "from elsewhere lets its server ask.\n"
)
NO_TOKEN: Final = "This page asks for its token: open it once as /?token=… with the token that was set for it.\n"
COOKIE: Final = "capillary_token"
_REQUESTS: Final = ("http", "websocket")


class HostCheck:
    """Refuses a request whose Host header is not one of `names` (403)."""

    def __init__(self, app: ASGIApp, names: frozenset[str], events: SecurityEvents) -> None:
        self._app, self._names, self._events = app, names, events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in _REQUESTS or is_host_of(self._names, Headers(scope=scope).get("host", "")):
            await self._app(scope, receive, send)
        else:
            answer = PlainTextResponse(NO_HOST, 403)
            await _refuse(scope, receive, send, self._events, "another host or origin", answer)


class OriginCheck:
    """Refuses a request that a browser sends from another page than the one served here (403)."""

    def __init__(self, app: ASGIApp, tls: bool, events: SecurityEvents) -> None:
        self._app, self._tls, self._events = app, tls, events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in _REQUESTS or self._is_allowed(Headers(scope=scope)):
            await self._app(scope, receive, send)
        else:
            answer = PlainTextResponse(NO_ORIGIN, 403)
            await _refuse(scope, receive, send, self._events, "another host or origin", answer)

    def _is_allowed(self, headers: Headers) -> bool:
        return is_same_origin(headers.get("origin"), headers.get("host", ""), tls=self._tls)


class TokenCheck:
    """Refuses a request without the token (401). The token in a query is moved into a cookie by a redirect."""

    def __init__(self, app: ASGIApp, token: str, tls: bool, events: SecurityEvents) -> None:
        self._app, self._token, self._tls, self._events = app, token, tls, events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in _REQUESTS or self._is_token(_presented(Headers(scope=scope))):
            await self._app(scope, receive, send)
        elif scope["type"] == "http" and self._is_token(QueryParams(scope["query_string"]).get("token", "")):
            self._events.add("connected", "page", client_address(scope), "by the token")
            await self._moved_into_cookie(scope)(scope, receive, send)
        else:
            answer = PlainTextResponse(NO_TOKEN, 401)
            await _refuse(scope, receive, send, self._events, "no token, or another", answer)

    def _is_token(self, given: str) -> bool:
        """Compare in constant time, so that the time taken says nothing about the token."""
        return hmac.compare_digest(given.encode(errors="replace"), self._token.encode())

    def _moved_into_cookie(self, scope: Scope) -> Response:
        """Redirect to the same address without the token: it stays neither in the address bar nor in the history."""
        left = [(key, value) for key, value in QueryParams(scope["query_string"]).multi_items() if key != "token"]
        answer = RedirectResponse(URL(scope=scope).path + (f"?{urlencode(left)}" if left else ""), 303)
        answer.set_cookie(COOKIE, self._token, secure=self._tls, httponly=True, samesite="strict")
        return answer


def is_host_of(names: frozenset[str], host: str) -> bool:
    """Decide whether a Host header (a name and perhaps a port) is one of the names, or this machine's loopback."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return False
    name = unquote(parts.hostname or "")  # the `%` of a scope is escaped (RFC 6874)
    return parts.netloc == host and "@" not in host and (is_loopback(name) or canonical(name) in names)


def is_same_origin(origin: str | None, host: str, *, tls: bool = False) -> bool:
    """Decide whether a request comes from the page served under this Host, or from a program, which has no Origin."""
    return origin is None or origin == f"{'https' if tls else 'http'}://{host}"


def _presented(headers: Headers) -> str:
    """Return the token of a program (bearer) or of a browser (cookie); empty if there is none."""
    kind, _, bearer = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return bearer.strip()
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return "" if cookie is None else cookie.value


async def _refuse(
    scope: Scope, receive: Receive, send: Send, events: SecurityEvents, reason: str, answer: Response
) -> None:
    """Record the refusal and send it. If a WebSocket is closed before it is accepted, uvicorn answers with 403."""
    events.add("refused", "page", client_address(scope), reason)
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
    else:
        await answer(scope, receive, send)
