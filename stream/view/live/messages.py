"""What travels over the WebSocket, both ways. Pure functions: update in, text or bytes out. See docs/page-api.md.

Text messages are JSON objects: `hello` first, with all that a page needs, then `tick`s with what changed. A binary
message is a picture: 4 bytes, unsigned, little-endian: the length of the header in bytes; the header, a JSON object in
UTF-8, with outlines in full-frame pixels; then the JPEG up to the end. A page says which of these it wants.
"""

from typing import Annotated, Any, Final

import msgspec
import numpy as np
from msgspec import Meta, Struct

from stream.errors import WireError
from stream.protocol import measures
from stream.protocol.bedside import ActiveAlarm, AlarmLimits, AlarmsNow, PausedUntil
from stream.protocol.measures import DescribedMeasure
from stream.protocol.readings import ObjectOutline, RegionOutline
from stream.protocol.types import QualityVerdict
from stream.readings.trend import GOOD, Columns
from stream.view.live.feed import Update
from stream.view.live.five_sites import Sites
from stream.view.live.markers import ShownMarker
from stream.view.live.pictures import ShownPicture
from stream.view.live.points import GRADES, Point
from stream.view.live.session_info import PreviousSession, SessionInfo
from stream.view.live.status import Status
from stream.view.live.viewers import Wishes

PAGE_VERSION: Final = 4
_WISHES: Final = msgspec.json.Decoder(Wishes)


class ShownObject(Struct, frozen=True, kw_only=True):
    """One outline of what is not tissue: x, y, x, y, … in full-frame pixels, with what it is."""

    name: str
    polygon: list[int]


class PointColumns(Struct, frozen=True, kw_only=True):
    """Points of the trend as columns of one length, oldest first. Densities are null unless the quality is good."""

    x: Annotated[list[float], Meta(description="position on the trend's axis, s")]
    quality_code: Annotated[list[int], Meta(description="0 good, 1 poor, 2 unusable, 3 failed")]
    density_pct: list[float | None]
    density_low_pct: list[float | None]
    density_high_pct: list[float | None]


class ShownAlarms(Struct, frozen=True, kw_only=True):
    """How all alarms stand."""

    active: Annotated[tuple[ActiveAlarm, ...], Meta(description="those that are not over, or not seen")]
    paused_until_ns: PausedUntil
    limits: Annotated[AlarmLimits | None, Meta(description="those in force; null: not known yet")]


class Tick(Struct, frozen=True, kw_only=True, tag_field="type", tag="tick"):
    """Server to page: what changed since the last message."""

    state_version: Annotated[int, Meta(description="of the state that all pages share; never falls within a session")]
    status: Status
    points: Annotated[PointColumns, Meta(description="new points of the trend; in a hello all, older ones thinned")]
    alarms: ShownAlarms
    markers: Annotated[list[ShownMarker], Meta(description="those that changed; in a hello all")]
    sites: Sites
    previous: PreviousSession | None


class Opening(Tick, frozen=True, kw_only=True, tag_field="type", tag="hello"):
    """Server to page: the first message, everything that a page needs when it opens."""

    v: Annotated[int, Meta(description="version of these messages; rises if a name goes or changes its meaning")]
    info: SessionInfo
    measures: Annotated[list[DescribedMeasure], Meta(description="measures beside density and count")]


class PictureHeader(Struct, frozen=True, kw_only=True):
    """Server to page: the header of a picture. Outlines are in full-frame pixels."""

    seq: int
    t_capture_ns: int
    x: float
    quality: QualityVerdict | None
    width: int
    height: int
    regions: list[list[int]]
    scores: list[float]
    objects: list[ShownObject]


def hello(info: SessionInfo, update: Update) -> str:
    """Return the first message: everything that a page needs when it opens."""
    described = measures.described(scaled=info.um_per_px is not None)
    return _json(Opening(v=PAGE_VERSION, info=info, measures=described, **_shared(update)))


def tick(update: Update) -> str:
    """Return the message with what changed since the last one."""
    return _json(Tick(**_shared(update)))


def parse_wishes(text: str) -> Wishes | None:
    """Return what a page says that it wants; None if the text says something else."""
    try:
        return _WISHES.decode(text)
    except msgspec.MsgspecError:
        return None


def picture_message(picture: ShownPicture, info: SessionInfo, *, overlay: bool = True) -> bytes:
    """Return the message with a picture, and with its outlines if they are wanted.

    Raises WireError if an outline is not made of pairs of int16.
    """
    regions, objects = (picture.regions, picture.objects) if overlay else ((), ())
    header = msgspec.json.encode(
        PictureHeader(
            seq=picture.seq,
            t_capture_ns=picture.t_capture_ns,
            x=round(picture.x_s, 3),
            quality=None if picture.grade == "failed" else picture.grade,
            width=info.width,
            height=info.height,
            regions=[outline_points(region) for region in regions],
            scores=[round(region.score, 4) for region in regions],
            objects=[ShownObject(name=found.name, polygon=outline_points(found)) for found in objects],
        )
    )
    return len(header).to_bytes(4, "little") + header + picture.jpeg


def outline_points(outline: RegionOutline | ObjectOutline) -> list[int]:
    """Return x, y, x, y, … in full-frame pixels. Raises WireError if the outline is not made of pairs of int16."""
    if len(outline.polygon) % 4:
        raise WireError(f"An outline of {len(outline.polygon)} bytes is not pairs of 16-bit numbers.")
    flat: list[int] = np.frombuffer(outline.polygon, dtype="<i2").tolist()
    return flat


def points_as_columns(points: list[Point]) -> PointColumns:
    """Return points as columns. Only a good density has a place in the trend; any other is sent as null."""
    good = [p.grade == "good" for p in points]
    return PointColumns(
        x=[round(p.x_s, 3) for p in points],
        quality_code=[GRADES[p.grade] for p in points],
        density_pct=[_rounded(p.density_pct) if g else None for p, g in zip(points, good, strict=True)],
        density_low_pct=[_rounded(p.density_low_pct) if g else None for p, g in zip(points, good, strict=True)],
        density_high_pct=[_rounded(p.density_high_pct) if g else None for p, g in zip(points, good, strict=True)],
    )


def rows_as_columns(rows: Columns) -> PointColumns:
    """Return rows of the trend as the same columns."""
    good = rows["grade"] == GOOD

    def shown(name: str) -> list[float | None]:
        values = rows[name].astype(float).round(3).tolist()
        return [value if use else None for value, use in zip(values, good.tolist(), strict=True)]

    return PointColumns(
        x=rows["x"].round(3).tolist(),
        quality_code=rows["grade"].tolist(),
        density_pct=shown("density"),
        density_low_pct=shown("low"),
        density_high_pct=shown("high"),
    )


def shown_alarms(alarms: AlarmsNow) -> ShownAlarms:
    """Return the alarms as pages get them. Limits are null until the sink has said them, which is not "none set"."""
    return ShownAlarms(active=alarms.active, paused_until_ns=alarms.paused_until_ns, limits=alarms.limits or None)


def _shared(update: Update) -> dict[str, Any]:
    """Return the fields that hello and tick have."""
    return {
        "state_version": update.shared.version,
        "status": update.status,
        "points": points_as_columns(update.points) if update.points else rows_as_columns(update.rows),
        "alarms": shown_alarms(update.shared.alarms),
        "markers": update.markers,
        "sites": update.shared.sites,
        "previous": update.shared.previous,
    }


def _json(message: Struct) -> str:
    return msgspec.json.encode(message).decode()


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
