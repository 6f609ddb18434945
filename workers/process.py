"""A worker process: pull a header → analyse the pixels in the ring → push reading to the sink and credit to capture.

One process a core, one thread a process. What it computes depends on the frame alone. Readings are kept until they are
on disk: a new sink is given what the one before may have taken with it.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np

from stream.child import Child
from stream.errors import ModelError, StreamError, WireError
from stream.messages import Committed, DensityReading, Done, FrameHeader, PeerUp, RegionOutline, Stop
from stream.ports import Analyser, Analysis, Frame, Pixels
from stream.registry import find
from stream.ring import Ring
from stream.thumbnail import HEIGHT_PX, WIDTH_PX
from stream.wire import encode
from workers.settings import WorkerSettings

log = logging.getLogger("capillary.worker")

_IDLE_MS = 1000
_JPEG_QUALITY = 80
_MODEL_ID_MAX = 100  # what a reading holds
_KEPT_MAX = 500  # a frame that was lost for good holds up the commit of those after it


def run(child: Child, settings: WorkerSettings) -> None:
    """Entry point. Raises ModelError where the analyser cannot be made."""
    cv2.setNumThreads(1)
    Worker(child, settings, _analyser(settings)).run()


def _analyser(settings: WorkerSettings) -> Analyser:
    try:
        make: Callable[[Mapping[str, Any]], Analyser] = find("analysers", settings.analyser)
        analyser = make(settings.analyser_settings)
    except StreamError:
        raise
    except (Exception, SystemExit) as error:  # the plug-in's own: its author needs the traceback, its user the sentence
        log.exception("the analyser failed at start")
        raise ModelError(f'the analyser "{settings.analyser}" failed at start: {error}') from error
    model_id = getattr(analyser, "model_id", None)
    if not isinstance(model_id, str) or not 1 <= len(model_id) <= _MODEL_ID_MAX:
        raise ModelError(f'the analyser "{settings.analyser}" needs a model_id of 1 to {_MODEL_ID_MAX} characters')
    if not callable(getattr(analyser, "analyse", None)):
        raise ModelError(f'the analyser "{settings.analyser}" needs a method analyse(frame)')
    return analyser


class Worker:
    """One incarnation of one worker."""

    def __init__(self, child: Child, settings: WorkerSettings, analyser: Analyser) -> None:
        self._child, self._settings, self._analyser = child, settings, analyser
        self._rings: dict[str, Ring] = {}
        self._waiting: deque[FrameHeader] = deque()
        self._kept: dict[int, DensityReading] = {}  # by seq: not on disk yet
        self._capture = -1  # the newest incarnation that was introduced
        self._stopping = False

    def run(self) -> None:
        """Until the supervisor says stop."""
        self._child.hello(self._analyser.model_id)
        while not self._stopping:
            header = self._next()
            self._listen(_IDLE_MS if header is None else 0)
            if header is not None:
                self._work(header)

    def _next(self) -> FrameHeader | None:
        """The next frame to work on, once its sender was introduced: headers may come before.

        The ring outlives a capture process, so its last frames are still worth their work, until the next one is there.
        """
        while self._waiting and self._waiting[0].capture < self._capture:
            self._waiting.popleft()  # the new one sends what is still wanted
        return self._waiting.popleft() if self._waiting and self._waiting[0].capture == self._capture else None

    def _listen(self, timeout_ms: int) -> None:
        match self._child.receive(timeout_ms):
            case FrameHeader() as header:
                self._waiting.append(header)
            case PeerUp(peer=peer) if peer.role == "capture":
                self._capture = max(self._capture, peer.incarnation)
            case PeerUp(peer=peer) if peer.role == "sink":
                for _, reading in sorted(self._kept.items()):
                    self._child.tell("sink", reading)
            case Committed(next_seq=next_seq):
                self._kept = {seq: reading for seq, reading in self._kept.items() if seq >= next_seq}
            case Stop():
                self._stopping = True
            case _:
                pass

    def _work(self, header: FrameHeader) -> None:
        reading = self._kept.get(header.seq) or self._read(header)
        given = reading is not None and self._give(reading, header)
        self._child.tell(
            "capture",
            Done(
                worker=self._child.place.index,
                incarnation=self._child.place.incarnation,
                seq=header.seq,
                attempt=header.attempt,
                capture=header.capture,
                read=given,
            ),
        )

    def _give(self, reading: DensityReading, header: FrameHeader) -> bool:
        """To the sink, or kept for the next one; as failed where a plug-in put into it what no reading holds.

        False where the sink takes no more, or has been away for too long: then the frame is not done.
        """
        try:
            encode(reading)
        except WireError as error:
            log.error("frame %s: the analysis is no reading: %s", header.frame, error)
            reading = self._reading(header, _failed(error))
        present = ("sink", 0) in self._child.peers
        if present and not self._child.tell("sink", reading):
            return False
        if len(self._kept) >= _KEPT_MAX:
            if not present:
                return False
            del self._kept[min(self._kept)]
        self._kept[header.seq] = reading
        return True

    def _read(self, header: FrameHeader) -> DensityReading | None:
        """The reading, or None where the frame was overwritten: whoever wrote over it will send it again."""
        try:
            ring = self._ring(header.ring)
        except OSError:
            return None
        if not ring.holds(header.slot, header.generation):
            return None
        frame = Frame(ring.pixels(header.slot, header.height, header.width), _thumbnail(header.previous), header.seq)
        try:
            outcome = self._found(self._analyser.analyse(frame), frame.pixels, header)
        except Exception as error:  # a plug-in may raise anything: the frame fails, the run goes on
            log.exception("frame %s failed", header.frame)
            outcome = _failed(error)
        if not ring.holds(header.slot, header.generation):
            return None
        return self._reading(header, outcome)

    def _reading(self, header: FrameHeader, outcome: dict[str, Any]) -> DensityReading:
        return DensityReading(
            session=self._child.place.session,
            source=header.source,
            seq=header.seq,
            frame=header.frame,
            time_s=header.time_s,
            t_capture_ns=header.t_capture_ns,
            model_id=self._analyser.model_id,
            latency_ms=(time.monotonic_ns() - header.t_grab_monotonic_ns) / 1e6,
            worker=self._child.place.index,
            attempt=header.attempt,
            truth_density_pct=header.truth_density_pct,
            **outcome,
        )

    def _found(self, analysis: Analysis, pixels: Pixels, header: FrameHeader) -> dict[str, Any]:
        return {
            "status": "ok",
            "density_pct": float(analysis.density_pct),
            "density_low_pct": float(analysis.density_low_pct),
            "density_high_pct": float(analysis.density_high_pct),
            "capillary_count": len(analysis.regions),
            "quality": analysis.quality.verdict,
            "quality_reasons": tuple(analysis.quality.reasons),
            "measures": {name: float(value) for name, value in analysis.quality.measures.items()},
            "regions": _outlines(analysis) if self._settings.regions or header.picture else None,
            "picture": _jpeg(pixels, self._settings.picture_width_px) if header.picture else None,
        }

    def _ring(self, path: str) -> Ring:
        if path not in self._rings:
            self._rings = {path: Ring.attach(path, writable=False)}
        return self._rings[path]


def _failed(error: Exception) -> dict[str, Any]:
    return {"status": "failed", "error": f"{type(error).__name__}: {error}"[:500]}


def _thumbnail(previous: bytes | None) -> Pixels | None:
    return None if previous is None else np.frombuffer(previous, np.uint8).reshape(HEIGHT_PX, WIDTH_PX)


def _outlines(analysis: Analysis) -> tuple[RegionOutline, ...]:
    return tuple(
        RegionOutline(region.polygon_px.astype("<i2").tobytes(), round(float(region.score), 4))
        for region in analysis.regions
    )


def _jpeg(pixels: Pixels, width: int) -> bytes:
    """The frame as a person looks at it: `width` px wide, JPEG."""
    height = round(pixels.shape[0] * width / pixels.shape[1])
    small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1].tobytes()
