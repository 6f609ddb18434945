"""Alarms: those that are active, what happened, acknowledging, pausing, limits."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict
from starlette.requests import Request
from starlette.responses import Response

from stream.alarms.past import with_limits
from stream.config.sections import AlarmsConfig
from stream.errors import ConfigError, WireError
from stream.protocol.bedside import (
    AcknowledgeAlarm,
    AlarmChange,
    AlarmEvent,
    AlarmKind,
    AlarmLimit,
    AlarmLimits,
    AlarmState,
    PauseAlarms,
    SetLimits,
    Value,
)
from stream.protocol.types import Priority, UtcNs
from stream.view.answers.operation import DescribedRoute, Operation
from stream.view.live.messages import ShownAlarms, shown_alarms
from stream.view.routes.error_answers import NotThereError
from stream.view.routes.request_helpers import body_as, fields_as, json, path_number, shared_json
from stream.view.routes.services import PageServices


class Pause(Struct, frozen=True, forbid_unknown_fields=True):
    """A pause of the alarm sound."""

    seconds: Annotated[float, Meta(gt=0, le=600)]


class ShownEvent(Struct, frozen=True, kw_only=True):
    """Something that happened to an alarm, or to all of them."""

    event: Annotated[AlarmChange, Meta(description="what happened")]
    t_ns: UtcNs
    id: Annotated[int | None, Meta(description="number of the alarm in the session; null: of all alarms")]
    kind: Annotated[AlarmKind | None, Meta(description="what is wrong")]
    priority: Annotated[Priority | None, Meta(description="how urgent it is")]
    state: Annotated[AlarmState | None, Meta(description="of the alarm after it; null: it is over")]
    suspended: Annotated[bool, Meta(description="the signal is poor: neither sounds nor ends")]
    cause: Annotated[str, Meta(description="of a technical alarm: what is wrong")]
    value: Value
    limit: AlarmLimit
    seq: Annotated[int | None, Meta(description="newest frame at that moment")]
    limits: Annotated[AlarmLimits | UnsetType, Meta(description="with `limits`: those from now on")] = UNSET


_LISTED: Final = Operation(says="alarms that call for attention, and limits", answer=ShownAlarms)
_EVENTS: Final = Operation(says="all that happened to alarms, oldest first", answer=list[ShownEvent], errors=(409,))
_ACKNOWLEDGE: Final = Operation(
    says="acknowledge an alarm: a person has seen it", answer=ShownAlarms, errors=(404, 409, 503)
)
_PAUSE: Final = Operation(says="pause the sound of all alarms", answer=ShownAlarms, body=Pause, errors=(400, 409, 503))
_RESUME: Final = Operation(says="end the pause", answer=ShownAlarms, errors=(409, 503))
_LIMITS: Final = Operation(says="the limits in force", answer=AlarmsConfig)
_SET_LIMITS: Final = Operation(
    says="change limits; those that are not sent stay", answer=AlarmsConfig, body=AlarmsConfig, errors=(400, 409, 503)
)


def routes(page: PageServices) -> list[DescribedRoute]:
    """Return the routes of alarms."""
    feed = page.feed

    def now() -> Response:
        shared = feed.shared()
        return shared_json(shown_alarms(shared.alarms), shared.version)

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
        changes = await fields_as(request, AlarmsConfig)
        try:
            wanted = asdict(with_limits(AlarmsConfig(), changes))
        except ConfigError as error:
            raise WireError(f"{error}.") from error
        await page.ask(SetLimits(request=0, limits={name: wanted[name] for name in changes}))
        return limits_now()

    return [
        DescribedRoute("/api/alarms", listed, _LISTED),
        DescribedRoute("/api/alarms/events", events, _EVENTS),
        DescribedRoute("/api/alarms/{id:digits}/acknowledge", acknowledge, _ACKNOWLEDGE, "POST"),
        DescribedRoute("/api/alarms/pause", pause, _PAUSE, "POST"),
        DescribedRoute("/api/alarms/pause", resume, _RESUME, "DELETE"),
        DescribedRoute("/api/alarms/limits", limits, _LIMITS),
        DescribedRoute("/api/alarms/limits", set_limits, _SET_LIMITS, "PUT"),
    ]


def _event(event: AlarmEvent) -> ShownEvent:
    """Return the event as programs get it: without the fields that are the same in every event."""
    names = [name for name in ShownEvent.__struct_fields__ if name != "limits"]
    fields = {name: getattr(event, name) for name in names}
    return ShownEvent(**fields, limits=event.limits if event.event == "limits" else UNSET)
