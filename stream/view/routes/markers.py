"""Markers: listed, set, edited, removed; and the guided measurement of five sites, which is made of them."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stream.errors import OutputError
from stream.protocol.bedside import KeepMarker, MarkerKind, MarkerText, RemoveMarker
from stream.view.live.five_sites import Action, marker_changes
from stream.view.live.markers import ShownMarker
from stream.view.routes.request_helpers import NotThereError, Page, body_as, json, path_number

Seq = Annotated[int, Meta(ge=0, le=2**53)]
Moment = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class NewMarker(Struct, frozen=True, forbid_unknown_fields=True):
    """What is marked, and where: a frame, a moment (ns since 1970 UTC), or neither: the newest frame."""

    kind: MarkerKind
    text: MarkerText = ""
    seq: Seq | None = None
    t_ns: Moment | None = None


class Edit(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be changed."""

    kind: MarkerKind | UnsetType = UNSET
    text: MarkerText | UnsetType = UNSET
    seq: Seq | UnsetType = UNSET
    t_ns: Moment | UnsetType = UNSET


class SiteStep(Struct, frozen=True, forbid_unknown_fields=True):
    """What to do next in the measurement of five sites."""

    action: Action
    site: Annotated[int, Meta(ge=1, le=5)] | None = None


def routes(page: Page) -> list[Route]:
    """Markers and sites."""
    feed = page.feed

    async def listed(_: Request) -> Response:
        return json(feed.markers())

    async def add(request: Request) -> Response:
        wish = await body_as(request, NewMarker)
        seq, t_ns = placed(page, wish.seq, wish.t_ns)
        answer = await page.ask(KeepMarker(request=0, kind=wish.kind, text=wish.text, seq=seq, t_ns=t_ns))
        return json(_known(page, answer.id), status_code=201)

    async def edit(request: Request) -> Response:
        change = await body_as(request, Edit)
        marker = _known(page, path_number(request, "id"))
        await page.ask(_edited(page, marker, change))
        return json(_known(page, marker.id))

    async def remove(request: Request) -> Response:
        marker = _known(page, path_number(request, "id"))
        await page.ask(RemoveMarker(request=0, id=marker.id))
        return json({"id": marker.id, "removed": True})

    async def sites(_: Request) -> Response:
        return json(feed.sites())

    async def step(request: Request) -> Response:
        wish = await body_as(request, SiteStep)
        if feed.info.mode == "review":
            raise OutputError("This session is over: its sites were measured, or not.")
        rows = feed.trend.rows()
        for change in marker_changes(wish.action, wish.site, feed.markers(), rows[-1] if len(rows) else None):
            await page.ask(change)
        return json(feed.sites())

    return [
        Route("/api/markers", listed, methods=["GET"]),
        Route("/api/markers", add, methods=["POST"]),
        Route("/api/markers/{id:digits}", edit, methods=["PATCH"]),
        Route("/api/markers/{id:digits}", remove, methods=["DELETE"]),
        Route("/api/sites", sites, methods=["GET"]),
        Route("/api/sites", step, methods=["POST"]),
    ]


def placed(page: Page, seq: int | None, t_ns: int | None) -> tuple[int | None, int | None]:
    """Frame and moment that belong together. Raises NotThereError where the session has no such frame."""
    trend = page.feed.trend
    if seq is not None:
        row = trend.at_seq(seq)
        if row is None:
            raise NotThereError(f"The session has no reading of frame {seq}.")
    elif t_ns is not None:
        row = trend.nearest_in_time(t_ns)
        return (None if row is None else int(row["seq"])), t_ns
    else:
        rows = trend.rows()
        row = rows[-1] if len(rows) else None
    return (None, None) if row is None else (int(row["seq"]), int(row["t_ns"]))


def _known(page: Page, marker_id: int) -> ShownMarker:
    marker = next((marker for marker in page.feed.markers() if marker.id == marker_id), None)
    if marker is None:
        raise NotThereError(f"There is no marker {marker_id}.")
    return marker


def _edited(page: Page, marker: ShownMarker, change: Edit) -> KeepMarker:
    kind = marker.kind if change.kind is UNSET else change.kind
    seq: int | None = marker.seq
    t_ns: int | None = marker.t_ns
    if change.seq is not UNSET:
        seq, t_ns = placed(page, change.seq, None)
    elif change.t_ns is not UNSET:
        seq, t_ns = placed(page, None, change.t_ns)
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
