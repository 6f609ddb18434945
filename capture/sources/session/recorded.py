"""The recording of a session as a source: frames with the names, times and gaps that the session had."""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from av.error import FFmpegError

from capture.sources.naming import pseudonym
from capture.sources.session.description import Description, folder_of, is_recording, parts_of, read_description
from capture.sources.session.frame_table import FrameRow, read_table
from capture.sources.uri import SourceUri
from capture.sources.video.opened import MATROSKA, opened
from capture.sources.video.recording import VideoSource
from stream.errors import SourceError, UsageError
from stream.pixels.arrays import Bytes
from stream.pixels.layouts import PixelLayout, frame_bytes
from stream.protocol.contracts import Grab, Pixels

_LEAST_STEP_S: Final = 0.001


def open_session(uri: SourceUri) -> "SessionSource":
    """Open a session's folder or its session.sqlite. Raises SourceError if it has no pictures, UsageError."""
    if uri.options:
        raise UsageError(f"A recorded session takes no options; it was given {', '.join(uri.options)}.")
    folder = folder_of(uri.path)
    if not is_recording(folder):
        raise SourceError(f"The session in {folder} has no pictures: it was not recorded (live --record).")
    return SessionSource(folder)


@dataclass(frozen=True, slots=True)
class RecordedFrame:
    """A row of the tables, and where its picture lies. time_s: from the first recorded frame, never the same twice."""

    row: FrameRow
    part: int
    place: int
    time_s: float


class SessionSource:
    """A recorded session; see `stream.protocol.contracts.FrameSource`.

    description: what recording.json says. frames: of all parts, in order.
    """

    live = False

    def __init__(self, folder: Path) -> None:
        """Read the tables. Raises SourceError if they or the first video are missing or damaged."""
        self.description: Description = read_description(folder)
        self.name = pseudonym("session", self.description.session)
        self.um_per_px = self.description.um_per_px
        self.treatment = self.description.treatment
        self._folder, self._parts = folder, parts_of(folder)
        self.frames = frames_in(self._parts, closed=self.description.closed)
        if not self.frames:
            raise SourceError(f"The recording in {folder} holds no frame.")
        # A camera that names no rate has one all the same, and its frames were compared with each other.
        self.fps = self.description.fps or (_rate(self.frames) if self.description.moving else None)
        self.frame_count: int | None = len(self.frames)
        self._video: VideoSource | None = None
        self._part = self._index = -1
        self._ended = False
        first = self._opened(self.frames[0].part)
        self.width, self.height = first.width, first.height

    def grab(self) -> Grab | None:
        """Advance to the next frame; None at the end. Raises SourceError if its picture is not where it should be."""
        if self._index + 1 >= len(self.frames):
            self._index, self._ended = len(self.frames), True
            return None
        self._index += 1
        frame = self.frames[self._index]
        video = self._opened(frame.part)
        video.seek(frame.place)
        found = video.grab()
        if found is None:
            raise SourceError(
                f"{self._parts[frame.part][0].name} ends before frame {frame.row.frame}: it was changed or cut off."
            )
        before = self.frames[self._index - 1].row.seq if self._index > 0 else frame.row.seq - 1
        return Grab(
            self._index,
            frame.row.frame,
            frame.time_s,
            found.width,
            found.height,
            device_frame=frame.row.device_frame,
            device_ns=frame.row.device_ns,
            lost_before=frame.row.lost_before + frame.row.seq - before - 1,
        )

    def retrieve(self, out: Pixels) -> None:
        """Decode the grabbed frame into `out`, (height, width, 3) uint8 BGR. Raises SourceError."""
        if self._index < 0 or self._ended or self._video is None:
            raise SourceError("No frame of the recorded session is grabbed.")
        self._video.retrieve(out)

    @property
    def layout(self) -> PixelLayout:
        """See `stream.protocol.contracts.PlanarSource`. Each part has its own; BGR takes the most memory."""
        return self._opened(self.frames[0].part).layout if len(self._parts) == 1 else "bgr"

    def retrieve_planes(self, out: Bytes) -> PixelLayout:
        """Decode the grabbed frame into `out` as it was recorded, and return its layout. Raises SourceError."""
        if self._index < 0 or self._ended or self._video is None:
            raise SourceError("No frame of the recorded session is grabbed.")
        video = self._video
        return video.retrieve_planes(out[: frame_bytes(video.layout, video.width, video.height)])

    def seek(self, index: int) -> None:
        """Make `index` the next frame. Raises SourceError if there is none."""
        if not 0 <= index <= len(self.frames):
            raise SourceError(f"The recorded session has no frame {index}: it has {len(self.frames)} frames.")
        self._index, self._ended = index - 1, False

    def place_of(self, seq: int) -> int | None:
        """Return the index of the frame with that seq of the session; None if it was not recorded."""
        place = bisect_left(self.frames, seq, key=lambda frame: frame.row.seq)
        return place if place < len(self.frames) and self.frames[place].row.seq == seq else None

    def close(self) -> None:
        """Close the file; a closed source is at its end."""
        if self._video is not None:
            self._video.close()
        self._video, self._part = None, -1
        self._index, self._ended = len(self.frames), True

    @property
    def frame(self) -> RecordedFrame:
        """Return the frame that was grabbed last."""
        return self.frames[self._index]

    def _opened(self, part: int) -> VideoSource:
        if self._video is None or self._part != part:
            if self._video is not None:
                self._video.close()
            self._video, self._part = VideoSource(self._parts[part][0]), part
        return self._video


def _rate(frames: list[RecordedFrame]) -> float | None:
    """Return the mean number of frames per second; None of a single frame."""
    return (len(frames) - 1) / frames[-1].time_s if len(frames) > 1 else None


def frames_in(parts: list[tuple[Path, Path]], *, closed: bool) -> list[RecordedFrame]:
    """Return the frames of all parts of a recording. Raises SourceError if a table cannot be read, or its rows mix.

    closed: the recording ended in order; else a row may be there whose picture is not, and the packets are counted.
    """
    frames: list[RecordedFrame] = []
    for part, (video, table) in enumerate(parts):
        try:
            rows = list(read_table(table))
            if not closed:
                rows = rows[: packets_in(video)]
        except FileNotFoundError:
            raise SourceError(f"The recording is not whole: {table.name} is missing.") from None
        except (OSError, ValueError) as error:
            raise SourceError(f"The recording cannot be read: {error}.") from None
        for place, row in enumerate(rows):
            origin_s = frames[0].row.time_s if frames else row.time_s
            time_s = row.time_s - origin_s
            if frames:
                time_s = max(time_s, frames[-1].time_s + _LEAST_STEP_S)
            frames.append(RecordedFrame(row, part, place, time_s))
    for earlier, later in pairwise(frames):
        if later.row.seq <= earlier.row.seq:
            raise SourceError(f"The recording's tables are wrong: frame {later.row.seq} follows {earlier.row.seq}.")
    return frames


def packets_in(video: Path) -> int:
    """Return how many frames a video holds, whole or cut off, without decoding them; 0 if it cannot be opened."""
    count = 0
    try:
        with opened(video, MATROSKA) as own:
            for packet in own.container.demux(own.stream):
                count += packet.size > 0
    except (FFmpegError, SourceError):
        pass
    return count
