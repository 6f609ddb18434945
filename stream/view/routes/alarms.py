"""Alarms: those that are active, what happened, acknowledging, pausing, limits."""

from typing import Annotated, Any

from msgspec import Meta, Struct
from msgspec.structs import asdict
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stream.alarms.past import with_limits
from stream.config.sections import AlarmsConfig
from stream.errors import ConfigError, WireError
from stream.protocol.bedside import AcknowledgeAlarm, AlarmEvent, PauseAlarms, SetLimits
from stream.view.live.messages import alarms_body
from stream.view.routes.error_answers import NotThereError
from stream.view.routes.request_helpers import body_as, json, path_number, shared_json
from stream.view.routes.services import PageServices


class Pause(Struct, frozen=True, forbid_unknown_fields=True):
    """A pause of the alarm sound."""

    seconds: Annotated[float, Meta(gt=0, le=600)]


def routes(page: PageServices) -> list[Route]:
    """Return the routes of alarms."""
    feed = page.feed

    def now() -> Response:
        shared = feed.shared()
        return shared_json(alarms_body(shared.alarms), shared.version)

    async def listed(_: Request) -> Response:
        return now()

    def events(_: Request) -> Response:
        info = feed.info
        return json([_event(event) for event in page.session.events(info.session, info.source)])

    async def acknowledge(request: Request) -> Response:
        wanted = path_number(request, "id")
        if all(alarm.id != wanted for alarm in feed.shared().alarms.active):
            raise NotThereError("This alarm is not active any more.")
        await page.ask(AcknowledgeAlarm(request=0, id=wanted))
        return now()

    async def pause(request: Request) -> Response:
        await page.ask(PauseAlarms(request=0, seconds=(await body_as(request, Pause)).seconds))
        return now()

    async def resume(_: Request) -> Response:
        await page.ask(PauseAlarms(request=0, seconds=0))
        return now()

    def limits_now() -> Response:
        shared = feed.shared()
        return shared_json(shared.alarms.limits, shared.version)

    async def limits(_: Request) -> Response:
        return limits_now()

    async def set_limits(request: Request) -> Response:
        changes = await body_as(request, dict[str, Any])
        try:
            wanted = asdict(with_limits(AlarmsConfig(), changes))
        except ConfigError as error:
            raise WireError(f"{error}.") from error
        await page.ask(SetLimits(request=0, limits={name: wanted[name] for name in changes}))
        return limits_now()

    return [
        Route("/api/alarms", listed),
        Route("/api/alarms/events", events),
        Route("/api/alarms/{id:digits}/acknowledge", acknowledge, methods=["POST"]),
        Route("/api/alarms/pause", pause, methods=["POST"]),
        Route("/api/alarms/pause", resume, methods=["DELETE"]),
        Route("/api/alarms/limits", limits, methods=["GET"]),
        Route("/api/alarms/limits", set_limits, methods=["PUT"]),
    ]


def _event(event: AlarmEvent) -> dict[str, Any]:
    """Return the event as pages get it: without the fields that are the same in every event."""
    names = ("event", "t_ns", "id", "kind", "priority", "state", "suspended", "cause", "value", "limit", "seq")
    fields = {name: getattr(event, name) for name in names}
    return fields | ({"limits": event.limits} if event.event == "limits" else {})
