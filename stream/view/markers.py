"""Moments that somebody marked: checked, bounded, in memory. Knows no HTTP."""

import threading
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from stream.errors import OutputError, WireError

MARKERS_LIMIT: Final = 1000
LABEL_LIMIT: Final = 80


class MarkerRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What a client sends: a label, and the moment where it is not now (ns since 1970 UTC)."""

    label: str
    t_ns: Annotated[int, Meta(ge=0, le=2**63 - 1)] | None = None


class Marker(Struct, frozen=True, kw_only=True):
    """A marked moment. `seq` is the newest frame when it was set."""

    id: int
    label: str
    t_ns: int
    seq: int | None


def parse_marker(body: bytes) -> MarkerRequest:
    """Read a request. Raises WireError with a sentence for its sender."""
    try:
        request = msgspec.json.decode(body, type=MarkerRequest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise WireError(f'A marker is a JSON object like {{"label": "bolus"}}: {error}.') from error
    label = request.label.strip()
    if not 1 <= len(label) <= LABEL_LIMIT or not label.isprintable():
        raise WireError(f"The label of a marker has 1 to {LABEL_LIMIT} printable characters, in one line.")
    return MarkerRequest(label=label, t_ns=request.t_ns)


class Markers:
    """The markers of this run, in the order in which they were set. Safe from any thread."""

    def __init__(self, limit: int = MARKERS_LIMIT) -> None:
        self._limit = limit
        self._markers: list[Marker] = []
        self._lock = threading.Lock()

    def all(self) -> list[Marker]:
        with self._lock:
            return list(self._markers)

    def add(self, request: MarkerRequest, now_ns: int, seq: int | None) -> Marker:
        """Keep a marker. Raises OutputError when there are as many as are kept."""
        with self._lock:
            if len(self._markers) >= self._limit:
                raise OutputError(f"There are {self._limit} markers already; no more are kept in one run.")
            t_ns = now_ns if request.t_ns is None else request.t_ns
            marker = Marker(id=len(self._markers) + 1, label=request.label, t_ns=t_ns, seq=seq)
            self._markers.append(marker)
            return marker
