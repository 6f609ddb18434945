"""The page as a web application: its routes behind its middleware. Knows the feed, nothing of the pipeline."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.types import ASGIApp

from stream.security.events import SecurityEvents
from stream.session.archive import Archive
from stream.view.live.feed import Feed
from stream.view.live.request_broker import NoBroker, RequestBroker
from stream.view.review.reanalysis import SessionRecording
from stream.view.routes.error_answers import error_handlers
from stream.view.server.access import HostCheck, OriginCheck, TokenCheck
from stream.view.server.access_rules import AccessRules
from stream.view.server.page_routes import page_routes
from stream.view.server.request_audit import RequestAudit
from stream.view.server.security_headers import SecurityHeaders


def make_app(
    feed: Feed,
    *,
    broker: RequestBroker | None = None,
    archive: Archive | None = None,
    recording: SessionRecording | None = None,
    rules: AccessRules | None = None,
    events: SecurityEvents | None = None,
    previous: ASGIApp | None = None,
) -> Starlette:
    """Return the application that serves the page, its interfaces and its WebSocket, all fed by `feed`.

    broker: carries out requests that change the session. archive: the session's file. recording: what the session was
    made from, if it is still there. rules: who may open the page; by default this machine alone. events: takes what was
    changed and who was refused. previous: the page of the session before this one, shown below `/previous/`.
    """
    recorded = events or SecurityEvents()
    routes = page_routes(feed, recorded, broker or NoBroker(), archive, recording)
    if previous is not None:
        routes.append(Mount("/previous", previous))
    return Starlette(
        routes=routes,
        middleware=middleware(rules or AccessRules(), recorded),
        exception_handlers=error_handlers(),
    )


def middleware(rules: AccessRules, events: SecurityEvents, *, framed: bool = False) -> list[Middleware]:
    """Return the middleware, the outermost first. framed: documents from here may be shown in frames of each other.

    The order matters. The host is checked first, because the security headers name it; a request from elsewhere gets a
    bare refusal. The headers and the audit lie outside the token check, whose refusals they cover.
    """
    checks = [
        Middleware(HostCheck, names=rules.names, events=events),
        Middleware(OriginCheck, tls=rules.tls, events=events),
        Middleware(SecurityHeaders, tls=rules.tls, framed=framed),
        Middleware(RequestAudit, events=events),
    ]
    if rules.token is not None:
        checks.append(Middleware(TokenCheck, token=rules.token, tls=rules.tls, events=events))
    return checks
