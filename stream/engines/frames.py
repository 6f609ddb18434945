"""A source's frames for an engine: each with its own memory, and with the header that workers of the pipeline get."""

import time
from collections.abc import Iterator
from typing import Final

import numpy as np

from stream.config.sections import CaptureConfig
from stream.protocol.contracts import FrameSource, Pixels, extras_of
from stream.protocol.frames import FrameHeader
from stream.protocol.stamp import stamp_of
from stream.protocol.thumbnail import thumbnail

NO_SCALE: Final = CaptureConfig()


def frames_of(source: FrameSource, capture: CaptureConfig = NO_SCALE) -> Iterator[tuple[FrameHeader, Pixels]]:
    """Yield header and (height, width, 3) uint8 BGR pixels of every frame. Raises SourceError if the source breaks.

    capture: gives frames their scale.
    """
    previous: bytes | None = None
    own_um_per_px = extras_of(source).um_per_px
    seq = 0
    while (grab := source.grab()) is not None:
        utc_ns, monotonic_ns = time.time_ns(), time.monotonic_ns()
        pixels: Pixels = np.empty((grab.height, grab.width, 3), np.uint8)
        source.retrieve(pixels)
        stamp = stamp_of(
            grab,
            source=source.name,
            seq=seq,
            utc_ns=utc_ns,
            monotonic_ns=monotonic_ns,
            um_per_px=capture.scale_of(grab.width, own_um_per_px),
        )
        header = FrameHeader(
            **stamp.facts(),
            width=grab.width,
            height=grab.height,
            ring="",
            slot=0,
            generation=0,
            capture=0,
            previous=previous,
        )
        if source.fps is not None:  # separate pictures do not move
            previous = thumbnail(pixels).tobytes()
        pixels.flags.writeable = False
        yield header, pixels
        seq += 1
