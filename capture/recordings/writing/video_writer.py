"""One Matroska file that is being written. A killed writer loses 0.2 s at most: the rest has gone to the system."""

import contextlib
import hashlib
import os
from io import RawIOBase
from pathlib import Path
from typing import Any, Final

import av

from capture.recordings.writing.codecs import TIME_BASE, Codec, add_stream
from capture.sources.video.opened import MATROSKA, opened
from stream.pixels.frame_image import FrameImage
from stream.pixels.layouts import PixelLayout

_MUXER: Final = {"flush_packets": "1", "cluster_time_limit": "200"}


class PrivateFile(RawIOBase):
    """A new file for its owner alone, without a buffer of its own."""

    def __init__(self, path: Path) -> None:
        """Make the file. Raises OSError."""
        self.name = str(path)
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        self._refused: OSError | None = None

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self._refused is not None:
            raise self._refused
        whole, done = memoryview(data), 0
        while done < len(whole):
            done += os.write(self._fd, whole[done:])
        return done

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return os.lseek(self._fd, offset, whence)

    def tell(self) -> int:
        return os.lseek(self._fd, 0, os.SEEK_CUR)

    def cut(self, size: int, why: OSError) -> None:
        """Keep the first `size` bytes and take no more."""
        self._refused = why
        os.ftruncate(self._fd, size)

    def close(self) -> None:
        """Close the file. May be called twice."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class VideoWriter:
    """A video of frames of one size and layout. After an error it can only be closed."""

    def __init__(self, path: Path, codec: Codec, width: int, height: int, quality: int, layout: PixelLayout) -> None:
        """Make the file. Raises OSError if it cannot be made or the codec refuses such frames."""
        self._codec = codec
        self._file = PrivateFile(path)
        self._container = av.open(self._file, "w", format="matroska", options=dict(_MUXER))
        try:
            form = codec.form(layout)
            stream = add_stream(self._container, form, codec.options(quality), width, height)
            self._encoder = form.make(stream, quality, layout)
            self._container.start_encoding()
        except BaseException:
            self.close()
            raise

    def add(self, image: FrameImage, at_ms: int) -> str:
        """Encode and write a frame; return a SHA-256 in hexadecimal.

        That is of its memory if the codec is lossless, else of the packet as the file keeps it. at_ms: its presentation
        time, after that of the frame before. Raises OSError; what was written of the frame is removed then, so that a
        full disk has some room for the end of the session.
        """
        digest = hashlib.sha256(image.memory.data) if self._codec.lossless else hashlib.sha256()
        for packet in self._encoder.encode(image, at_ms):
            if not self._codec.lossless:
                digest.update(self._codec.stored(bytes(packet)))
            begin = self._file.tell()
            try:
                self._container.mux(packet)
            except OSError as error:
                self._file.cut(begin, error)
                raise
        return digest.hexdigest()

    def close(self) -> None:
        """Write the index and close the file; a full disk leaves it without, readable all the same. May be repeated."""
        with contextlib.suppress(OSError, ValueError, av.FFmpegError):
            self._container.close()
        self._file.close()


def join(parts: list[Path], joined: Path) -> None:
    """Put the packets of several videos of one codec, size and layout into one file, the first frame at 0 ms.

    Raises OSError.
    """
    file = PrivateFile(joined)
    try:
        with av.open(file, "w", format="matroska", options=dict(_MUXER)) as out:
            stream, first = None, 0
            for part in parts:
                with opened(part, MATROSKA) as own:
                    for packet in own.container.demux(own.stream):
                        if packet.pts is None or not packet.size:
                            continue
                        if stream is None:
                            stream, first = out.add_stream_from_template(own.stream), packet.pts
                        packet.stream = stream
                        packet.pts -= first
                        packet.dts = packet.pts
                        packet.time_base = TIME_BASE
                        out.mux(packet)
    except av.FFmpegError as error:  # of a full disk too: FFmpeg calls a file of ours
        raise OSError(f"{joined.name} cannot be written: {error}") from error
    finally:
        file.close()
