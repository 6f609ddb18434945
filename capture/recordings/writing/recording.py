"""A recording that grows: parts of video, each with its table of frames. One thread at a time; knows no queue.

A part ends if frames of another size or layout come, and if only the last minutes are wanted: then the oldest parts
are removed.
"""

import contextlib
import errno
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import av
from msgspec.structs import replace as changed

from capture.recordings.writing.codecs import CODECS
from capture.recordings.writing.video_writer import VideoWriter
from capture.sources.session.description import (
    Description,
    name_of_table,
    name_of_video,
    number_of,
    parts_of,
    write_description,
)
from capture.sources.session.frame_table import FrameRow, FrameTable, read_table
from stream.config.sections import RecordConfig
from stream.errors import SourceError, UsageError
from stream.pixels.frame_image import FrameImage
from stream.pixels.layouts import PixelLayout
from stream.protocol.frames import SourceInfo
from stream.version import VERSION

_PART_NS: Final = 10 * 10**9
_LOOK_NS: Final = 10**9


@dataclass(slots=True)
class _Part:
    video: VideoWriter
    table: FrameTable
    form: tuple[int, int, PixelLayout]
    begun_ns: int


@dataclass(frozen=True, slots=True)
class _OldPart:
    begun_ns: int
    ended_ns: int
    files: tuple[Path, Path]


def describe(session: str, source: SourceInfo, record: RecordConfig) -> Description:
    """Describe a recording that begins: what it is of, and how it is kept."""
    return Description(
        version=VERSION,
        session=session,
        source=source.source,
        codec=record.codec,
        lossless=CODECS[record.codec].lossless,
        quality=record.quality,
        fps=source.fps,
        moving=source.live or source.fps is not None,
        um_per_px=source.um_per_px,
        treatment=source.treatment,
    )


class Recording:
    """The recording in one folder; one that its writer left by dying is continued in a further part.

    leave_free_mb: recording stops if the disk has less room, so that the session's values still find some.
    """

    def __init__(self, folder: Path, description: Description, leave_free_mb: float = 0.0) -> None:
        """Go on after the parts that are there. Raises UsageError for an unknown codec, OSError."""
        if description.codec not in CODECS:
            raise UsageError(f'there is no codec "{description.codec}" for recordings; known: {", ".join(CODECS)}')
        self._folder, self._leave_free_mb = folder, leave_free_mb
        self._codec = CODECS[description.codec]
        self.description = description
        self._part: _Part | None = None
        self._ended: list[_OldPart] = []  # of the last minutes
        self._number, self._origin_ns, self._at_ms, self.next_seq = 0, 0, -1, 0
        self._looked_ns = 0
        self._first_ns = self._last_ns = 0  # capture of the first and last frame on disk
        self._go_on()
        self.describe()

    def _go_on(self) -> None:
        for video, table in parts_of(self._folder):
            self._number = number_of(video)
            rows = []
            with contextlib.suppress(OSError, ValueError):
                rows = list(read_table(table))
            if rows:
                self._origin_ns = self._origin_ns or rows[0].t_monotonic_ns - rows[0].presented_ms * 10**6
                self._at_ms, self.next_seq = rows[-1].presented_ms, rows[-1].seq + 1
                self._first_ns, self._last_ns = self._first_ns or rows[0].t_monotonic_ns, rows[-1].t_monotonic_ns
                self._ended.append(_OldPart(rows[0].t_monotonic_ns, self._last_ns, (video, table)))
            self.description = changed(self.description, recorded=self.description.recorded + len(rows))

    def add(self, image: FrameImage, row: FrameRow) -> None:
        """Record a frame. Presentation time and hash of the row are filled in here.

        Raises OSError if the disk is full or nearly so, or cannot be written for another reason.
        """
        now_ns = row.t_monotonic_ns
        self._look_at_disk(now_ns)
        form = image.width, image.height, image.layout
        if self._part is not None and (self._part.form != form or self._is_over(self._part, now_ns)):
            self._end_part(now_ns)
        self._origin_ns = self._origin_ns or now_ns
        self._at_ms = max(self._at_ms + 1, (now_ns - self._origin_ns) // 10**6)
        part = self._part or self._begin_part(form, now_ns)
        digest = part.video.add(image, self._at_ms)
        part.table.add(replace(row, presented_ms=self._at_ms, sha256=digest))
        self._first_ns, self._last_ns = self._first_ns or now_ns, now_ns
        self.next_seq = row.seq + 1
        self.description = changed(self.description, recorded=self.description.recorded + 1)

    @property
    def minutes(self) -> float:
        """Length of what is on disk, min."""
        return max(0, self._last_ns - self._first_ns) / 60e9

    @property
    def _rolling(self) -> bool:
        return self.description.last_minutes > 0 and not self.description.kept

    def keep(self) -> None:
        """Keep the last minutes, and all that comes. Raises OSError."""
        if self._rolling:
            self.description = changed(self.description, kept=True)
            self.describe()

    def describe(self) -> None:
        """Write down what was counted. Raises OSError."""
        write_description(self._folder, self.description)

    def close(self) -> None:
        """End the last part, and write down what was counted. Raises OSError."""
        self._end_part(0)
        self.describe()

    def _begin_part(self, form: tuple[int, int, PixelLayout], now_ns: int) -> _Part:
        self._number += 1
        width, height, layout = form
        names = name_of_video(self._number), name_of_table(self._number)
        table = FrameTable(self._folder / names[1])
        try:
            video = VideoWriter(self._folder / names[0], self._codec, width, height, self.description.quality, layout)
        except (av.error.FFmpegError, ValueError) as error:
            table.close()
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise
            raise SourceError(
                f"{self._codec.name} does not record frames of {width}x{height} ({error}); choose another --codec"
            ) from error
        self._part = _Part(video, table, form, now_ns)
        return self._part

    def _is_over(self, part: _Part, now_ns: int) -> bool:
        return self._rolling and now_ns - part.begun_ns >= _PART_NS

    def _end_part(self, now_ns: int) -> None:
        if self._part is None:
            return
        self._part.video.close()
        self._part.table.close()
        files = self._folder / name_of_video(self._number), self._folder / name_of_table(self._number)
        self._ended.append(_OldPart(self._part.begun_ns, now_ns, files))
        self._part = None
        while self._rolling and now_ns - self._ended[0].ended_ns > self.description.last_minutes * 60e9:
            for path in self._ended.pop(0).files:
                path.unlink(missing_ok=True)
            self._first_ns = self._ended[0].begun_ns

    def _look_at_disk(self, now_ns: int) -> None:
        if now_ns - self._looked_ns < _LOOK_NS:
            return
        self._looked_ns = now_ns
        if shutil.disk_usage(self._folder).free < self._leave_free_mb * 1e6:
            raise OSError(errno.ENOSPC, "the disk is nearly full")
