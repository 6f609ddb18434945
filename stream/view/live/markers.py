"""Markers as the page shows them: with their place on the trend's axis, and which changed since. Pure."""

from collections.abc import Iterable

from msgspec import Struct

from stream.protocol.bedside import Marker, MarkerKind
from stream.readings.trend import Trend


class ShownMarker(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A marker, and where it lies on the trend's axis (s); `removed` in the last message that tells of it."""

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
    """Told of changes, it numbers them; a page says how many it has had."""

    def __init__(self, trend: Trend, *, media_time: bool) -> None:
        self._trend, self._media_time = trend, media_time
        self._markers: dict[int, tuple[int, Marker]] = {}  # with the number of its last change
        self.changes = 0

    def take(self, markers: Iterable[Marker]) -> None:
        """Markers that were set, edited or removed. One that is known as it is changes nothing."""
        for marker in markers:
            known = self._markers.get(marker.id)
            if known is None or known[1] != marker:
                self.changes += 1
                self._markers[marker.id] = self.changes, marker

    def all(self) -> list[ShownMarker]:
        """Those that are there, in order of time."""
        return self._shown(marker for _, marker in self._markers.values() if marker.change != "removed")

    def since(self, changes: int) -> list[ShownMarker]:
        """Those that changed after so many changes; to who has had none, those that are there."""
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
        """That of its frame; of a moment without one the time of day, or that of the frame next to it."""
        row = None if seq is None else self._trend.at_seq(seq)
        if row is not None:
            return round(float(row["x"]), 3)
        if not self._media_time:
            return t_ns / 1e9
        row = self._trend.nearest_in_time(t_ns)
        return None if row is None else round(float(row["x"]), 3)
