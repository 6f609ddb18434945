"""AVI: RIFF lists of chunks, little-endian (Microsoft, AVI RIFF File Reference; OpenDML AVI 1.02)."""

from typing import BinaryIO, Final

from capture.sources.video.containers.container import Container

_HEADER_BYTES: Final = 64 * 1024
_ENTRY_BYTES: Final = 16
_MOST_INDEX_BYTES: Final = 256 * 2**20


def read_avi(file: BinaryIO, length: int) -> Container:
    """Count the frames, unless the writer never came to close the file."""
    file.seek(0)
    headers = file.read(_HEADER_BYTES)
    end = 8 + int.from_bytes(headers[4:8], "little")
    at, number = headers.find(b"strh"), 0
    while at >= 0 and headers[at + 8 : at + 12] != b"vids":
        at, number = headers.find(b"strh", at + 4), number + 1
    # dwLength, at 32 in the stream header; 0 in a file that was never closed.
    count = int.from_bytes(headers[at + 40 : at + 44], "little") if at >= 0 else 0
    known = b"indx" in headers or _index_entries(file, min(end, length), number) >= count
    return Container("avi", count or None, damaged=end > length, places_known=known)


def _index_entries(file: BinaryIO, end: int, stream: int) -> int:
    """Count the entries of a stream in the index (`idx1`) behind the first list of frames, empty ones too."""
    at, wanted = 12, b"%02d" % stream
    while at + 8 <= end:
        file.seek(at)
        head = file.read(8)
        size = int.from_bytes(head[4:], "little")
        if head[:4] == b"idx1":
            index = file.read(min(size, end - at - 8, _MOST_INDEX_BYTES))
            return sum(index[place : place + 2] == wanted for place in range(0, len(index), _ENTRY_BYTES))
        at += 8 + size + size % 2
    return 0
