"""A recorded session read back: every picture, and whether it is the one that was recorded."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from av.error import FFmpegError

from capture.sources.session.description import parts_of
from capture.sources.session.frame_table import FrameRow
from capture.sources.session.recorded import SessionSource
from capture.sources.video.opened import MATROSKA, opened
from stream.config.parts import ProvenFrame
from stream.errors import SourceError
from stream.pixels.frame_image import FrameImage
from stream.protocol.contracts import retrieved

_STAMP: Final = ("frame", "time_s", "t_capture_ns", "device_frame", "device_ns", "lost_before")


class RecordedProof:
    """The pictures of one recorded session. Raises SourceError if there are none that can be read."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._source = folder, SessionSource(folder)
        described = self._source.description
        self.codec, self.lossless, self.closed = described.codec, described.lossless, described.closed
        self.session, self.moving = described.session, described.moving
        self.analyser: dict[str, Any] | None = described.analyser

    def frames(self) -> Iterator[ProvenFrame]:
        """Yield all frames in order. Raises SourceError if one cannot be read."""
        return self._decoded() if self.lossless else self._packets()

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def _decoded(self) -> Iterator[ProvenFrame]:
        source = self._source
        source.seek(0)
        while (grab := source.grab()) is not None:
            image = retrieved(source, grab)
            row = source.frame.row
            same = hashlib.sha256(image.memory.data).hexdigest() == row.sha256
            yield _proven(row, same, image)

    def _packets(self) -> Iterator[ProvenFrame]:
        """Yield the frames of a codec that loses something: its packets were hashed, not pixels."""
        frames = iter(self._source.frames)
        for video, _ in parts_of(self._folder):
            try:
                with opened(video, MATROSKA) as own:
                    for packet in own.container.demux(own.stream):
                        frame = next(frames, None) if packet.size else None
                        if frame is not None:
                            same = hashlib.sha256(bytes(packet)).hexdigest() == frame.row.sha256
                            yield _proven(frame.row, same, None)
            except FFmpegError as error:
                raise SourceError(f"{video.name} cannot be read: {error}") from None
        if (missing := next(frames, None)) is not None:
            raise SourceError(f"the video ends before frame {missing.row.frame}")


def _proven(row: FrameRow, same: bool, image: FrameImage | None) -> ProvenFrame:
    return ProvenFrame(row.seq, row.frame, {name: getattr(row, name) for name in _STAMP}, same, image)
