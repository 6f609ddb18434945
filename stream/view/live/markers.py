"""Markers as the page shows them: with their position on the trend's axis, and which of them changed. Pure."""

from collections.abc import Iterable

from msgspec import Struct

from stream.protocol.bedside import Marker, MarkerKind
from stream.readings.trend import Trend


class ShownMarker(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A marker with its position `x` on the trend's axis, s. `removed` is true in the last message about it."""

    id: int
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
    """All markers of a session. Their changes are numbered, so that a page gets those that it has not had.

    media_time: the trend's axis is the time within the recording; else it is UTC.
    """

    def __init__(self, trend: Trend, *, media_time: bool) -> None:
        self._trend, self._media_time = trend, media_time
        self._markers: dict[int, tuple[int, Marker]] = {}  # by id, with the number of its last change
        self.changes = 0

    def take(self, markers: Iterable[Marker]) -> None:
        """Take markers that were set, edited or removed. A marker that is known as it is counts as no change."""
        for marker in markers:
            known = self._markers.get(marker.id)
            if known is None or known[1] != marker:
                self.changes += 1
                self._markers[marker.id] = self.changes, marker

    def all(self) -> list[ShownMarker]:
        """Return the markers that are there, in order of time."""
        return self._shown(marker for _, marker in self._markers.values() if marker.change != "removed")

    def since(self, changes: int) -> list[ShownMarker]:
        """Return what changed after the first `changes` changes, removed markers too; after none, `all()`."""
        if changes == 0:
            return self.all()
        return self._shown(marker for number, marker in self._markers.values() if number > changes)

    def _shown(self, markers: Iterable[Marker]) -> list[ShownMarker]:
        return [self._show(marker) for marker in sorted(markers, key=lambda marker: (marker.t_ns, marker.id))]

    def _show(self, marker: Marker) -> ShownMarker:
        return ShownMarker(
            id=marker.id,
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
