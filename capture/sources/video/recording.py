"""Recorded video: every frame once, in order of presentation; one that cannot be proven whole is an error."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
from av.error import FFmpegError
from msgspec import Struct

from capture.sources.files import is_folder, is_text, unreadable
from capture.sources.naming import pseudonym
from capture.sources.options import options_as
from capture.sources.uri import SourceUri
from capture.sources.video.containers.container import Container
from capture.sources.video.containers.recognise import recognise
from capture.sources.video.decoding import Decoded, Decoding
from capture.sources.video.hardware import opener
from capture.sources.video.keyframes import Start, heads, start_for
from capture.sources.video.opened import OpenedVideo, not_decoded, opened
from capture.sources.video.pixels import FramePixels
from stream.config.sections import Decoder
from stream.errors import FrameError, SourceError
from stream.pixels.arrays import Bytes, bgr_in
from stream.pixels.layouts import PixelLayout
from stream.protocol.contracts import Grab, Pixels

_FPS_IF_UNKNOWN: Final = 25.0
_MOST_FPS: Final = 10_000
_FAR: Final = 100
"""A frame so many ahead is sought by its key frame: less is decoded faster than it is looked for."""


def open_video(uri: SourceUri) -> "VideoSource":
    """Open `clip.mp4`, `video:clip.mp4` and `video:clip.mp4?decoder=vaapi`. Raises SourceError, UsageError."""
    return VideoSource(Path(uri.path), options_as(uri, VideoSettings).decoder)


class VideoSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The options of a recording."""

    decoder: Decoder = "software"


class VideoSource:
    """A recording; see `stream.protocol.contracts.FrameSource`.

    frame_count is what the container holds, None if that cannot be known (transport streams, fragments). Empty frames,
    which a recorder writes for pictures that its camera did not give, are no frames: they are counted as lost.
    """

    live = False

    def __init__(self, path: Path, decoder: Decoder = "software") -> None:
        """Open the file. Raises SourceError if it is missing, forbidden, no video, or cut off before its index.

        decoder: in hardware only if its first frames are those of software; else raises SourceError.
        """
        self._path, self._form = path, _form_of(path)
        self._opened = opener(path, self._form, decoder)
        self.name = pseudonym("video", path.name)
        self._whole_jpegs = False
        self._refreshes = False  # its key frames do not stand for themselves: each refreshes a part of the picture
        self._open(None)
        first = self._first_frame()
        stream = self._video.stream
        rates = (rate for rate in (stream.average_rate, stream.guessed_rate) if rate and 0 < rate < _MOST_FPS)
        self.fps = next(map(float, rates), None)
        streams = self._video.streams
        chosen = [f"the first of {streams} videos in the file"] if streams > 1 else []
        by = [f"decoded by {decoder}"] if decoder != "software" else []
        self.treatment = "; ".join([*chosen, *by, *filter(None, [self._pixels.treatment])])
        self.width, self.height = self._pixels.width, self._pixels.height
        self._lost = _empty_frames(self._form, self._video)
        self.frame_count = None if self._form.frame_count is None else self._form.frame_count - self._lost
        if first.jpeg and self._can_be_strict(first):
            self._whole_jpegs = True
            self._reopen(None)

    def _open(self, start: Start | None) -> None:
        self._video = self._opened()
        self._decoding = Decoding(
            self._video,
            counts_ticks=self._form.counts_ticks,
            whole_jpegs=self._whole_jpegs,
            skip=0 if start is None else start.packets,
        )
        self._frames: Iterator[Decoded] = iter(self._decoding)
        self._ahead: deque[Decoded] = deque()
        self._index, self._time_s = (-1 if start is None else start.index - 1), float("-inf")
        self._grabbed: Decoded | None = None
        self._ended = False
        self.lost_at_end = 0

    def _first_frame(self) -> Decoded:
        """Read until a frame that can be shown, and choose by it how pixels are made; all are kept to be grabbed."""
        while (decoded := self._next()) is not None:
            self._ahead.append(decoded)
            if decoded.frame is not None:
                aspect = self._video.stream.sample_aspect_ratio
                self._pixels = FramePixels(decoded.frame, aspect, interlaced=decoded.interlaced)
                self._origin_s = self._ahead[0].time_s or 0.0
                return decoded
        self._video.close()
        raise SourceError(not_decoded(self._path, self._form))

    def _can_be_strict(self, first: Decoded) -> bool:
        """Return whether the strict decoder reads a JPEG: some cameras leave out tables, which FFmpeg supplies."""
        try:
            out: Pixels = np.empty((self.height, self.width, 3), np.uint8)
            self._pixels.write_jpeg(first.jpeg, out, interlaced=first.interlaced)
        except FrameError:
            return False
        return True

    def grab(self) -> Grab | None:
        """Advance to the next frame; None at the end.

        A file that breaks off ends early: frame_count shows it. Raises SourceError if there is no frame_count.
        """
        if self._ended:
            return None
        decoded = self._ahead.popleft() if self._ahead else self._next()
        self._grabbed = decoded
        if decoded is None:
            self._end()
            return None
        self._index += 1
        self._time_s = self._media_time(decoded.time_s)
        lost = decoded.lost_before
        return Grab(self._index, str(self._index), self._time_s, self.width, self.height, lost_before=lost)

    def _next(self) -> Decoded | None:
        try:
            return next(self._frames, None)
        except SourceError as error:  # it is whole, but of a kind that is not read here
            self._video.close()
            raise SourceError(f"{self._path} {error}.") from None
        except (FFmpegError, ValueError, MemoryError):
            return None

    def _end(self) -> None:
        self._ended = True
        self.lost_at_end = self._decoding.lost_at_end(self._form.frame_count) if self._lost else 0
        if self._form.damaged and self.frame_count is None:
            raise SourceError(
                f"{self._path.name} is damaged or was cut off; {self._index + 1} of its frames could be read."
            )

    def _media_time(self, given_s: float | None) -> float:
        """Return the time from the first frame, or the nominal one if the container's does not advance."""
        if self._index == 0:
            return 0.0
        period = 1 / (self.fps or _FPS_IF_UNKNOWN)
        given = None if given_s is None else given_s - self._origin_s
        return given if given is not None and given > self._time_s else max(self._index * period, self._time_s + period)

    def retrieve(self, out: Pixels) -> None:
        """Write the grabbed frame into `out`, (height, width, 3) uint8 BGR.

        Raises FrameError if it is damaged, or of another size than the first.
        """
        with self._whole_frame() as decoded:
            if decoded.frame is not None:
                self._pixels.write(decoded.frame, out, interlaced=decoded.interlaced)
            else:
                self._pixels.write_jpeg(decoded.jpeg, out, interlaced=decoded.interlaced)

    @property
    def layout(self) -> PixelLayout:
        """See `stream.protocol.contracts.PlanarSource`."""
        return "bgr" if self._whole_jpegs else self._pixels.layout

    def retrieve_planes(self, out: Bytes) -> PixelLayout:
        """Write the grabbed frame into `out` as it was decoded, and return its layout.

        Raises FrameError if it is damaged, or of another size than the first.
        """
        with self._whole_frame() as decoded:
            if decoded.frame is not None:
                self._pixels.write_planes(decoded.frame, out, interlaced=decoded.interlaced)
            else:
                pixels = bgr_in(out, self.width, self.height)
                self._pixels.write_jpeg(decoded.jpeg, pixels, interlaced=decoded.interlaced)
        return self.layout

    @contextmanager
    def _whole_frame(self) -> Iterator[Decoded]:
        """Yield the grabbed frame, unless it is damaged, and name it if it turns out to be."""
        if self._grabbed is None:
            raise SourceError(f"No frame of {self._path.name} is grabbed.")
        try:
            if self._grabbed.damage:
                raise FrameError(self._grabbed.damage)
            yield self._grabbed
        except FrameError as error:
            raise FrameError(f"Frame {self._index}: {str(error).rstrip('.')}.") from None

    def seek(self, index: int) -> None:
        """Make `index` the next frame, by decoding up to it from the key frame before it.

        The containers' own ways to seek go by time, and err if frames are missing or unevenly spaced.
        Raises SourceError beyond the end.
        """
        if index < 0:
            raise SourceError(f"{self._path.name} has no frame {index}: frames count from 0.")
        if index <= self._index or self._ended or index > self._index + _FAR:
            start = self._start_for(index)
            self._reopen(start)
            self._pass_over(index)
            if start is not None and self._next_is_damaged():
                self._refreshes = True
                self._reopen(None)
        self._pass_over(index)
        self._grabbed = None

    def _pass_over(self, index: int) -> None:
        while self._index < index - 1:
            if self.grab() is None:
                raise SourceError(f"{self._path.name} has no frame {index}: it ends after {self._index + 1} frames.")

    def _next_is_damaged(self) -> bool:
        """Return whether the next frame is damaged; it stays the next one."""
        if not self._ahead and (decoded := self._next()) is not None:
            self._ahead.append(decoded)
        return bool(self._ahead and self._ahead[0].damage)

    def _reopen(self, start: Start | None) -> None:
        """Open the file again, and begin there; None: at its first frame."""
        self.close()
        self._open(start)
        if start is not None:
            self._drop_until(start.pts)

    def _start_for(self, index: int) -> Start | None:
        """Return the last key frame that is not shown after the frame; None if it is near, or cannot be found."""
        if index <= _FAR or self._refreshes:
            return None
        try:
            with opened(self._path, self._form) as video:
                reordered = self._form.counts_ticks and video.stream.codec_context.has_b_frames
                return None if reordered else start_for(heads(video), index)
        except (FFmpegError, ValueError):
            return None

    def _drop_until(self, pts: int) -> None:
        """Take no frame that is shown before the key frame: it refers to what was not decoded."""
        base = self._video.stream.time_base
        while base is not None and (decoded := self._next()) is not None:
            if decoded.time_s is None or decoded.time_s >= float(pts * base):
                self._ahead.append(decoded)
                return

    def close(self) -> None:
        """Close the file; a closed source is at its end."""
        self._frames, self._ahead = iter(()), deque()
        self._video.close()
        self._ended, self._grabbed = True, None


def _form_of(path: Path) -> Container:
    if is_folder(path):
        raise SourceError(f"{path} is a folder, not a recording. Give its pictures as images:{path}.")
    try:
        form = recognise(path)
        text = form is None and is_text(path)
    except OSError as error:
        raise unreadable(path, error) from None
    if text:
        raise SourceError(
            f"{path} is text, no video. Files and addresses that a text names are not opened: give the video itself."
        )
    if form is None:
        raise SourceError(
            f"{path} is empty or no video. Recordings are mp4, mov, avi, mkv, webm, ts, mts, mpg, wmv, flv, ogv, mxf, "
            "dv, y4m, or a bare stream of H.264, H.265 or JPEG."
        )
    return form


def _empty_frames(form: Container, video: OpenedVideo) -> int:
    """Return how many of the frames that an AVI counts are empty: they have a place, but no bytes."""
    if not form.places_known or form.damaged or form.frame_count is None:
        return 0
    entries = video.stream.index_entries
    present = len(entries)
    if not present or entries[present - 1].timestamp >= form.frame_count:
        return 0
    return max(0, form.frame_count - present)
