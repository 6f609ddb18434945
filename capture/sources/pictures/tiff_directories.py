"""The chain of image file directories of a TIFF or BigTIFF (TIFF 6.0 section 2; BigTIFF): where each page begins."""

import struct
from pathlib import Path
from typing import Final

_MAX_PAGES: Final = 1_000_000


def count_directories(path: Path) -> tuple[int, bool]:
    """Return the number of directories that can be reached, and whether the chain breaks off.

    It breaks off if a directory lies beyond the file's end, is cut, or leads back to one before it. Raises OSError.
    """
    length = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(16)
        order = "<" if start[:2] == b"II" else ">"
        big = start[2:4] in (b"+\0", b"\0+")
        count_form, next_form, entry = (f"{order}Q", f"{order}Q", 20) if big else (f"{order}H", f"{order}I", 12)
        first = start[8:16] if big else start[4:8]
        if len(first) < struct.calcsize(next_form):
            return 0, True
        (at,) = struct.unpack(next_form, first)
        seen: set[int] = set()
        while at:
            file.seek(min(at, length))
            head = file.read(struct.calcsize(count_form))
            if at in seen or len(seen) >= _MAX_PAGES or len(head) < struct.calcsize(count_form):
                return len(seen), True
            (entries,) = struct.unpack(count_form, head)
            end = at + len(head) + entries * entry
            if end > length:
                return len(seen), True
            file.seek(end)
            following = file.read(struct.calcsize(next_form))
            seen.add(at)
            if len(following) < struct.calcsize(next_form):
                return len(seen), True
            (at,) = struct.unpack(next_form, following)
        return len(seen), False
