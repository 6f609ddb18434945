"""The guided measurement of five sites, step by step, on markers and readings alone."""

from typing import Any

import numpy as np
import pytest

from stream.errors import WireError
from stream.protocol.bedside import KeepMarker, Marker, RemoveMarker
from stream.readings.trend import Trend
from stream.view.live.five_sites import Action, Sites, heterogeneity, marker_changes, sites_of
from stream.view.live.markers import ShownMarkers


class Round:
    """Keeps what the steps ask for, as the sink would."""

    def __init__(self) -> None:
        self.trend = Trend()
        self.shown = ShownMarkers(self.trend, media_time=False)
        self._kept: dict[int, Marker] = {}
        self._next = 1

    def watch(self, seconds: float, density: float | None) -> None:
        """Ten readings a second of that density; None: poor."""
        for _ in range(round(seconds * 10)):
            seq = len(self.trend)
            values = None if density is None else (density, density, density)
            self.trend.add(seq, seq / 10, seq * 100_000_000, 1 if density is None else 0, values)

    def do(self, action: Action, site: int | None = None) -> Sites:
        rows = self.trend.rows()
        for change in marker_changes(action, site, self.shown.all(), rows[-1] if len(rows) else None):
            self._keep(change)
        return self.now()

    def now(self, wanted_s: float = 5) -> Sites:
        return sites_of(self.shown.all(), self.trend, wanted_s)

    def _keep(self, change: KeepMarker | RemoveMarker) -> None:
        fields: dict[str, Any] = {"session": "s", "source": "scope", "t_changed_ns": 1}
        if isinstance(change, RemoveMarker):
            known = self._kept.pop(change.id)
            self.shown.take([Marker(**fields, **_fields(known), change="removed")], self._version())
            return
        number = change.id or self._next
        self._next = max(self._next, number + 1)
        self._kept[number] = Marker(**fields, **_fields(change) | {"id": number}, change="set")
        self.shown.take([self._kept[number]], self._version())

    def _version(self) -> int:
        return self.shown.changed + 1


def _fields(one: Any) -> dict[str, Any]:
    names = ("id", "kind", "text", "seq", "t_ns", "until_seq", "until_ns", "measuring")
    return {name: getattr(one, name) for name in names}


def test_a_site_is_measured_from_its_beginning_to_its_end() -> None:
    measured = Round()
    measured.watch(3, 9.0)
    assert measured.do("start").measuring == 1
    measured.watch(6, 5.0)
    running = measured.now()
    assert (running.measuring, running.next, running.sites) == (1, 2, ())
    assert running.good_s == pytest.approx(6, abs=0.2)
    (site,) = measured.do("stop").sites
    assert (site.site, site.enough, site.good) == (1, True, site.frames)
    assert site.mean_pct == pytest.approx(5, abs=0.1)


def test_poor_frames_do_not_count_and_a_site_needs_enough_good_ones() -> None:
    measured = Round()
    measured.watch(1, 5.0)
    measured.do("start")
    measured.watch(2, 5.0)
    measured.watch(6, None)
    (site,) = measured.do("stop").sites
    assert not site.enough
    assert not site.counts
    assert site.seconds == pytest.approx(8, abs=0.2)
    assert site.good_s == pytest.approx(2, abs=0.2)
    assert site.share_good == pytest.approx(0.26, abs=0.02)


def test_sites_that_are_too_short_or_mostly_not_good_do_not_count() -> None:
    measured = Round()
    measured.watch(1, 5.0)
    measured.do("start")
    for good_s, poor_s in ((6, 0), (2, 0), (6, 9), (6, 0), (6, 2)):
        measured.watch(good_s, good_s - 1.0 if good_s < 6 else 4.0 + poor_s)
        measured.watch(poor_s, None)
        measured.do("next")
    stood = measured.now()
    assert [site.counts for site in stood.sites] == [True, False, False, True, True]
    assert (stood.counted, stood.complete, stood.next) == (3, False, 2)
    assert stood.mean_pct == pytest.approx((4 + 4 + 6) / 3, abs=0.1)
    assert stood.heterogeneity == pytest.approx(2 / (14 / 3), abs=0.03)


def test_a_bad_one_is_measured_again_and_forgotten() -> None:
    measured = Round()
    measured.watch(1, 5.0)
    measured.do("start")
    measured.watch(1, 1.0)
    assert measured.do("repeat").measuring == 1
    measured.watch(6, 5.0)
    measured.do("next")
    measured.watch(6, 50.0)
    measured.do("stop")
    assert measured.do("repeat").measuring == 2
    measured.watch(6, 7.0)
    stood = measured.do("stop")
    assert [round(site.mean_pct or 0) for site in stood.sites] == [5, 7]
    assert stood.heterogeneity == pytest.approx(2 / 6, abs=0.05)


def test_one_site_can_be_measured_again_without_the_others() -> None:
    measured = Round()
    measured.watch(1, 5.0)
    measured.do("start")
    for density in (5.0, 6.0, 7.0, 8.0, 9.0):
        measured.watch(6, density)
        measured.do("next")
    assert measured.now().complete
    measured.do("start", 3)
    measured.watch(6, 3.0)
    stood = measured.do("stop")
    assert stood.complete
    assert [round(site.mean_pct or 0) for site in stood.sites] == [5, 6, 3, 8, 9]


def test_site_1_begins_a_new_round() -> None:
    measured = Round()
    measured.watch(1, 5.0)
    measured.do("start")
    measured.watch(6, 5.0)
    measured.do("next")
    measured.watch(6, 5.0)
    measured.do("start")
    measured.watch(6, 8.0)
    stood = measured.do("stop")
    assert [(site.site, round(site.mean_pct or 0)) for site in stood.sites] == [(1, 8)]


def test_next_goes_on_where_it_was_left() -> None:
    measured = Round()
    measured.watch(1, 5.0)
    assert measured.do("next").measuring == 1
    measured.watch(1, 5.0)
    measured.do("stop")
    assert measured.do("next").measuring == 2


def test_what_cannot_be_done_now_is_said() -> None:
    measured = Round()
    with pytest.raises(WireError, match="no frame yet"):
        measured.do("start")
    measured.watch(1, 5.0)
    for action in ("stop", "repeat"):
        with pytest.raises(WireError, match="start with site 1"):
            measured.do(action)


def test_a_marker_of_a_site_that_was_only_set_is_no_measurement() -> None:
    measured = Round()
    measured.watch(2, 5.0)
    measured._keep(KeepMarker(request=0, kind="site-2", seq=3, t_ns=300_000_000))
    assert measured.now().sites == ()


@pytest.mark.parametrize(
    ("means", "index"), [([], None), ([5.0], None), ([5.0, 5.0], 0), ([4.0, 6.0], 0.4), ([0.0, 0.0], None)]
)
def test_heterogeneity_is_the_spread_over_the_mean(means: list[float], index: float | None) -> None:
    assert heterogeneity(means) == index
    assert heterogeneity([*np.random.default_rng(1).permutation(means)]) == index
