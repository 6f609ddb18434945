"""A source's frames for an engine: each with its own memory, and with the header that workers of the pipeline get."""

import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Final

from stream.config.sections import CaptureConfig
from stream.errors import FrameError
from stream.pixels.frame_image import FrameImage
from stream.protocol.contracts import FrameSource, extras_of, retrieved
from stream.protocol.frames import FrameHeader
from stream.protocol.stamp import FrameStamp, stamp_of

NO_SCALE: Final = CaptureConfig()

Unreadable = Callable[[FrameStamp, str], None]
"""Is called with the stamp of a frame that cannot be read, and with the reason."""


def frames_of(
    source: FrameSource, capture: CaptureConfig = NO_SCALE, unreadable: Unreadable = lambda _stamp, _why: None
) -> Iterator[tuple[FrameHeader, FrameImage]]:
    """Yield header and picture of every frame that can be read, and tell of the others.

    A frame's seq is its place among all of them. capture: gives frames their scale. Raises SourceError if the source
    breaks.
    """
    previous: bytes | None = None
    own_um_per_px = extras_of(source).um_per_px
    for seq in count():
        grab = source.grab()
        if grab is None:
            return
        stamp = stamp_of(
            grab,
            source=source.name,
            seq=seq,
            utc_ns=time.time_ns(),
            monotonic_ns=time.monotonic_ns(),
            um_per_px=capture.scale_of(grab.width, own_um_per_px),
        )
        before, previous = None if grab.lost_before else previous, None  # what was lost lies between the two
        try:
            image = retrieved(source, grab)
        except FrameError as error:
            unreadable(stamp, str(error))
            continue
        if source.fps is not None:  # separate pictures do not move
            previous = image.thumbnail.tobytes()
        image.memory.flags.writeable = False
        header = FrameHeader(
            **stamp.facts(),
            width=grab.width,
            height=grab.height,
            layout=image.layout,
            ring="",
            slot=0,
            generation=0,
            capture=0,
            previous=before,
            thumbnail=previous,
        )
        yield header, image
