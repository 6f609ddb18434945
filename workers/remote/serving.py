"""What runs on the other machine: one worker that answers requests of runs with an allowed key.

A request is who asks, a frame's header and its pixels; the answer is the reading. Without a frame it is a greeting.
Nothing of a frame is kept.
"""

import logging
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from msgspec.structs import replace

from stream.config.run_plan import AnalysisPlan
from stream.errors import WireError
from stream.pixels.frame_image import FrameImage
from stream.protocol.contracts import Analyser
from stream.protocol.frames import FrameHeader
from stream.protocol.remote import Engage, Engaged
from stream.protocol.wire import decode, encode
from stream.security.events import SecurityEvents
from stream.transport.remote import RemoteWorkerServer
from stream.version import VERSION
from workers.reading import Reader, transfer_of

log = logging.getLogger("capillary.worker")

_IDLE_MS: Final = 1000


class Serving:
    """Answers requests with one analyser: bytes in, bytes out. Knows no socket; reads the clock.

    A reader is kept for each run that asks, since runs want pictures and outlines in their own way.
    """

    def __init__(self, analyser: Analyser, plan: AnalysisPlan) -> None:
        self._analyser, self._plan, self._sha256 = analyser, plan, plan.sha256
        self._reader = lru_cache(maxsize=8)(self._make_reader)

    def answer(self, parts: Sequence[bytes | memoryview]) -> bytes:
        """Return the reading of a frame, or the answer to a greeting. Raises WireError if the request is neither."""
        engage = decode(parts[0])
        if not isinstance(engage, Engage):
            raise WireError("a request begins with who asks")
        refusal = self._refusal(engage)
        if refusal or len(parts) == 1:
            analyser = self._analyser
            return encode(Engaged(model_id=analyser.model_id, transfer=transfer_of(analyser), refusal=refusal))
        header = decode(parts[1])
        if not isinstance(header, FrameHeader) or len(parts) != 3:
            raise WireError("a request goes on with a frame's header and its pixels")
        try:
            image = FrameImage(np.frombuffer(parts[2], np.uint8), header.width, header.height, header.layout)
        except ValueError as error:
            raise WireError(str(error)) from None
        return self._reader(engage).encoded(replace(header, t_grab_monotonic_ns=time.monotonic_ns()), image)

    def _refusal(self, engage: Engage) -> str:
        if engage.version != VERSION:
            return f"is version {VERSION} of the program, this is {engage.version}; install the same on both"
        if engage.analyser != self._sha256:
            return "has other settings under [analyser]; make them the same on both machines"
        return ""

    def _make_reader(self, engage: Engage) -> Reader:
        plan = AnalysisPlan(self._plan.analyser, engage.picture_width_px, engage.regions)
        return Reader(self._analyser, plan, engage.session, engage.worker)


def serve(server: RemoteWorkerServer, serving: Serving, events: SecurityEvents, going_on: Callable[[], bool]) -> None:
    """Answer until `going_on` returns False. A message that is no request is refused, logged and counted."""
    while going_on():
        parts = server.receive(_IDLE_MS)
        if parts is not None:
            try:
                server.answer(serving.answer(parts))
            except WireError as error:
                events.add("refused", "worker", detail="what came was no request")
                server.answer(encode(Engaged(model_id="", refusal=str(error)[:500])))
        for event in events.take(time.monotonic()):
            log.warning("%s: %s %s (%d)", event.what, event.who or "unknown peer", event.detail, event.count)
