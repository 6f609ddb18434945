"""Markers: list, set, edit, remove; and the guided measurement of five sites, which is made of markers."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import Response

from stream.errors import OutputError, WireError
from stream.protocol.bedside import KeepMarker, MarkerKind, MarkerText, RemoveMarker
from stream.view.answers.operation import DescribedRoute, Operation
from stream.view.live.five_sites import Action, Sites, marker_changes
from stream.view.live.markers import ShownMarker
from stream.view.routes.error_answers import NotThereError
from stream.view.routes.request_helpers import AXIS_LIMIT_S, ID_LIMIT, body_as, path_number, shared_json
from stream.view.routes.services import PageServices

AskedSeq = Annotated[int, Meta(ge=0, le=ID_LIMIT)]
AskedAxisS = Annotated[float, Meta(ge=-AXIS_LIMIT_S, le=AXIS_LIMIT_S)]
AskedUtcNs = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class NewMarker(Struct, frozen=True, forbid_unknown_fields=True):
    """A marker to set at a frame, at a time (ns since 1970 UTC), or, if none is given, at the newest frame.

    at_s: a time on the trend's axis, s: the frame next to it.
    until_ns: end of a stretch, ns since 1970 UTC; None for a moment.
    """

    kind: MarkerKind
    text: MarkerText = ""
    seq: AskedSeq | None = None
    t_ns: AskedUtcNs | None = None
    at_s: AskedAxisS | None = None
    until_ns: AskedUtcNs | None = None


class MarkerEdit(Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of a marker that are to be changed."""

    kind: MarkerKind | UnsetType = UNSET
    text: MarkerText | UnsetType = UNSET
    seq: AskedSeq | UnsetType = UNSET
    t_ns: AskedUtcNs | UnsetType = UNSET


class RemovedMarker(Struct, frozen=True, kw_only=True):
    """A marker that is no longer there."""

    id: int
    removed: bool = True


class SiteStep(Struct, frozen=True, forbid_unknown_fields=True):
    """The next step in the measurement of five sites."""

    action: Action
    site: Annotated[int, Meta(ge=1, le=5)] | None = None


_MARGIN_NS: Final = 60_000_000_000
_REFUSED: Final = (400, 404, 409, 503)
_LISTED: Final = Operation(says="all markers by time", answer=list[ShownMarker])
_ADD: Final = Operation(says="set a marker", answer=ShownMarker, status=201, body=NewMarker, errors=_REFUSED)
_EDIT: Final = Operation(says="change a marker", answer=ShownMarker, body=MarkerEdit, errors=_REFUSED)
_REMOVE: Final = Operation(says="remove a marker", answer=RemovedMarker, errors=_REFUSED)
_SITES: Final = Operation(says="the measurement of five sites", answer=Sites)
_STEP: Final = Operation(says="take the next step of it", answer=Sites, body=SiteStep, errors=(400, 409, 503))


def routes(page: PageServices) -> list[DescribedRoute]:
    """Return the routes of markers and sites."""
    feed = page.feed

    async def listed(_: Request) -> Response:
        return shared_json(feed.markers(), feed.shared().version)

    async def add(request: Request) -> Response:
        new = await body_as(request, NewMarker)
        check_one_place(seq=new.seq, t_ns=new.t_ns, at_s=new.at_s)
        check_in_session(page, t_ns=new.t_ns, until_ns=new.until_ns)
        seq, t_ns = frame_and_time(page, new.seq, new.t_ns, new.at_s)
        until_seq = None if new.until_ns is None else frame_and_time(page, None, new.until_ns)[0]
        if new.until_ns is not None and (t_ns is None or new.until_ns < t_ns):
            raise WireError("A stretch ends after it begins: until_ns must not be before its frame or t_ns.")
        wish = KeepMarker(
            request=0, kind=new.kind, text=new.text, seq=seq, t_ns=t_ns, until_seq=until_seq, until_ns=new.until_ns
        )
        answer = await page.ask(wish)
        marker = _known(page, answer.id)
        return shared_json(marker, marker.state_version, status_code=201)

    async def edit(request: Request) -> Response:
        change = await body_as(request, MarkerEdit)
        marker = _known(page, path_number(request, "id"))
        await page.ask(_edited(page, marker, change))
        marker = _known(page, marker.id)
        return shared_json(marker, marker.state_version)

    async def remove(request: Request) -> Response:
        marker = _known(page, path_number(request, "id"))
        await page.ask(RemoveMarker(request=0, id=marker.id))
        return shared_json(RemovedMarker(id=marker.id), feed.shared().version)

    def sites_now() -> Response:
        shared = feed.shared()
        return shared_json(shared.sites, shared.version)

    async def sites(_: Request) -> Response:
        return sites_now()

    async def step(request: Request) -> Response:
        wanted = await body_as(request, SiteStep)
        if feed.info.mode == "review":
            raise OutputError("This session has ended: its sites can no longer be measured.")
        rows = feed.trend.rows()
        for change in marker_changes(wanted.action, wanted.site, feed.markers(), rows[-1] if len(rows) else None):
            await page.ask(change)
        return sites_now()

    return [
        DescribedRoute("/api/markers", listed, _LISTED),
        DescribedRoute("/api/markers", add, _ADD, "POST"),
        DescribedRoute("/api/markers/{id:digits}", edit, _EDIT, "PATCH"),
        DescribedRoute("/api/markers/{id:digits}", remove, _REMOVE, "DELETE"),
        DescribedRoute("/api/sites", sites, _SITES),
        DescribedRoute("/api/sites", step, _STEP, "POST"),
    ]


def check_one_place(**places: float | None) -> None:
    """Raise WireError if a marker is given several places, which may be different frames."""
    if sum(place is not None for place in places.values()) > 1:
        raise WireError(f"Give one of {', '.join(places)}: it says the others.")


def check_in_session(page: PageServices, **moments_ns: int | None) -> None:
    """Raise WireError if a moment, ns since 1970 UTC, lies more than a minute before or after the session's readings.

    The minute is for markers before the first reading, and for clocks of other machines.
    """
    rows, now = page.feed.trend.rows(), page.feed.status()
    if len(rows) == 0:
        return
    first_ns, last_ns = int(rows["t_ns"][0]), int(rows["t_ns"][-1])
    if now.state not in ("review", "ended"):
        last_ns = max(last_ns, now.t_ns)
    for name, moment_ns in moments_ns.items():
        if moment_ns is not None and not first_ns - _MARGIN_NS <= moment_ns <= last_ns + _MARGIN_NS:
            raise WireError(
                f"{name} lies outside the session, which is from {first_ns} to {last_ns} (ns since 1970 UTC)."
            )


def frame_and_time(
    page: PageServices, seq: int | None, t_ns: int | None, at_s: float | None = None
) -> tuple[int | None, int | None]:
    """Return frame and time that belong together; None for both before the first reading.

    at_s: time on the trend's axis, s. The first of seq, t_ns and at_s that is given counts;
    without any, the newest frame.

    Raises NotThereError if the session has no such frame.
    """
    trend = page.feed.trend
    if seq is not None:
        row = trend.at_seq(seq)
        if row is None:
            raise NotThereError(f"The session has no reading of frame {seq}.")
    elif t_ns is not None:
        row = trend.nearest_in_time(t_ns)
        return (None if row is None else int(row["seq"])), t_ns
    elif at_s is not None:
        row = trend.nearest(at_s)
    else:
        rows = trend.rows()
        row = rows[-1] if len(rows) else None
    return (None, None) if row is None else (int(row["seq"]), int(row["t_ns"]))


def _known(page: PageServices, marker_id: int) -> ShownMarker:
    """Return the marker. Raises NotThereError."""
    marker = next((marker for marker in page.feed.markers() if marker.id == marker_id), None)
    if marker is None:
        raise NotThereError(f"There is no marker {marker_id}.")
    return marker


def _edited(page: PageServices, marker: ShownMarker, change: MarkerEdit) -> KeepMarker:
    """Return the request that keeps the marker with its changes. A new frame or a new time moves both.

    Raises WireError if both are given, or the time is not one of the session.
    """
    new_seq, new_ns = (None if new is UNSET else new for new in (change.seq, change.t_ns))
    check_one_place(seq=new_seq, t_ns=new_ns)
    check_in_session(page, t_ns=new_ns)
    kind = marker.kind if change.kind is UNSET else change.kind
    seq: int | None = marker.seq
    t_ns: int | None = marker.t_ns
    if change.seq is not UNSET:
        seq, t_ns = frame_and_time(page, change.seq, None)
    elif change.t_ns is not UNSET:
        seq, t_ns = frame_and_time(page, None, change.t_ns)
    return KeepMarker(
        request=0,
        id=marker.id,
        kind=kind,
        text=marker.text if change.text is UNSET else change.text,
        seq=seq,
        t_ns=t_ns,
        until_seq=marker.until_seq,
        until_ns=marker.until_ns,
        measuring=marker.measuring,
    )
