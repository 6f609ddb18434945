"""The report, a page or two to print: a session in numbers, with its markers and alarms. Pure: data in, HTML out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

import numpy as np
from msgspec import Struct

from stream.config.framing import framing_from
from stream.protocol.bedside import AlarmEvent
from stream.protocol.measures import DENSITY
from stream.readings.before_after import Change
from stream.readings.trend import GOOD, Columns, Reduced
from stream.view.live.five_sites import SITES, Site, Sites
from stream.view.live.markers import ShownMarker
from stream.view.live.points import GRADES
from stream.view.live.session_info import SessionInfo
from stream.view.report import labels
from stream.view.report.chart import chart_svg, time_text
from stream.view.report.inlined import SCRIPT, STYLE
from stream.view.report.moments import clock_text, position_text, zone_text
from stream.view.report.picture import ReportPicture, picture_figure

NOTICE = (
    "Research use. Not a certified medical device, and not an alarm system as IEC 60601-1-8 means it; "
    "decisions belong to clinicians."
)
LINES = 18
"""Markers and alarms listed at most, so that the report fits on two pages."""
_HETEROGENEITY = (
    "Heterogeneity is the highest density less the lowest, divided by the mean, of the sites that count: "
    "0 if all of them have the same density."
)
_SETTINGS = (
    *(("source", "Source"), ("source_sha256", "SHA-256 of the source"), ("model_id", "Model"), ("version", "Program")),
    *(("config_sha256", "SHA-256 of the configuration"), ("workers", "Workers"), ("width", "Width, px")),
    *(
        ("height", "Height, px"),
        ("um_per_px", "Scale, µm per pixel"),
        ("framing", "Part and turn of the picture"),
        ("fps", "Frames a second, nominal"),
        ("status", "Session"),
        ("reason", "Because"),
    ),
)


class ReportData(Struct, frozen=True, kw_only=True):
    """All that the report is made of.

    facts: what the session says of itself. changes: density before and after a marker, by its id.
    counts: means over good frames, by label; None if a session has no such values.
    picture: the newest good one that is kept; None if there is none.
    unfinished_ns: when the report was made, ns since 1970 UTC, if the session was running then; else None.
    """

    info: SessionInfo
    facts: dict[str, Any]
    rows: Columns
    counts: Mapping[str, float | None]
    trend: Reduced
    dropped: dict[str, int]
    markers: Sequence[ShownMarker]
    events: Sequence[AlarmEvent]
    limits: dict[str, Any]
    sites: Sites
    changes: Mapping[int, Change]
    picture: ReportPicture | None
    unfinished_ns: int | None


def report_html(data: ReportData) -> str:
    """Return the whole document."""
    info = data.info
    marks = [(marker.x, str(number)) for number, marker in enumerate(data.markers, start=1) if marker.x is not None]
    limits = [data.limits[name] for name in ("low_pct", "high_pct") if data.limits.get(name)]
    picture = "" if data.picture is None else picture_figure(data.picture, position_text(data.picture.x, info))
    parts = [
        '<button id="print" type="button">Print</button>',
        f"<h1>Capillary density <small>{escape(_heading(info))}</small></h1>",
        _room_to_write("Patient", "Bed", "Operator"),
        f'<p class="notice">{NOTICE} {escape(data.facts.get("transfer") or "")}</p>',
        _unfinished(data.unfinished_ns),
        f"<p>{escape(_period(data))}</p>",
        chart_svg(data.trend, marks, limits, media_time=info.media_time),
        f'<p class="notice">{_chart_note(data)}</p>',
        '<div class="columns">',
        picture,
        _table("Density, good frames", statistics(data.rows)),
        _table("Means of good frames", _means(data.counts)) if any(data.counts.values()) else "",
        _table("Picture quality", shares(data.rows, data.dropped)),
        _table("Five sites", _sites(data.sites), _HETEROGENEITY) if data.sites.sites else "",
        _table("Markers", _markers(data), _change_note(data)) if data.markers else "",
        _table("Alarms", alarms) if (alarms := _alarms(data)) else "",
        _table("Limits of alarms, at the end", _limits(data.limits)),
        _table("Made with", _made_with(data.facts)),
        "</div>",
        _room_to_write("Date", "Signature"),
    ]
    title = escape(info.name or info.session)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{title} – Capillary density</title><link rel="icon" href="static/icon.svg">'
        f"<style>{STYLE}</style></head>"
        f"<body><main>{''.join(parts)}</main><script>{SCRIPT}</script></body></html>\n"
    )


def _made_with(facts: dict[str, Any]) -> list[tuple[str, Any]]:
    """List what the results were made with. A scale that was given later says so."""
    given = f" ({facts['um_per_px_from']})" if facts.get("um_per_px_from") else ""
    framing = framing_from(facts.get("framing"))
    shown = facts | {"um_per_px": f"{facts.get('um_per_px')}{given}", "framing": framing.in_words()}
    return [(label, str(shown[key])) for key, label in _SETTINGS if facts.get(key)]


def _heading(info: SessionInfo) -> str:
    """Name the session as the page does: the user's own word first, then how it was made, source and session."""
    made = [info.recorded.upper()] if info.recorded not in (None, "live") else []
    return " · ".join(word for word in (info.name, *made, info.mode.upper(), info.source, info.session) if word)


def _room_to_write(*labels: str) -> str:
    """Leave a line on paper for each of these. Nothing of it is stored."""
    return f'<p class="write">{"".join(f"<span>{label}</span>" for label in labels)}</p>'


def _unfinished(made_ns: int | None) -> str:
    if made_ns is None:
        return ""
    return f'<p class="unfinished">Unfinished: made while the session runs, at {clock_text(made_ns)}.</p>'


def statistics(rows: Columns) -> list[tuple[str, str]]:
    """Return name and value of the statistics of the density in good frames, %."""
    density = rows["density"][rows["grade"] == GOOD].astype(np.float64)
    if len(density) == 0:
        return [("Good frames", "none")]
    low, high = np.percentile(density, [5, 95])
    values = {
        "Mean": density.mean(),
        "Standard deviation": density.std(),
        "Median": np.median(density),
        "5th percentile": low,
        "95th percentile": high,
        "Lowest": density.min(),
        "Highest": density.max(),
    }
    return [(name, DENSITY.text(value)) for name, value in values.items()]


def _means(counts: Mapping[str, float | None]) -> list[tuple[str, str]]:
    return [(label, f"{mean:.1f}") for label, mean in counts.items() if mean is not None]


def shares(rows: Columns, dropped: dict[str, int]) -> list[tuple[str, str]]:
    """Return how many frames there were of each quality, and how many were dropped."""
    total = max(len(rows), 1)
    counted = [(labels.QUALITIES[name], int((rows["grade"] == grade).sum())) for name, grade in GRADES.items()]
    return [
        ("Readings", f"{len(rows):,}"),
        *((name, f"{count:,} ({100 * count / total:.1f} %)") for name, count in counted),
        *((f"Dropped ({cause})", f"{count:,}") for cause, count in sorted(dropped.items())),
    ]


def _period(data: ReportData) -> str:
    rows = data.rows
    if len(rows) == 0:
        return "No frame was analysed."
    began_ns, ended_ns = int(rows["t_ns"][0]), int(rows["t_ns"][-1])
    began = datetime.fromtimestamp(began_ns / 1e9)
    length = time_text(float(rows["x"][-1] - rows["x"][0]), True)
    if data.info.media_time:
        return f"Analysed on {began:%Y-%m-%d} from {clock_text(began_ns)}: {length} (minutes and seconds)."
    end = "last reading" if data.unfinished_ns else "ended"
    return (
        f"Watched on {began:%Y-%m-%d} from {clock_text(began_ns)}, {end} {clock_text(ended_ns)}: "
        f"{length} (minutes and seconds)."
    )


def _chart_note(data: ReportData) -> str:
    """Say what the chart shows, and in which time."""
    time = "time of the recording" if data.info.media_time else f"time of day, {zone_text(data.trend.to_s)}"
    return f"Density with its 90 % interval; {time}. Strip at the foot: frames that were not good."


def _sites(sites: Sites) -> list[tuple[str, str]]:
    measured = [
        (
            f"Site {site.site}",
            ("no good frame" if site.mean_pct is None else f"{DENSITY.text(site.mean_pct)} (sd {site.sd_pct:.2f})")
            + f", {site.seconds:.0f} s, {100 * site.share_good:.0f} % good{_not_counted_reason(site)}",
        )
        for site in sites.sites
    ]
    mean = "–" if sites.mean_pct is None else DENSITY.text(sites.mean_pct)
    spread = "–" if sites.heterogeneity is None else f"{sites.heterogeneity:.2f}"
    return [
        *measured,
        ("Sites that count", f"{sites.counted} of {SITES}"),
        ("Their mean", mean),
        ("Heterogeneity index", spread),
    ]


def _not_counted_reason(site: Site) -> str:
    return "" if site.counts else f"; does not count: {'mostly not good' if site.enough else 'too short'}"


def _markers(data: ReportData) -> list[tuple[str, str]]:
    lines = [
        (
            f"{number} · {position_text(marker.x, data.info)}",
            labels.marker_text(marker.kind, marker.text) + _change(data, marker),
        )
        for number, marker in enumerate(data.markers, start=1)
    ]
    return _at_most(lines, "markers")


def _change(data: ReportData, marker: ShownMarker) -> str:
    """Describe the density before and after a marker, or say why nothing can be said; empty if it has an end."""
    change = data.changes.get(marker.id)
    if change is None:
        return ""
    if change.change_pct is None or change.change_low_pct is None or change.change_high_pct is None:
        return f"; {change.why_not}"
    interval = f"{change.change_low_pct:+.2f} to {change.change_high_pct:+.2f}"
    sides = f"{DENSITY.text(change.before.mean_pct or 0)} before, {DENSITY.text(change.after.mean_pct or 0)} after"
    return f"; {sides}: {change.change_pct:+.2f} points ({100 * change.confidence:.0f} % interval {interval})"


def _change_note(data: ReportData) -> str:
    """Say what was compared, if anything was."""
    change = next(iter(data.changes.values()), None)
    if change is None:
        return ""
    length_s = change.after.to_s - change.after.from_s
    return f"Before and after a marker: mean density of the good frames in {length_s:.0f} s on each side."


def _alarms(data: ReportData) -> list[tuple[str, str]]:
    """List each alarm and what was done about it. The first limits are those of the beginning, not a change."""
    listed = {"raised", "returned", "acknowledged", "cleared", "ended", "paused", "pause-ended", "limits"}
    lines: list[tuple[str, str]] = []
    limits: dict[str, Any] | None = None
    for event in data.events:
        before, limits = limits, (event.limits if event.event == "limits" else limits)
        if event.event not in listed or (event.event == "limits" and before is None):
            continue
        values = f": {labels.changed_limits_text(before or {}, event.limits)}" if event.event == "limits" else ""
        lines.append((clock_text(event.t_ns), labels.alarm_text(event) + values))
    return _at_most(lines, "alarms")


def _at_most(lines: list[tuple[str, str]], what: str) -> list[tuple[str, str]]:
    """Return as many lines as one page holds, and where the others are."""
    more = len(lines) - LINES
    return lines if more <= 0 else [*lines[:LINES], (f"and {more} more", f"export/{what}.csv")]


def _limits(limits: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, labels.limit_text(key, limits.get(key))) for key, (name, _) in labels.LIMITS.items()]


def _table(title: str, lines: Iterable[tuple[str, Any]], note: str = "") -> str:
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>" for name, value in lines)
    below = f'<p class="notice">{escape(note)}</p>' if note else ""
    return f"<section><h2>{escape(title)}</h2><table>{rows}</table>{below}</section>"
