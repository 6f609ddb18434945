"""Moments in words: local time of day with its zone, or media time. Pure, but for the time zone of this machine."""

from datetime import datetime, timedelta, timezone

from stream.view.live.session_info import SessionInfo
from stream.view.report.chart import time_text


def zone_text(t_s: float) -> str:
    """Return the distance of the local time from UTC at a moment, s since 1970 UTC: UTC, or UTC+02:00."""
    return str(timezone(datetime.fromtimestamp(t_s).astimezone().utcoffset() or timedelta()))


def clock_text(t_ns: int) -> str:
    """Write a moment, ns since 1970 UTC, as the local time of day with its zone."""
    return f"{datetime.fromtimestamp(t_ns / 1e9):%H:%M:%S} {zone_text(t_ns / 1e9)}"


def position_text(x: float | None, info: SessionInfo) -> str:
    """Write a position on the axis, s, to the tenth: as media time, or as the local time of day with its zone."""
    if x is None:
        return "–"
    text = time_text(x, info.media_time, fine=True)
    return text if info.media_time else f"{text} {zone_text(x)}"
