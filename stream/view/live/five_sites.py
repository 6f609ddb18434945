"""The guided measurement of five sites: how far it is, and which markers each of its steps sets or removes. Pure.

De Backer et al., How to evaluate the microcirculation: report of a round table conference, Crit Care 2007, 11:R101,
ask for five sites per organ and for a heterogeneity index, (highest - lowest) / mean of the sites; its update is Ince
et al., Second consensus on the assessment of sublingual microcirculation, Intensive Care Med 2018, 44:281. Here the
sites' mean densities are compared.

A measurement is a marker of kind `site-n` with an end. Measuring site 1 begins a new round.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, cast

import numpy as np
from msgspec import Struct

from stream.errors import WireError
from stream.protocol.bedside import KeepMarker, MarkerKind, RemoveMarker
from stream.readings.trend import GOOD, Columns, Trend
from stream.view.live.markers import ShownMarker, ShownMarkers

SITES: Final = 5
_GAP_S: Final = 1.0
"""Readings further apart than this do not follow each other: the time between them was not measured."""
_LEAST_GOOD_SHARE: Final = 0.5
"""If a smaller share of a site's frames is good, the good ones say little about the site."""

Action = Literal["start", "next", "repeat", "stop"]


class Site(Struct, frozen=True, kw_only=True):
    """The measurement of one site. Density in %.

    enough: as many seconds with a good signal as were wanted. counts: enough, and mostly good; mean and heterogeneity
    of the round are computed from such sites alone.
    """

    site: int
    marker: int
    from_s: float
    to_s: float
    from_seq: int
    to_seq: int
    seconds: float
    good_s: float
    frames: int
    good: int
    share_good: float
    mean_pct: float | None
    sd_pct: float | None
    enough: bool
    counts: bool


class Sites(Struct, frozen=True, kw_only=True):
    """The round so far: its sites, and the one being measured. See docs/page-api.md."""

    measuring: int | None
    since_ns: int | None
    seconds: float
    good_s: float
    wanted_s: float
    sites: tuple[Site, ...]
    counted: int
    mean_pct: float | None
    heterogeneity: float | None
    complete: bool
    next: int | None


class SitesCache:
    """The newest round, kept until it may have changed: computing it at every update of every page would be wasteful.

    wanted_s: seconds of good signal that each site needs.
    """

    def __init__(self, trend: Trend, wanted_s: float) -> None:
        self._trend, self._wanted_s = trend, wanted_s
        self._known: tuple[int, int, Sites] | None = None

    def sites(self, markers: ShownMarkers) -> Sites:
        """Return the newest round; computed anew if a marker changed, and every ten readings while one is measured."""
        changed, tens = markers.changed, len(self._trend) // 10
        if self._known is not None:
            known_change, known_tens, sites = self._known
            if changed == known_change and (tens == known_tens or not sites.measuring):
                return sites
        sites = sites_of(markers.all(), self._trend, self._wanted_s)
        self._known = changed, tens, sites
        return sites

    def forget(self) -> None:
        """Compute the round anew when it is asked for next: readings from before were loaded."""
        self._known = None


def sites_of(markers: Iterable[ShownMarker], trend: Trend, wanted_s: float) -> Sites:
    """Compute the newest round from its markers and the readings between their ends.

    wanted_s: seconds of good signal that each site needs.
    """
    measured = _newest_round(markers)
    current = next((marker for marker in measured if marker.measuring), None)
    found = {_number(marker): _site(marker, trend, wanted_s) for marker in measured if not marker.measuring}
    sites = tuple(site for _, site in sorted(found.items()) if site is not None)
    running = None if current is None else _site(current, trend, wanted_s)
    means = [site.mean_pct for site in sites if site.counts and site.mean_pct is not None]
    poor = [site.site for site in sites if not site.counts and site.site > 1]  # site 1 would begin a new round
    return Sites(
        measuring=None if current is None else _number(current),
        since_ns=None if current is None else current.t_ns,
        seconds=running.seconds if running else 0.0,
        good_s=running.good_s if running else 0.0,
        wanted_s=wanted_s,
        sites=sites,
        counted=len(means),
        mean_pct=round(float(np.mean(means)), 3) if means else None,
        heterogeneity=heterogeneity(means),
        complete=len(means) == SITES,
        next=_next(measured) or (poor[0] if poor and current is None else None),
    )


def heterogeneity(means: Sequence[float]) -> float | None:
    """Return (highest - lowest) / mean of the sites; None for fewer than two sites, or if the mean is 0."""
    mean = float(np.mean(means)) if len(means) > 1 else 0.0
    return round((max(means) - min(means)) / mean, 4) if mean > 0 else None


def marker_changes(
    action: Action, site: int | None, markers: Iterable[ShownMarker], newest: Any | None
) -> list[KeepMarker | RemoveMarker]:
    """Return the markers that an action sets and removes, in order. `newest`: the trend's newest reading.

    Raises WireError with a sentence if the action is not possible now.
    """
    if newest is None:
        raise WireError("There is no frame yet that a site could begin with.")
    measured = _newest_round(markers)
    current = next((marker for marker in measured if marker.measuring), None)
    ending: list[KeepMarker | RemoveMarker] = [] if current is None else [_end_marker(current, newest)]
    match action:
        case "start":
            return [*ending, _start_marker(site or 1, newest)]
        case "stop" if current is not None:
            return ending
        case "repeat" if measured:
            last = current or max(measured, key=lambda marker: marker.t_ns)
            return [RemoveMarker(request=0, id=last.id), _start_marker(_number(last), newest)]
        case "next" if (following := _next(measured)) is not None:
            return [*ending, _start_marker(following, newest)]
        case "next" if current is not None:
            return ending
        case _:
            raise WireError("No site is being measured: start with site 1.")


def _newest_round(markers: Iterable[ShownMarker]) -> list[ShownMarker]:
    """Return the newest measurement of each site since site 1 was begun last, the running one included."""
    measurements = [m for m in markers if m.kind.startswith("site-") and (m.measuring or m.until_ns is not None)]
    measurements.sort(key=lambda marker: (marker.t_ns, marker.id))
    newest: dict[int, ShownMarker] = {}
    for marker in measurements:
        if _number(marker) == 1:
            newest.clear()
        newest[_number(marker)] = marker
    return list(newest.values())


def _next(measured: Sequence[ShownMarker]) -> int | None:
    """Return the first site that has not been measured; None if all have."""
    return next((site for site in range(1, SITES + 1) if site not in {_number(marker) for marker in measured}), None)


def _number(marker: ShownMarker) -> int:
    return int(marker.kind.removeprefix("site-"))


def _site(marker: ShownMarker, trend: Trend, wanted_s: float) -> Site | None:
    """Compute one site from the readings since its marker; None if there is none yet."""
    if marker.seq is None:
        return None
    last = 2**53 if marker.until_seq is None else marker.until_seq
    rows = trend.of_seqs(marker.seq + 1, last)  # its own frame was in view before it was set
    if len(rows) == 0:
        return None
    good = rows[rows["grade"] == GOOD]
    good_s, share = _measured_s(rows), len(good) / len(rows)
    return Site(
        site=_number(marker),
        marker=marker.id,
        from_s=round(float(rows["x"][0]), 3),
        to_s=round(float(rows["x"][-1]), 3),
        from_seq=int(rows["seq"][0]),
        to_seq=int(rows["seq"][-1]),
        seconds=round(float(rows["x"][-1] - rows["x"][0]), 2),
        good_s=good_s,
        frames=len(rows),
        good=len(good),
        share_good=round(share, 4),
        mean_pct=round(float(good["density"].mean(dtype=np.float64)), 3) if len(good) else None,
        sd_pct=round(float(good["density"].std(dtype=np.float64)), 3) if len(good) else None,
        enough=good_s >= wanted_s,
        counts=good_s >= wanted_s and share >= _LEAST_GOOD_SHARE,
    )


def _measured_s(rows: Columns) -> float:
    """Return the time between good readings that follow each other, without gaps, s."""
    good = rows["grade"] == GOOD
    between = np.diff(rows["x"])
    return round(float(between[good[1:] & good[:-1] & (between <= _GAP_S)].sum()), 2)


def _start_marker(site: int, newest: Any) -> KeepMarker:
    kind = f"site-{site}"
    if not 1 <= site <= SITES:
        raise WireError(f"Sites are numbered 1 to {SITES}.")
    return KeepMarker(
        request=0, kind=cast("MarkerKind", kind), seq=int(newest["seq"]), t_ns=int(newest["t_ns"]), measuring=True
    )


def _end_marker(marker: ShownMarker, newest: Any) -> KeepMarker:
    return KeepMarker(
        request=0,
        id=marker.id,
        kind=marker.kind,
        text=marker.text,
        seq=marker.seq,
        t_ns=marker.t_ns,
        until_seq=int(newest["seq"]),
        until_ns=int(newest["t_ns"]),
    )
