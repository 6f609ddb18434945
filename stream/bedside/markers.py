"""Markers of moments and stretches of time: checked, numbered, kept. Knows the journal, no socket and no clock."""

from typing import Final

from msgspec.structs import replace

from stream.errors import StreamError
from stream.protocol.bedside import KeepMarker, Marker, RemoveMarker
from stream.session.journal import Journal

MARKERS_LIMIT: Final = 1000


class MarkerError(StreamError, ValueError):
    """A marker cannot be kept. `status` is that of an HTTP answer."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


class Markers:
    """The markers of one session, in memory and in its journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        every = journal.markers(removed=True)
        self._next_id = max((marker.id for marker in every), default=0) + 1
        self._markers = {marker.id: marker for marker in every if marker.change != "removed"}

    def all(self) -> tuple[Marker, ...]:
        """Return all markers, in order of time."""
        return tuple(sorted(self._markers.values(), key=lambda marker: (marker.t_ns, marker.id)))

    def keep(self, wish: KeepMarker, t_ns: int, seq: int | None, session: str) -> Marker:
        """Set or edit a marker. t_ns, seq: now, and the newest frame. Raises MarkerError if it is refused."""
        known = self._markers.get(wish.id)
        if wish.id and known is None:
            raise MarkerError(f"There is no marker {wish.id}.", 404)
        if known is None and len(self._markers) >= MARKERS_LIMIT:
            raise MarkerError(f"There are {MARKERS_LIMIT} markers already; no more are kept in one session.", 409)
        text = wish.text.strip()
        if not (text.isprintable() and (text or wish.kind != "note")):
            raise MarkerError("The text of a note has 1 to 200 printable characters, in one line.")
        now = wish.seq is None and wish.t_ns is None
        marker = Marker(
            session=session,
            source=self._journal.source,
            change="edited" if known else "set",
            t_changed_ns=t_ns,
            id=known.id if known else self._next_id,
            kind=wish.kind,
            text=text,
            seq=seq if now else wish.seq,
            t_ns=t_ns if wish.t_ns is None else wish.t_ns,
            until_seq=wish.until_seq,
            until_ns=wish.until_ns,
            measuring=wish.measuring,
        )
        self._next_id = max(self._next_id, marker.id + 1)
        self._markers[marker.id] = marker
        self._journal.keep_marker(marker)
        return marker

    def end(self, seq: int, t_ns: int, now_ns: int) -> list[Marker]:
        """End the measurement of a site at a frame, and return the markers that changed."""
        ended = [
            replace(marker, change="edited", measuring=False, until_seq=seq, until_ns=t_ns, t_changed_ns=now_ns)
            for marker in self._markers.values()
            if marker.measuring
        ]
        for marker in ended:
            self._markers[marker.id] = marker
            self._journal.keep_marker(marker)
        return ended

    def remove(self, wish: RemoveMarker, t_ns: int) -> Marker:
        """Remove a marker. Raises MarkerError if there is none of that number."""
        known = self._markers.pop(wish.id, None)
        if known is None:
            raise MarkerError(f"There is no marker {wish.id}.", 404)
        marker = replace(known, change="removed", t_changed_ns=t_ns)
        self._journal.keep_marker(marker)
        return marker
