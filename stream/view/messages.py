"""What travels from the server to the page over the WebSocket. Pure functions: update in, text or bytes out.

The server sends, the page only listens. Text messages are JSON objects:

- `{"type": "hello", "v": 1, "info": {...}, "status": {...}, "points": {...}}` first, with the whole trend;
- `{"type": "tick", "status": {...}, "points": {...}}` whenever something changed, and four times a second when not.

`status` is the answer of `/api/status`. `points` are columns of the same length: `x` (s, see `Point.x_s`), `grade`
(0 good, 1 poor, 2 unusable, 3 failed), and `density`, `low`, `high` (%, null unless the grade is good).

A binary message is a picture: 4 bytes, unsigned, little-endian: the length of the header in bytes; the header, a JSON
object in UTF-8 `{"seq", "t_capture_ns", "grade", "width", "height", "regions": [[x, y, x, y, ...], ...]}` with
outlines in full-frame pixels; then the JPEG up to the end.
"""

from typing import Any, Final

import msgspec
import numpy as np

from stream.errors import WireError
from stream.messages import RegionOutline
from stream.view.feed import Picture, Update
from stream.view.history import Point
from stream.view.info import SessionInfo

PAGE_VERSION: Final = 1
GRADES: Final = {"good": 0, "poor": 1, "unusable": 2, "failed": 3}


def hello(info: SessionInfo, update: Update) -> str:
    """The first message: everything a page needs that knows nothing."""
    return _text({"type": "hello", "v": PAGE_VERSION, "info": info, **_body(update)})


def tick(update: Update) -> str:
    """What changed since the last message."""
    return _text({"type": "tick", **_body(update)})


def picture_message(picture: Picture, info: SessionInfo) -> bytes:
    """A picture with its outlines. Raises WireError where an outline is not pairs of int16."""
    header = msgspec.json.encode(
        {
            "seq": picture.seq,
            "t_capture_ns": picture.t_capture_ns,
            "grade": picture.grade,
            "width": info.width,
            "height": info.height,
            "regions": [_outline(region) for region in picture.regions],
        }
    )
    return len(header).to_bytes(4, "little") + header + picture.jpeg


def columns(points: list[Point]) -> dict[str, list[Any]]:
    """Points as columns; a density that is not good has no place in the trend, so it is not sent."""
    good = [p.grade == "good" for p in points]
    return {
        "x": [round(p.x_s, 3) for p in points],
        "grade": [GRADES[p.grade] for p in points],
        "density": [_short(p.density_pct) if g else None for p, g in zip(points, good, strict=True)],
        "low": [_short(p.density_low_pct) if g else None for p, g in zip(points, good, strict=True)],
        "high": [_short(p.density_high_pct) if g else None for p, g in zip(points, good, strict=True)],
    }


def _body(update: Update) -> dict[str, Any]:
    return {"status": update.status, "points": columns(update.points)}


def _text(message: dict[str, Any]) -> str:
    return msgspec.json.encode(message).decode()


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _outline(region: RegionOutline) -> list[int]:
    if len(region.polygon) % 4:
        raise WireError(f"An outline of {len(region.polygon)} bytes is not pairs of 16-bit numbers.")
    flat: list[int] = np.frombuffer(region.polygon, dtype="<i2").tolist()
    return flat
