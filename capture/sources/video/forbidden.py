"""Bytes that coded video never holds: they find zeros that a medium or a copy left in place of data. Pure.

In a unit of H.264 (7.4.1) and H.265 (7.4.2), an encoder puts a 3 behind any two zeros that a number below 4 follows. In
MPEG-1, MPEG-2 (ISO/IEC 13818-2, 6.2.1) and MPEG-4 part 2, 23 zero bits stand before a start code only, with more zeros
or none between. Units that are no slices are let pass: some cameras put text of their own there as it is.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

_IN_UNIT: Final = re.compile(rb"\x00\x00(?:[\x00-\x02]|\x03[\x04-\xff])")
_BEFORE_NO_START_CODE: Final = re.compile(rb"\x00\x00\x00[\x02-\xff]")
_START_CODE: Final = b"\x00\x00\x01"
_MPEG: Final = frozenset({"mpeg1video", "mpeg2video", "mpeg4"})

PacketCheck = Callable[[bytes], bool]
"""Takes a packet, and returns whether it holds what it never should."""


def check_for(codec: str, extra: bytes | None) -> PacketCheck:
    """Return the check for a codec, by FFmpeg's name. extra: the codec's settings as the container holds them."""
    if codec in _MPEG:
        return lambda data: _BEFORE_NO_START_CODE.search(data) is not None
    if codec == "h264":
        length_bytes = (extra[4] & 3) + 1 if extra and len(extra) > 4 and extra[0] == 1 else 0
        return lambda data: any(1 <= unit[0] & 31 <= 5 and _IN_UNIT.search(unit) for unit in _units(data, length_bytes))
    if codec == "hevc":
        length_bytes = (extra[21] & 3) + 1 if extra and len(extra) > 21 and extra[0] == 1 else 0
        return lambda data: any(unit[0] >> 1 & 63 < 32 and _IN_UNIT.search(unit) for unit in _units(data, length_bytes))
    return lambda _: False


def _units(data: bytes, length_bytes: int) -> Iterator[bytes]:
    """Yield the units of a packet without zeros behind them: after start codes, or each after its length."""
    if not length_bytes:
        yield from filter(None, (unit.rstrip(b"\0") for unit in data.split(_START_CODE)))
        return
    at = 0
    while at + length_bytes < len(data):
        begin = at + length_bytes
        at = begin + int.from_bytes(data[at:begin])
        if unit := data[begin:at].rstrip(b"\0"):
            yield unit
