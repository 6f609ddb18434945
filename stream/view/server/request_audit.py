"""Audit of requests: ASGI middleware that records for the audit log who changed what, and requests not understood."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stream.security.events import SecurityEvents


class RequestAudit:
    """Middleware that records each request that changed something, and each that was not understood (400)."""

    def __init__(self, app: ASGIApp, events: SecurityEvents) -> None:
        self._app, self._events = app, events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_and_record(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._record(scope, message["status"])
            await send(message)

        await self._app(scope, receive, send_and_record)

    def _record(self, scope: Scope, status: int) -> None:
        if status == 400:
            self._events.add("refused", "page", client_address(scope), "a request that is not understood")
        elif status < 300 and scope["method"] not in ("GET", "HEAD"):
            self._events.add("changed", "page", client_address(scope), f"{scope['method']} {scope['path']}")


def client_address(scope: Scope) -> str:
    """Return the client's address; empty if it is not known."""
    client = scope.get("client")
    return str(client[0]) if client else ""
