"""What is made of a pushed object: the readings of its frames as a report, and its frames with outlines drawn in."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pydicom
from pydicom.dataset import Dataset

from stream.config.sections import CaptureConfig
from stream.dicom.common import Identity
from stream.dicom.report import clip_report
from stream.dicom.secondary_capture import OVERLAY, pictures
from stream.dicom.study import study_of
from stream.dicom.subject import Station
from stream.dicom.uids import uid
from stream.engines.frames import frames_of
from stream.errors import EngineError, OutputError, RefusedMessageError, RingError, SourceError
from stream.protocol.contracts import FrameSource
from stream.protocol.readings import DensityReading, unanalysed
from stream.protocol.stamp import FrameStamp
from stream.serving.pushed_objects import PushedObjects
from stream.serving.warm_workers import WarmWorkers
from stream.transport.back_off import BackOff
from stream.version import VERSION

log = logging.getLogger("capillary.dicom")

_LOOK_S: Final = 0.25
_MOST_DEATHS: Final = 3
_NO_RATE_MS: Final = 1000.0  # from one picture to the next, if they are not moving


@dataclass(frozen=True, slots=True)
class Answers:
    """Analyses pushed objects, and makes the objects that answer them."""

    open_source: Callable[[str], FrameSource]
    capture: CaptureConfig
    workers: WarmWorkers
    session: str
    station: Station

    def to(self, path: Path) -> list[Dataset]:
        """Return report and overlay of the object in a file. Raises SourceError, EngineError."""
        header = pydicom.dcmread(path, stop_before_pixels=True)
        failed: list[DensityReading] = []

        def fail(stamp: FrameStamp, why: str) -> None:
            failed.append(unanalysed(stamp, self.session, why))

        with closing(self.open_source(f"dicom:{path}")) as source:
            drawn = list(self.workers.analyse(frames_of(source, self.capture, fail)))
            size, frame_ms = (source.width, source.height), 1000 / source.fps if source.fps else _NO_RATE_MS
        readings = sorted([*(one.reading for one in drawn), *failed], key=lambda reading: reading.seq)
        report = clip_report(readings, header, self._identity(header, "report", readings))
        if not drawn:
            return [report]
        burned_in = "NO" if header.get("BurnedInAnnotation") == "NO" else "YES"
        named = self._identity(header, "overlay", readings)
        return [report, pictures(OVERLAY, [one.jpeg for one in drawn], size, frame_ms, named, burned_in, header)]

    def _identity(self, header: Dataset, kind: str, readings: Sequence[DensityReading]) -> Identity:
        """Return who an answer is: another model, or another version, makes another object of the same picture."""
        made_by = (VERSION, *sorted({one.model_id for one in readings}))
        return Identity(
            study_of(header),
            uid(header.SeriesInstanceUID, "series", kind, *made_by),
            uid(header.SOPInstanceUID, kind, *made_by),
            int(header.get("InstanceNumber") or 1),
            time.time_ns(),
            self.station,
        )


def answer(
    inbox: PushedObjects, answers: Answers, store: Callable[[Sequence[Dataset]], None], over: Callable[[], bool]
) -> None:
    """Answer what is in the inbox, oldest first, until it is over. While the receiver is away, objects wait on disk.

    store: raises RefusedMessageError if the receiver will never take them, OutputError if it has not got them now.
    """
    back_off = BackOff()
    while not over():
        path = inbox.oldest(_LOOK_S)
        try:
            if path is not None and _answer_one(path, answers, store, over):
                inbox.remove(path)
                back_off.reset()
        except RingError as error:
            log.warning("%s; trying again", error)
            _pause(back_off.pause_s(), over)


def _answer_one(
    path: Path, answers: Answers, store: Callable[[Sequence[Dataset]], None], over: Callable[[], bool]
) -> bool:
    """Return whether an object is answered, or never will be."""
    begun_s = time.monotonic()
    made = _made(path, answers)
    analysed_s = time.monotonic()
    back_off = BackOff()
    while made and not over():
        try:
            store(made)
        except RefusedMessageError as error:
            log.error("results were refused for good: %s", error)
            return True
        except OutputError as error:
            log.warning("%s; trying again", str(error).rstrip("."))
            _pause(back_off.pause_s(), over)
        else:
            took_s = time.monotonic() - analysed_s
            log.info("an object was answered: %.2f s for the analysis, %.2f s to store", analysed_s - begun_s, took_s)
            return True
    return not made


def _made(path: Path, answers: Answers) -> list[Dataset]:
    """Return the answers to an object; none if it cannot be analysed."""
    for _ in range(_MOST_DEATHS):
        try:
            return answers.to(path)
        except EngineError as error:
            log.warning("%s; trying again", error)
        except SourceError as error:
            log.error("an object cannot be analysed: %s", str(error).replace(str(path), "it"))
            return []
    log.error("an object was given up: a worker died in its analysis, %d times", _MOST_DEATHS)
    return []


def _pause(pause_s: float, over: Callable[[], bool]) -> None:
    until_s = time.monotonic() + pause_s
    while time.monotonic() < until_s and not over():
        time.sleep(min(_LOOK_S, pause_s))
