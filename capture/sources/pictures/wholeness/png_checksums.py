"""The checksums of a PNG (ISO/IEC 15948, 5.3 and 5.5; APNG), which Pillow does not compare for pixels."""

import zlib
from pathlib import Path
from typing import Final

_SIGNATURE_BYTES: Final = 8
_OF_PIXELS: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"acTL", b"fcTL", b"fdAT"})


def damaged_from(path: Path) -> int | None:
    """Return the first frame that a wrong checksum concerns, None if there is none: later ones are laid over it."""
    frames = 0
    with path.open("rb") as file:
        file.seek(_SIGNATURE_BYTES)
        while len(head := file.read(8)) == 8:
            kind = head[4:]
            if kind == b"fcTL":
                frames += 1
            body = file.read(int.from_bytes(head[:4]))
            wrong = zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(file.read(4))
            if wrong and kind in _OF_PIXELS:
                return max(0, frames - 1)
    return None
