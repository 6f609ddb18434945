"""AVI: RIFF lists of chunks, little-endian (Microsoft, AVI RIFF File Reference)."""

from typing import BinaryIO

from capture.sources.video.containers.container import Container


def read_avi(file: BinaryIO, length: int) -> Container:
    """Count the frames, unless the writer never came to close the file."""
    file.seek(0)
    headers = file.read(64 * 1024)
    end = 8 + int.from_bytes(headers[4:8], "little")
    at = headers.find(b"strh")
    while at >= 0 and headers[at + 8 : at + 12] != b"vids":
        at = headers.find(b"strh", at + 4)
    # dwLength, at 32 in the stream header; 0 in a file that was never closed.
    count = int.from_bytes(headers[at + 40 : at + 44], "little") if at >= 0 else 0
    return Container("avi", count or None, damaged=end > length)
