"""One frame in, one reading out: runs the analyser, and turns its errors into failed readings. Knows no socket."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np

from stream.config.plugins import find
from stream.config.run_plan import AnalysisPlan
from stream.console.text import plain
from stream.errors import ModelError, StreamError
from stream.machine.shared_memory import keep_freed_memory
from stream.pixels.frame_image import FrameImage
from stream.pixels.thumbnail import HEIGHT_PX, WIDTH_PX
from stream.protocol.contracts import Analyser, Analysis, Frame, Pixels
from stream.protocol.frames import FrameHeader
from stream.protocol.outlines import object_outlines, outline_of
from stream.protocol.readings import DensityReading
from stream.protocol.types import MAX_TRANSFER
from stream.protocol.wire import checked, encode
from stream.readings.determined import determined

log = logging.getLogger("capillary.worker")

_JPEG_QUALITY = 80
_MODEL_ID_MAX = 100  # what a reading holds


def make_analyser(plan: AnalysisPlan) -> Analyser:
    """Make the configured analyser. Raises ModelError if it cannot be made, or is not an analyser."""
    try:
        make: Callable[[Mapping[str, Any]], Analyser] = find("analysers", plan.analyser.name)
        analyser = make(plan.analyser.settings)
    except StreamError:
        raise
    except (Exception, SystemExit) as error:  # the plug-in's own: its author needs the traceback, its user the sentence
        log.exception("the analyser failed at start")
        raise ModelError(f'the analyser "{plan.analyser.name}" failed at start: {error}') from error
    model_id = getattr(analyser, "model_id", None)
    if not isinstance(model_id, str) or not 1 <= len(model_id) <= _MODEL_ID_MAX:
        raise ModelError(f'the analyser "{plan.analyser.name}" needs a model_id of 1 to {_MODEL_ID_MAX} characters')
    if not callable(getattr(analyser, "analyse", None)):
        raise ModelError(f'the analyser "{plan.analyser.name}" needs a method analyse(frame)')
    transfer = transfer_of(analyser)
    if not isinstance(transfer, str) or len(transfer) > MAX_TRANSFER:
        raise ModelError(
            f'the transfer of the analyser "{plan.analyser.name}" is no text of at most {MAX_TRANSFER} characters'
        )
    return analyser


def transfer_of(analyser: Analyser) -> Any:
    """Return what an analyser says of its transfer; empty if it does not say."""
    return getattr(analyser, "transfer", "")


class Reader:
    """Makes the readings of one worker."""

    def __init__(self, analyser: Analyser, plan: AnalysisPlan, session: str, worker: int) -> None:
        self._analyser, self._plan, self._session, self._worker = analyser, plan, session, worker
        self.model_id, self.transfer = analyser.model_id, transfer_of(analyser)
        self._complained: set[str] = set()

    def read(self, header: FrameHeader, image: FrameImage) -> DensityReading:
        """Return the reading of a frame.

        A failed one if the analyser raises, or puts into its result what no reading holds.
        """
        begun_ns = time.monotonic_ns()
        own = _thumbnail(header.thumbnail)
        if own is not None:  # capture has made it, for the next frame
            image.thumbnail = own
        frame = Frame(image, _thumbnail(header.previous), header.seq, header.um_per_px)
        try:
            found = self._found(self._analyser.analyse(frame), image, header)
            return checked(self._reading(header, begun_ns, found))
        except Exception as error:  # noqa: BLE001 (a plug-in may raise anything: the frame fails, the run goes on)
            self._complain(header, error)
            return self._reading(header, begun_ns, _failed(error))

    def encoded(self, header: FrameHeader, image: FrameImage) -> bytes:
        """Return the reading as it travels."""
        return encode(self.read(header, image))

    def _complain(self, header: FrameHeader, error: Exception) -> None:
        """Log one sentence per kind of error, not a traceback per frame: each failed reading says why it failed."""
        kind = type(error).__name__
        if kind not in self._complained:
            self._complained.add(kind)
            verbose = log.isEnabledFor(logging.DEBUG)
            hint = "" if verbose else " (-v: where)"
            log.error(
                "the analysis failed on frame %d: %s: %s%s; such frames are counted, not reported again",
                *(header.seq, kind, plain(str(error)), hint),
                exc_info=error if verbose else None,
            )

    def _reading(self, header: FrameHeader, begun_ns: int, outcome: dict[str, Any]) -> DensityReading:
        return DensityReading(
            **header.facts(),
            session=self._session,
            model_id=self.model_id,
            begun_ms=header.since_grab_ms(begun_ns),
            latency_ms=(time.monotonic_ns() - header.t_grab_monotonic_ns) / 1e6,
            worker=self._worker,
            **outcome,
        )

    def _found(self, analysis: Analysis, image: FrameImage, header: FrameHeader) -> dict[str, Any]:
        outlined = self._plan.outlines or header.picture
        return {
            "status": "ok",
            **determined(
                analysis,
                width=header.width,
                height=header.height,
                um_per_px=header.um_per_px,
                frozen=header.frozen,
            ),
            "regions": tuple(map(outline_of, analysis.regions)) if outlined else None,
            "objects": object_outlines(analysis.objects) if outlined else None,
            "picture": _jpeg(image.pixels, self._plan.picture_width_px) if header.picture else None,
        }


def set_up_process() -> None:
    """Set up a process that analyses frame after frame: one thread, and a frame's memory kept for the next."""
    cv2.setNumThreads(1)
    keep_freed_memory()


def make_step(plan: AnalysisPlan, session: str, worker: int) -> Callable[[FrameHeader, FrameImage], bytes]:
    """Make what an engine runs in each of its workers: header and picture to an encoded reading. Raises ModelError."""
    set_up_process()
    return Reader(make_analyser(plan), plan, session, worker).encoded


def _failed(error: Exception) -> dict[str, Any]:
    text = f"{type(error).__name__}: {error}".encode(errors="backslashreplace").decode()
    return {"status": "failed", "error": text[:500]}


def _thumbnail(data: bytes | None) -> Pixels | None:
    return None if data is None else np.frombuffer(data, np.uint8).reshape(HEIGHT_PX, WIDTH_PX)


def _jpeg(pixels: Pixels, width: int) -> bytes:
    """Encode the frame for people to look at: JPEG, `width` px wide."""
    height = round(pixels.shape[0] * width / pixels.shape[1])
    small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1].tobytes()
