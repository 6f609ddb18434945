"""What lies behind one value: the frame, its picture, its outlines, and everything that was measured. Knows no HTTP.

While a session runs, pictures are those that pages were shown. Of a finished one they are taken from its recording,
where that still lies; outlines that were not kept are found again there, and shown only if they give the same density.
"""

import threading
from collections import OrderedDict
from typing import Any, Final, Protocol

import msgspec
import numpy as np
from msgspec import Struct

from stream.errors import StreamError
from stream.protocol.contracts import Analysis, Pixels
from stream.protocol.outlines import outline_of
from stream.protocol.readings import RegionOutline
from stream.session.archive import Archive, StoredReading
from stream.view.live.feed import Feed
from stream.view.live.messages import outline

SAME_PCT: Final = 0.005
"""Densities that differ by less are the same analysis: sessions keep more digits than that."""
_FOUND_KEPT: Final = 16
_JPEG_QUALITY: Final = 85
_MARGIN: Final = 0.5


class Recording(Protocol):
    """What a session was made from, where it still lies. Handed in: this package reads no recordings."""

    def why_not(self) -> str:
        """Why there are no pictures; empty where there are."""

    def pixels(self, seq: int, frame: str) -> Pixels:
        """The frame, (height, width, 3) uint8 BGR. Raises StreamError where it is not there, or not that one."""

    def analyse(self, pixels: Pixels, model_id: str) -> Analysis | None:
        """Analyse it again; None where that model is not there any more."""


class Region(Struct, frozen=True, kw_only=True):
    """One outline: x, y, x, y, … in full-frame pixels, and the probability of being a capillary."""

    polygon: list[int]
    score: float


class NotKeptError(StreamError, LookupError):
    """The picture, the region or the frame is not there."""


class Evidence:
    """Looks up what is known of a frame. Safe from any thread."""

    def __init__(self, feed: Feed, archive: Archive | None = None, recording: Recording | None = None) -> None:
        self._feed, self._archive, self._recording = feed, archive, recording
        self._found: OrderedDict[int, tuple[RegionOutline, ...] | None] = OrderedDict()
        self._lock = threading.Lock()  # a recording is read by one at a time

    def of(self, seq: int) -> dict[str, Any]:
        """Everything about a frame; keys as in docs/page-api.md. Raises NotKeptError."""
        stored = self._stored(seq)
        outlines, source = self._outlines(stored)
        before, after = self._feed.trend.neighbours(seq)
        row = self._feed.trend.at_seq(seq)
        why_not = self._why_no_picture(seq)
        info = self._feed.info
        fields = {name: value for name, value in msgspec.structs.asdict(stored).items() if name != "regions"}
        return fields | {
            "x": None if row is None else round(float(row["x"]), 3),
            "published_after_ms": round(max(stored.t_published_ns - stored.t_capture_ns, 0) / 1e6, 1),
            "previous_seq": before,
            "next_seq": after,
            "picture": {
                "available": not why_not,
                "nearest_seq": seq if not why_not else self._feed.pictures.nearest(seq),
                "why_not": why_not,
            },
            "width": info.width,
            "height": info.height,
            "regions": None if outlines is None else [Region(polygon=outline(o), score=o.score) for o in outlines],
            "regions_from": source,
            "regions_why_not": "" if outlines is not None else why_not or self._why_no_outlines(stored),
        }

    def jpeg(self, seq: int) -> bytes:
        """The picture. Raises NotKeptError with the sentence that says why not."""
        kept = self._feed.pictures.get(seq)
        if kept is not None:
            return kept.jpeg
        return _encoded(self._recorded(self._stored(seq)), ".jpg")

    def crop(self, seq: int, index: int) -> bytes:
        """PNG of one region with a margin of half its size. Raises NotKeptError."""
        stored = self._stored(seq)
        outlines, _ = self._outlines(stored)
        if outlines is None or not 0 <= index < len(outlines):
            raise NotKeptError(f"Of frame {seq} no region {index} is known.")
        pixels = self._pixels(stored)
        points = np.frombuffer(outlines[index].polygon, "<i2").reshape(-1, 2).astype(np.float64)
        scale = pixels.shape[1] / self._feed.info.width
        return _encoded(_cropped(pixels, points * scale), ".png")

    def _stored(self, seq: int) -> StoredReading:
        stored = None if self._archive is None else self._archive.reading(seq)
        if stored is None:
            raise NotKeptError(f"The session has no reading of frame {seq}.")
        return stored

    def _outlines(self, stored: StoredReading) -> tuple[tuple[RegionOutline, ...] | None, str]:
        """The frame's outlines and where they are from; None where they are not known."""
        kept = self._feed.pictures.get(stored.seq)
        if kept is not None and kept.regions:
            return kept.regions, "picture"
        if stored.regions is not None:
            return stored.regions, "session"
        found = self._found_again(stored)
        return found, "" if found is None else "analysed again"

    def _found_again(self, stored: StoredReading) -> tuple[RegionOutline, ...] | None:
        if self._recording is None or stored.status != "ok" or self._why_no_picture(stored.seq):
            return None
        with self._lock:
            if stored.seq in self._found:
                return self._found[stored.seq]
        try:
            found = self._analysed(stored, self._recorded(stored))
        except NotKeptError:
            return None
        with self._lock:
            self._found[stored.seq] = found
            while len(self._found) > _FOUND_KEPT:
                self._found.popitem(last=False)
        return found

    def _analysed(self, stored: StoredReading, pixels: Pixels) -> tuple[RegionOutline, ...] | None:
        assert self._recording is not None
        with self._lock:
            analysis = self._recording.analyse(pixels, stored.model_id)
        if analysis is None or abs(analysis.density_pct - (stored.density_pct or 0.0)) > SAME_PCT:
            return None
        return tuple(map(outline_of, analysis.regions))

    def _pixels(self, stored: StoredReading) -> Pixels:
        kept = self._feed.pictures.get(stored.seq)
        return self._recorded(stored) if kept is None else _decoded(kept.jpeg)

    def _recorded(self, stored: StoredReading) -> Pixels:
        if self._recording is None:
            raise NotKeptError(self._why_no_picture(stored.seq))
        try:
            with self._lock:
                return self._recording.pixels(stored.seq, stored.frame)
        except NotKeptError:
            raise
        except StreamError as error:
            raise NotKeptError(str(error)) from error

    def _why_no_outlines(self, stored: StoredReading) -> str:
        """Of a frame that has a picture."""
        if stored.status != "ok":
            return "The analysis of this frame failed."
        if self._recording is None:
            return "Outlines are kept with the pictures that somebody was shown."
        return f"Outlines were not kept, and the model configured now is not the one of then, {stored.model_id}."

    def _why_no_picture(self, seq: int) -> str:
        """Empty where there is one."""
        if self._feed.pictures.get(seq) is not None:
            return ""
        if self._recording is not None:
            with self._lock:
                return self._recording.why_not()
        if self._feed.info.mode == "review":
            return "The recording of this session is not there: sessions keep values, not pictures."
        return "This picture is not kept: one a second is, of the last minutes in which somebody looked."


def _encoded(pixels: Pixels, suffix: str) -> bytes:
    import cv2  # loaded when a picture is looked at: a page that only watches does not need it

    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY] if suffix == ".jpg" else []
    return cv2.imencode(suffix, pixels, options)[1].tobytes()


def _decoded(jpeg: bytes) -> Pixels:
    import cv2

    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise NotKeptError("The picture that was kept cannot be read.")
    return pixels.astype(np.uint8, copy=False)


def _cropped(pixels: Pixels, points: "np.ndarray[Any, np.dtype[np.float64]]") -> Pixels:
    """The upright box around (n, 2) points, half as large again to each side, inside the picture."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = max(float((high - low).max()) * _MARGIN, 4.0)
    left, top = np.maximum(low - margin, 0).astype(int)
    right, bottom = np.ceil(high + margin).astype(int) + 1
    return np.ascontiguousarray(pixels[top:bottom, left:right])
