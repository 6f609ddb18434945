"""Writes an engine's readings into the same session and files that the pipeline writes: `replay --engine …`."""

import logging
import os
import signal
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from types import FrameType
from typing import Final

import psutil
from msgspec.structs import replace

from stream.config.engine_choice import EngineChoice
from stream.config.plugins import find
from stream.config.run_plan import RunPlan
from stream.engines.frames import frames_of
from stream.engines.step import Engine, StepMaker, Tally
from stream.errors import OutputError, SourceError
from stream.machine.cpu_time import tree_cpu_seconds
from stream.pixels.frame_image import FrameImage
from stream.protocol.contracts import FrameSource, extras_of
from stream.protocol.frames import EndOfStream, FrameHeader
from stream.protocol.readings import DensityReading, RunStatus, unanalysed
from stream.protocol.stamp import FrameStamp
from stream.protocol.types import MAX_SENTENCE
from stream.readings.failed_frames import FailedFrames
from stream.readings.run_status import RunStatusTracker
from stream.run.outcome import Outcome
from stream.session.figures.media import media_of
from stream.session.figures.statistics import STATISTICS_COLUMNS, density_statistics
from stream.session.provenance import SourceHash
from stream.session.result_files import write_results
from stream.session.store import FILE_NAME, Store
from stream.session.summary import STOPPED, Course, exit_code, sentence, session_facts, summary_of

log = logging.getLogger("capillary.engine")

_PROGRESS_S: Final = 0.25


class CountedFrames:
    """The frames of a source that an engine analyses, and what it does not: those that cannot be read.

    read: frames so far, of both kinds. begun_ns: since when; reason: why they ended.
    """

    def __init__(self, source: FrameSource, plan: RunPlan) -> None:
        self.source, self._plan = source, plan
        self.read, self.begun_ns, self.reason = 0, 0, ""
        self._unreadable: deque[DensityReading] = deque()
        self._failures = FailedFrames(log)

    def __iter__(self) -> Iterator[tuple[FrameHeader, FrameImage]]:
        """Yield header and picture of every frame that can be read; a source that breaks ends, with a reason."""
        self.begun_ns = time.time_ns()
        try:
            for frame in frames_of(self.source, self._plan.config.capture, self._fail):
                if self.reason:
                    return
                self.read += 1
                yield frame
        except SourceError as error:
            self.reason = str(error)

    def with_unreadable(self, readings: Iterable[DensityReading]) -> Iterator[DensityReading]:
        """Yield an engine's readings, and at their places the failed ones of frames that cannot be read."""
        for reading in readings:
            while self._unreadable and self._unreadable[0].seq < reading.seq:
                yield self._unreadable.popleft()
            yield reading
        yield from self._unreadable

    def _fail(self, stamp: FrameStamp, why: str) -> None:
        self._failures.note(stamp.frame, why)
        self.read += 1
        self._unreadable.append(unanalysed(stamp, self._plan.session, why))

    def end(self) -> EndOfStream:
        """Return the end of the stream as the pipeline's capture reports it."""
        return EndOfStream(
            frames_read=self.read,
            frames_expected=self.source.frame_count,
            reason=self.reason[:MAX_SENTENCE],
            lost_at_end=extras_of(self.source).lost_at_end,
        )


def replay(plan: RunPlan, choice: EngineChoice, source: FrameSource, on_status: Callable[[RunStatus], None]) -> Outcome:
    """Run every frame of `source` through an engine; readings are on disk as they come. Closes the source.

    SIGINT and SIGTERM end it early, with what is done so far. Raises ModelError, ConfigError, EngineError, OutputError.
    """
    replaying = EngineReplay(plan, choice, source)
    previous = {number: signal.signal(number, replaying.stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with closing(source), closing(Store(plan.folder / FILE_NAME)) as store:
            return replaying.run(store, on_status)
    except (sqlite3.Error, OSError) as error:
        raise OutputError(f"the session in {plan.folder} cannot be written: {error}") from error
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


class EngineReplay:
    """A replay of one source by an engine."""

    def __init__(self, plan: RunPlan, choice: EngineChoice, source: FrameSource) -> None:
        self._plan, self._choice = plan, choice
        self._frames, self._tally = CountedFrames(source, plan), Tally()
        self._tracker = RunStatusTracker(plan.session, plan.mode, plan.config.sink.stale_after_s)
        self._tracker.source, self._tracker.frames_expected = source.name, source.frame_count
        self._tracker.workers = choice.workers
        own = extras_of(source).um_per_px
        self._tracker.take_scale(plan.config.capture, source.width, plan.config.capture.scale_of(source.width, own))
        self._cpu_s = 0.0

    def run(self, store: Store, on_status: Callable[[RunStatus], None]) -> Outcome:
        """Analyse every frame, then write the files."""
        source = self._frames.source
        store.set_facts(source=source.name, width=source.width, height=source.height, fps=source.fps, begun_at=0)
        store.set_facts(um_per_px=self._tracker.um_per_px, treatment=extras_of(source).treatment)
        source_hash = SourceHash(self._plan.source)
        maker = StepMaker(self._plan.analysis, self._plan.session)
        engine: Engine = find("engines", self._choice.engine)
        readings = engine(self._frames, maker, self._choice, self._tally)
        with closing(readings):  # its workers end here
            self._record(self._frames.with_unreadable(readings), store, on_status)
        return self._finish(store, source_hash)

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Take no more frames, and finish those that are being analysed; at the second signal do not wait for them."""
        if self._frames.reason == STOPPED:
            raise KeyboardInterrupt
        self._frames.reason = STOPPED

    def _record(self, readings: Iterator[DensityReading], store: Store, on_status: Callable[[RunStatus], None]) -> None:
        next_progress_s, model_id = 0.0, ""
        for reading in readings:
            if reading.model_id not in (model_id, ""):  # no model has seen a frame that cannot be read
                model_id = reading.model_id
                store.set_facts(model_id=model_id)
            published = replace(reading, t_published_ns=time.time_ns())
            store.add(published)
            store.commit()
            now_s = time.monotonic()
            self._tracker.take(published, now_s)
            if now_s >= next_progress_s:
                next_progress_s = now_s + _PROGRESS_S
                on_status(self._tracker.status(now_s, published.t_published_ns))
                self._count_cpu()

    def _count_cpu(self) -> None:
        """Note the CPU time so far; often, because the time of a process that is not waited for is lost with it."""
        self._cpu_s = max(self._cpu_s, tree_cpu_seconds(psutil.Process(os.getpid())))

    def _finish(self, store: Store, source_hash: SourceHash) -> Outcome:
        plan, end, ended_ns = self._plan, self._frames.end(), time.time_ns()
        stopped = end.reason == STOPPED
        self._count_cpu()
        summary = summary_of(
            plan,
            end,
            self._tracker,
            Course(0, self._frames.begun_ns or ended_ns, ended_ns, self._cpu_s),
            density_statistics(store.rows(*STATISTICS_COLUMNS)),
            media_of(store.facts(), store.read),
            model_id=str(store.facts().get("model_id") or ""),
            source_sha256=source_hash.result(0.1 if stopped else None),
        )
        handed = round(self._tally.handed_bytes / max(1, end.frames_read))
        summary |= {"engine": self._choice.engine, "workers": self._choice.workers, "handed_bytes_per_frame": handed}
        write_results(store, plan, end, summary)
        store.set_facts(**session_facts(summary))
        return Outcome(130 if stopped else exit_code(end, summary, plan.mode), sentence(summary))
