"""Markers as the page shows them: with their position on the trend's axis, and which of them changed. Pure."""

from collections.abc import Iterable

from msgspec import Struct

from stream.protocol.bedside import Marker, MarkerKind
from stream.readings.trend import Trend


class ShownMarker(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A marker with its position `x` on the trend's axis, s. `removed` is true in the last message about it.

    state_version: that of the shared state with which the marker changed last.
    """

    id: int
    state_version: int
    kind: MarkerKind
    text: str
    seq: int | None
    t_ns: int
    x: float | None
    until_seq: int | None = None
    until_ns: int | None = None
    until_x: float | None = None
    measuring: bool = False
    removed: bool = False


class ShownMarkers:
    """All markers of a session, each with the version of its last change, so that a page gets those that it lacks.

    media_time: the trend's axis is the time within the recording; else it is UTC.
    """

    def __init__(self, trend: Trend, *, media_time: bool) -> None:
        self._trend, self._media_time = trend, media_time
        self._markers: dict[int, tuple[int, Marker]] = {}  # by id, with the version of its last change
        self.changed = 0

    def take(self, markers: Iterable[Marker], version: int) -> None:
        """Take markers that were set, edited or removed, as changes of this version.

        A marker that is known as it is counts as no change. `changed` is the version of the last change of all.
        """
        for marker in markers:
            known = self._markers.get(marker.id)
            if known is None or known[1] != marker:
                self.changed = version
                self._markers[marker.id] = version, marker

    def all(self) -> list[ShownMarker]:
        """Return the markers that are there, in order of time."""
        return self._shown(known for known in self._markers.values() if known[1].change != "removed")

    def since(self, version: int) -> list[ShownMarker]:
        """Return what changed after this version, removed markers too; after version 0, `all()`."""
        if version == 0:
            return self.all()
        return self._shown(known for known in self._markers.values() if known[0] > version)

    def _shown(self, known: Iterable[tuple[int, Marker]]) -> list[ShownMarker]:
        by_time = sorted(known, key=lambda one: (one[1].t_ns, one[1].id))
        return [self._show(version, marker) for version, marker in by_time]

    def _show(self, version: int, marker: Marker) -> ShownMarker:
        return ShownMarker(
            id=marker.id,
            state_version=version,
            kind=marker.kind,
            text=marker.text,
            seq=marker.seq,
            t_ns=marker.t_ns,
            x=self._x(marker.seq, marker.t_ns),
            until_seq=marker.until_seq,
            until_ns=marker.until_ns,
            until_x=None if marker.until_ns is None else self._x(marker.until_seq, marker.until_ns),
            measuring=marker.measuring,
            removed=marker.change == "removed",
        )

    def _x(self, seq: int | None, t_ns: int) -> float | None:
        """Return the position of the marker's frame.

        If that frame has no reading, it is the time of day itself, or on an axis of media time the position of the
        reading nearest in time; None if there is no reading at all.
        """
        row = None if seq is None else self._trend.at_seq(seq)
        if row is not None:
            return round(float(row["x"]), 3)
        if not self._media_time:
            return t_ns / 1e9
        row = self._trend.nearest_in_time(t_ns)
        return None if row is None else round(float(row["x"]), 3)
