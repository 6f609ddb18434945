"""What travels over the WebSocket, both ways. Pure functions: update in, text or bytes out. See docs/page-api.md.

Text messages are JSON objects: `hello` first, with all that a page needs, then `tick`s with what changed. A binary
message is a picture: 4 bytes, unsigned, little-endian: the length of the header in bytes; the header, a JSON object in
UTF-8, with outlines in full-frame pixels; then the JPEG up to the end. A page says which of these it wants.
"""

from typing import Any, Final

import msgspec
import numpy as np

from stream.errors import WireError
from stream.protocol import measures
from stream.protocol.bedside import AlarmsNow
from stream.protocol.readings import ObjectOutline, RegionOutline
from stream.readings.trend import GOOD, Columns
from stream.view.live.feed import Update
from stream.view.live.pictures import ShownPicture
from stream.view.live.points import GRADES, Point
from stream.view.live.session_info import SessionInfo
from stream.view.live.viewers import Wishes

PAGE_VERSION: Final = 4
_WISHES: Final = msgspec.json.Decoder(Wishes)


def hello(info: SessionInfo, update: Update) -> str:
    """Return the first message: everything that a page needs when it opens."""
    described = measures.described(scaled=info.um_per_px is not None)
    return _json({"type": "hello", "v": PAGE_VERSION, "info": info, "measures": described, **_body(update)})


def tick(update: Update) -> str:
    """Return the message with what changed since the last one."""
    return _json({"type": "tick", **_body(update)})


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
        {
            "seq": picture.seq,
            "t_capture_ns": picture.t_capture_ns,
            "x": round(picture.x_s, 3),
            "quality": None if picture.grade == "failed" else picture.grade,
            "width": info.width,
            "height": info.height,
            "regions": [outline_points(region) for region in regions],
            "scores": [round(region.score, 4) for region in regions],
            "objects": [{"name": found.name, "polygon": outline_points(found)} for found in objects],
        }
    )
    return len(header).to_bytes(4, "little") + header + picture.jpeg


def outline_points(outline: RegionOutline | ObjectOutline) -> list[int]:
    """Return x, y, x, y, … in full-frame pixels. Raises WireError if the outline is not made of pairs of int16."""
    if len(outline.polygon) % 4:
        raise WireError(f"An outline of {len(outline.polygon)} bytes is not pairs of 16-bit numbers.")
    flat: list[int] = np.frombuffer(outline.polygon, dtype="<i2").tolist()
    return flat


def points_as_columns(points: list[Point]) -> dict[str, list[Any]]:
    """Return points as columns. Only a good density has a place in the trend; any other is sent as null."""
    good = [p.grade == "good" for p in points]
    return {
        "x": [round(p.x_s, 3) for p in points],
        "quality_code": [GRADES[p.grade] for p in points],
        "density_pct": [_rounded(p.density_pct) if g else None for p, g in zip(points, good, strict=True)],
        "density_low_pct": [_rounded(p.density_low_pct) if g else None for p, g in zip(points, good, strict=True)],
        "density_high_pct": [_rounded(p.density_high_pct) if g else None for p, g in zip(points, good, strict=True)],
    }


def rows_as_columns(rows: Columns) -> dict[str, list[Any]]:
    """Return rows of the trend as the same columns."""
    good = rows["grade"] == GOOD

    def shown(name: str) -> list[float | None]:
        values = rows[name].astype(float).round(3).tolist()
        return [value if use else None for value, use in zip(values, good.tolist(), strict=True)]

    return {
        "x": rows["x"].round(3).tolist(),
        "quality_code": rows["grade"].tolist(),
        "density_pct": shown("density"),
        "density_low_pct": shown("low"),
        "density_high_pct": shown("high"),
    }


def alarms_body(alarms: AlarmsNow) -> dict[str, Any]:
    """Return the alarms as pages get them. Limits are null until the sink has said them, which is not "none set"."""
    return {"active": alarms.active, "paused_until_ns": alarms.paused_until_ns, "limits": alarms.limits or None}


def _body(update: Update) -> dict[str, Any]:
    return {
        "state_version": update.shared.version,
        "status": update.status,
        "points": points_as_columns(update.points) if update.points else rows_as_columns(update.rows),
        "alarms": alarms_body(update.shared.alarms),
        "markers": update.markers,
        "sites": update.shared.sites,
        "previous": update.shared.previous,
    }


def _json(message: dict[str, Any]) -> str:
    return msgspec.json.encode(message).decode()


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
