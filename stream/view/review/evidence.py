"""The evidence behind one value: the frame, its picture, its outlines, and everything that was measured. No HTTP.

While a session runs, pictures are those that pages were shown. For a finished session they are taken from its
recording, if that is still there. Outlines that were not kept are found by analysing the frame again, and are shown
only if that gives the same density.
"""

import threading
from collections import OrderedDict
from typing import Any, Final, Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import asdict

from stream.errors import StreamError
from stream.pixels.frame_image import FrameImage
from stream.protocol.contracts import Pixels
from stream.protocol.outlines import object_outlines, outline_of, points
from stream.protocol.readings import ObjectOutline, RegionOutline
from stream.session.archive import Archive, FrameReading, StoredReading
from stream.view.live.feed import Feed
from stream.view.live.messages import ShownObject, outline_points
from stream.view.review.reanalysis import SessionRecording

SAME_PCT: Final = 0.005
"""Densities that differ by less come from the same analysis: sessions keep more digits than that."""
_OUTLINED: Final = ("regions", "objects")
_REANALYSES_KEPT: Final = 16
_JPEG_QUALITY: Final = 85
_MARGIN: Final = 0.5
"""Margin around a region, as a share of its longer side."""
_LEAST_MARGIN_PX: Final = 4.0


class ShownRegion(Struct, frozen=True, kw_only=True):
    """One outline: x, y, x, y, … in full-frame pixels, with the probability that it is a capillary."""

    polygon: list[int]
    score: float


class PictureKept(Struct, frozen=True, kw_only=True):
    """Whether the picture of a frame can be had; if not, why, and the nearest that can.

    snapped_s: how much later the frame is than the one next to the time that was asked for.
    """

    available: bool
    nearest_seq: int | None
    nearest_x: float | None
    snapped_s: float
    why_not: str


class FrameEvidence(FrameReading, frozen=True, kw_only=True):
    """Everything that is known of one frame, with the keys of a reading.

    came_late: after a newer one was published. published_after_ms: capture to publication. regions_from: where the
    outlines are from. previous_seq, next_seq: the readings beside it. width, height: of the full frame, px.
    """

    came_late: bool
    x: float | None
    published_after_ms: float
    previous_seq: int | None
    next_seq: int | None
    picture: PictureKept
    width: int
    height: int
    regions: list[ShownRegion] | None
    regions_from: Literal["", "picture", "session", "analysed again"]
    regions_why_not: str
    objects: list[ShownObject] | None


class _Outlines(Struct, frozen=True):
    """All outlines of a frame, and where they are from. `objects`: None if those were not kept."""

    regions: tuple[RegionOutline, ...]
    objects: tuple[ObjectOutline, ...] | None
    source: Literal["picture", "session", "analysed again"]


class NotKeptError(StreamError, LookupError):
    """The picture, the region or the frame is not kept; the sentence says why."""


class Evidence:
    """Looks up all that is known about a frame. Safe from any thread.

    archive: the session's file. recording: what the session was made from; None while it runs, and if it is gone.
    """

    def __init__(self, feed: Feed, archive: Archive | None = None, recording: SessionRecording | None = None) -> None:
        self._feed, self._archive, self._recording = feed, archive, recording
        self._reanalysed: OrderedDict[int, _Outlines | None] = OrderedDict()
        self._lock = threading.Lock()  # a recording is read by one thread at a time

    def describe_at(self, x_s: float, within_s: float = 0.0) -> FrameEvidence:
        """Return everything about the frame next to a time of the trend's axis, as `describe` does.

        If that frame has no picture and another one has, at most `within_s` seconds away, it is of that one. Raises
        NotKeptError if there is no frame at all.
        """
        row = self._feed.trend.nearest(x_s)
        if row is None:
            raise NotKeptError("There is no frame there.")
        seq, own_s = int(row["seq"]), float(row["x"])
        kept = self._feed.pictures.nearest(own_s) if self._missing_picture_reason(seq) else None
        if kept is None or abs(kept.x_s - own_s) > within_s:
            return self.describe(seq)
        return self.describe(kept.seq, snapped_s=kept.x_s - own_s)

    def newest_good(self) -> FrameEvidence | None:
        """Return everything about the newest good frame that has a picture, as `describe` does; None if none has."""
        kept = self._feed.pictures.newest_good()
        seq = self._feed.trend.newest_good_seq() if kept is None else kept.seq
        if seq is None or self._missing_picture_reason(seq):
            return None
        try:
            return self.describe(seq)
        except NotKeptError:  # a picture may be shown before its reading is kept
            return None

    def describe(self, seq: int, *, snapped_s: float = 0.0) -> FrameEvidence:
        """Return everything about a frame.

        snapped_s: how much later than the frame that was asked for it is. Raises NotKeptError if the session has no
        reading of it.
        """
        stored = self._stored(seq)
        outlines = self._outlines(stored)
        before, after = self._feed.trend.neighbours(seq)
        row = self._feed.trend.at_seq(seq)
        no_picture = self._missing_picture_reason(seq)
        x_s = None if row is None else round(float(row["x"]), 3)
        fields = {name: value for name, value in asdict(stored).items() if name not in (*_OUTLINED, "late")}
        objects = None if outlines is None else outlines.objects
        return FrameEvidence(
            **fields,
            came_late=stored.late,
            x=x_s,
            published_after_ms=round(max(stored.t_published_ns - stored.t_capture_ns, 0) / 1e6, 1),
            previous_seq=before,
            next_seq=after,
            picture=self._picture(seq, x_s, no_picture, snapped_s),
            width=self._feed.info.width,
            height=self._feed.info.height,
            regions=None if outlines is None else list(map(_shown_region, outlines.regions)),
            regions_from="" if outlines is None else outlines.source,
            regions_why_not="" if outlines is not None else no_picture or self._missing_outlines_reason(stored),
            objects=None if objects is None else list(map(_shown_object, objects)),
        )

    def _picture(self, seq: int, x_s: float | None, why_not: str, snapped_s: float) -> PictureKept:
        """Say whether the picture can be had, and which is the nearest that can: the frame's own if it is there."""
        nearest_seq: int | None = seq
        nearest_x = x_s
        if why_not:
            kept = None if x_s is None else self._feed.pictures.nearest(x_s)
            nearest_seq = None if kept is None else kept.seq
            nearest_x = None if kept is None else round(kept.x_s, 3)
        return PictureKept(
            available=not why_not,
            nearest_seq=nearest_seq,
            nearest_x=nearest_x,
            snapped_s=round(snapped_s, 3),
            why_not=why_not,
        )

    def jpeg(self, seq: int) -> bytes:
        """Return the frame's picture as JPEG. Raises NotKeptError if there is none."""
        kept = self._feed.pictures.get(seq)
        if kept is not None:
            return kept.jpeg
        return _encoded(self._recorded(self._stored(seq)).pixels, ".jpg")

    def crop(self, seq: int, index: int) -> bytes:
        """Return a PNG of one region and its surroundings. Raises NotKeptError if anything of it is missing."""
        stored = self._stored(seq)
        outlines = self._outlines(stored)
        if outlines is None or not 0 <= index < len(outlines.regions):
            raise NotKeptError(f"Of frame {seq} no region {index} is known.")
        pixels = self._pixels(stored)
        scale = pixels.shape[1] / self._feed.info.width
        return _encoded(_cropped(pixels, points(outlines.regions[index]) * scale), ".png")

    def _stored(self, seq: int) -> StoredReading:
        """Return the reading of a frame. Raises NotKeptError."""
        stored = None if self._archive is None else self._archive.reading(seq)
        if stored is None:
            raise NotKeptError(f"The session has no reading of frame {seq}.")
        return stored

    def _outlines(self, stored: StoredReading) -> _Outlines | None:
        """Return the frame's outlines; None if they are not known."""
        kept = self._feed.pictures.get(stored.seq)
        if kept is not None and (kept.regions or kept.objects):
            return _Outlines(kept.regions, kept.objects, "picture")
        if stored.regions is not None:
            return _Outlines(stored.regions, stored.objects, "session")
        return self._reanalyse(stored)

    def _reanalyse(self, stored: StoredReading) -> _Outlines | None:
        if self._recording is None or stored.status != "ok" or self._missing_picture_reason(stored.seq):
            return None
        with self._lock:
            if stored.seq in self._reanalysed:
                return self._reanalysed[stored.seq]
        try:
            found = self._found_in(self._recorded(stored), stored)
        except NotKeptError:
            return None
        with self._lock:
            self._reanalysed[stored.seq] = found
            while len(self._reanalysed) > _REANALYSES_KEPT:
                self._reanalysed.popitem(last=False)
        return found

    def _found_in(self, image: FrameImage, stored: StoredReading) -> _Outlines | None:
        assert self._recording is not None
        with self._lock:
            analysis = self._recording.analyse(image, stored.model_id)
        if analysis is None or abs(analysis.density_pct - (stored.density_pct or 0.0)) > SAME_PCT:
            return None
        return _Outlines(tuple(map(outline_of, analysis.regions)), object_outlines(analysis.objects), "analysed again")

    def _pixels(self, stored: StoredReading) -> Pixels:
        """Return the picture that was kept, else the recorded frame. Raises NotKeptError."""
        kept = self._feed.pictures.get(stored.seq)
        return self._recorded(stored).pixels if kept is None else _decoded(kept.jpeg)

    def _recorded(self, stored: StoredReading) -> FrameImage:
        """Return the frame from the recording. Raises NotKeptError."""
        if self._recording is None:
            raise NotKeptError(self._missing_picture_reason(stored.seq))
        try:
            with self._lock:
                return self._recording.image(stored.seq, stored.frame)
        except NotKeptError:
            raise
        except StreamError as error:
            raise NotKeptError(str(error)) from error

    def _missing_outlines_reason(self, stored: StoredReading) -> str:
        """Return why there are no outlines of a frame that has a picture."""
        if stored.status != "ok":
            return "The analysis of this frame failed."
        if self._recording is None:
            return "Outlines are kept with the pictures that somebody was shown."
        return (
            "Outlines were not kept, and the analysis of this picture now gives another density: the model was "
            f"{stored.model_id}, and a recording that is not lossless changes pixels."
        )

    def _missing_picture_reason(self, seq: int) -> str:
        """Return why there is no picture of the frame; empty if there is one."""
        if self._feed.pictures.get(seq) is not None:
            return ""
        if self._recording is not None:
            stored = None if self._archive is None else self._archive.reading(seq)
            with self._lock:
                if stored is None:
                    return self._recording.missing_reason()
                return self._recording.missing_picture_reason(seq, stored.frame)
        if self._feed.info.mode == "review":
            return "The recording of this session is not there: sessions keep values, not pictures."
        return "This picture is not kept: one a second is, of the last minutes in which somebody looked."


def _shown_region(region: RegionOutline) -> ShownRegion:
    return ShownRegion(polygon=outline_points(region), score=region.score)


def _shown_object(found: ObjectOutline) -> ShownObject:
    return ShownObject(name=found.name, polygon=outline_points(found))


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
    """Cut out the upright box around (n, 2) points, with a margin, as far as it lies inside the picture."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = max(float((high - low).max()) * _MARGIN, _LEAST_MARGIN_PX)
    left, top = np.maximum(low - margin, 0).astype(int)
    right, bottom = np.ceil(high + margin).astype(int) + 1
    return np.ascontiguousarray(pixels[top:bottom, left:right])
