"""The capture process: source → ring → one message per frame to a worker, and what the sink must know of the source.

This file is the main loop: it begins when ring, sink and a worker are there, and ends when the run does. `intake` has
the frames that come from the source, `dispatching` which worker gets them.
"""

import math
import time
from typing import Final

import cv2

from capture.clock import CaptureClock
from capture.dispatching import Dispatcher
from capture.grabber import Ended, Grabbed
from capture.headers import end_of_stream, source_info
from capture.intake import SLOTS_AHEAD, Intake, Lost
from capture.ledger import Ledger
from capture.pacing import PictureRate
from capture.recordings.first_frames import FirstFrames
from capture.recordings.recorded_only import open_recorded
from capture.sources.opening import limits_of, open_source
from stream.config.run_plan import RunPlan
from stream.console import logs
from stream.errors import SourceError
from stream.machine.shared_memory import keep_freed_memory
from stream.pixels.layouts import frame_bytes
from stream.protocol.contracts import FrameSource, extras_of, layout_of
from stream.protocol.frames import Committed, RingNeeded, RingReady, SourceTrouble
from stream.protocol.processes import PeerUp, Stop
from stream.protocol.types import MAX_SENTENCE, MAX_SLOTS, Message, Role
from stream.run.child import Child
from stream.transport.frame_ring import Ring

_TICK_MS: Final = 100
_TOLD_OF_SOURCE: Final[tuple[Role, ...]] = ("sink", "recorder")
_RECORDED_AHEAD: Final = 8
_RECORDER_S: Final = 5.0


def run(child: Child, plan: RunPlan) -> None:
    """Run the capture process. Raises SourceError if the source cannot be opened; `run_child` reports it."""
    cv2.setNumThreads(1)
    keep_freed_memory()
    logs.hide(plan.source)
    capture = Capture(child, plan, _first(child, plan), CaptureClock())
    try:
        capture.run()
    finally:
        capture.close()


def _open(plan: RunPlan) -> FrameSource:
    open_it = open_recorded if plan.replaying else open_source
    source = open_it(plan.source, limits_of(plan.config.capture))
    return source if plan.frames is None else FirstFrames(source, plan.frames)


def _first(child: Child, plan: RunPlan) -> FrameSource:
    """Open the source. Waits for the source of a live run that an earlier incarnation had: its cable may be out."""
    while True:
        try:
            return _open(plan)
        except SourceError:
            if plan.replaying or child.incarnation == 0:
                raise
            time.sleep(_TICK_MS / 1000)


def slots_for(workers: int, credit: int, *, recording: bool = False) -> int:
    """Return how many slots the ring gets: one per frame in flight, and some between them; `MAX_SLOTS` at most.

    recording: some more, so that a slot is not used again before the recorder has copied its frame.
    """
    return min(workers * credit + 2 * SLOTS_AHEAD + 4 + recording * _RECORDED_AHEAD, MAX_SLOTS)


def _slot_bytes(source: FrameSource) -> int:
    return frame_bytes(layout_of(source), source.width, source.height)


class Capture:
    """One incarnation of the capture process.

    The ring counts the frames that were captured in this run, since it outlives an incarnation: no seq is used twice.
    """

    def __init__(self, child: Child, plan: RunPlan, source: FrameSource, clock: CaptureClock) -> None:
        self._child, self._replaying, self._clock = child, plan.replaying, clock
        # In replay a second frame waits at each worker, so that none idles while its credit travels. Live, a frame that
        # waits grows old, and the newest is worth more.
        credit = 2 if plan.replaying else 1
        self._configured_scale, self._name_of = plan.config.capture.scale_of, plan.name_of
        self._slots = plan.config.capture.slots or slots_for(plan.worker_count, credit, recording=plan.recording)
        self._intake = Intake(
            source,
            lambda: _open(plan),
            child.inbox,
            clock,
            replay=plan.replaying,
            speed=plan.speed,
            max_fps=plan.config.capture.max_fps,
        )
        self._dispatcher = Dispatcher(
            Ledger(
                slots=self._slots,
                credit=credit,
                policy="complete" if plan.replaying else "fresh",
                deaths_allowed=plan.config.workers.deaths_per_frame,
            ),
            PictureRate(plan.config.view.pictures_per_s),
            child.tell,
            session=plan.session,
            incarnation=child.incarnation,
            frame_deadline_s=plan.config.workers.frame_deadline_s,
            scale_of=self._scale_of,
            recording=plan.recording,
        )
        # Its first frame too is to be recorded; but a recorder that does not come holds up nothing.
        self._recorder_by_s = clock.monotonic_s() + _RECORDER_S if plan.recording else 0.0
        self._ring: Ring | None = None  # None until this incarnation began
        self._ring_path = ""  # empty while the supervisor makes one
        self._first_seq = 0  # the first that was not on disk when this incarnation met the sink
        self._started_ns = 0
        self._trouble = SourceTrouble(lost=False)
        self._ended: Ended | None = None
        self._cut: int | None = None  # the first seq of a replay that is left for another run
        self._report: Committed | None = None  # the sink's last
        self._sink = -1  # incarnation of the sink that was greeted
        self._stopping = False

    def run(self) -> None:
        """Work until the supervisor says stop."""
        source = self._intake.source
        self._child.hello()
        self._child.report(RingNeeded(slots=self._slots, slot_bytes=_slot_bytes(source)))
        try:
            while not self._stopping:
                message = self._child.receive(self._timeout_ms())
                self._dispatcher.forgive_suspension(self._clock.monotonic_s())
                if message is not None:
                    self._handle(message)
                self._take_up_source()
                if self._ring is None:
                    self._begin_when_ready()
                self._take_frames()
                self._carry_out()
                self._ask_for_frames()
                for overdue in self._dispatcher.overdue(self._clock.monotonic_s()):
                    self._child.report(overdue)
        finally:
            self._intake.stop()

    def close(self) -> None:
        """Let go of the source."""
        self._intake.close()

    def _timeout_ms(self) -> int:
        """Return how long to wait for a message: a tick, but no longer than until a worker is overdue."""
        left_s = self._dispatcher.overdue_in_s(self._clock.monotonic_s())
        return min(_TICK_MS, max(1, math.ceil(left_s * 1000)))

    def _handle(self, message: Message) -> None:
        self._dispatcher.handle(message, self._clock.monotonic_s())
        match message:
            case RingReady(ring=path):
                self._ring_path = path
                self._begin_when_ready()
            case PeerUp(peer=peer) if peer.role == "worker":
                self._begin_when_ready()
            case PeerUp(peer=peer) if peer.role == "sink":
                self._follow_sink()
            case PeerUp(peer=peer) if peer.role == "recorder" and self._sink >= 0:
                self._tell_source()
            case Committed(sink=sink) if self._report is None or sink >= self._report.sink:  # not of one that died
                self._report = message
                self._follow_sink()
            case Stop(final=False, at_once=at_once):
                self._end_stream()
                if at_once:
                    self._leave_unfinished()
            case Stop():
                self._stopping = True
            case _:
                pass

    def _follow_sink(self) -> None:
        """Work with the sink once both are there: its report (from itself) and its address (from the supervisor).

        They come in any order, and after a death one of them may still be of the sink before.
        """
        report, sink = self._report, self._child.peers.get(("sink", 0))
        if report is None or sink is None or sink[0].incarnation != report.sink:
            return
        self._dispatcher.committed(report)
        if report.sink != self._sink:
            self._sink = report.sink
            self._greet_sink(report.next_seq)

    def _greet_sink(self, next_seq: int) -> None:
        """Begin at the first frame that this sink has not on disk, or repeat to a new one what it may have missed."""
        if self._ring is None:
            self._first_seq = next_seq
        self._started_ns = self._started_ns or self._clock.now().utc_ns
        self._tell_source()
        self._child.tell("sink", self._trouble)
        self._tell_end()
        self._begin_when_ready()

    def _begin_when_ready(self) -> None:
        """Start when ring, sink and a first worker are there: frames grabbed before that would only be dropped.

        If the run ends before that, what an earlier incarnation took is counted all the same.
        """
        ending, first = self._ended is not None, self._ring is None
        awaited = ("recorder", 0) not in self._child.peers and self._clock.monotonic_s() < self._recorder_by_s
        started = self._dispatcher.has_credit and not awaited
        ready = self._ring_path and self._sink >= 0 and (started or not first or ending)
        if not ready or not self._intake.idle or (ending and not first):
            return
        self._ring = Ring.attach(self._ring_path, writable=True)
        if first and self._replaying:  # from the first frame that is not on disk: nothing is lost
            self._ring.captured = self._first_seq
        elif first:  # live nothing is grabbed twice: what an incarnation before this one had in hand is lost
            self._dispatcher.died_with_capture(range(self._first_seq, self._ring.captured))
        if ending:
            self._tell_end()
        else:
            self._child.alive(busy=True)  # decoding up to there may take its time
            self._intake.start(self._ring, self._ring_path, self._captured)
            self._child.alive()

    @property
    def _captured(self) -> int:
        """Frames captured in this run so far, by any incarnation."""
        return self._first_seq if self._ring is None else self._ring.captured

    def _take_frames(self) -> None:
        for item in self._intake.taken():
            match item:
                case Grabbed():
                    self._number(item)
                case Ended():
                    self._end(item)
                case Lost(reason, unused):
                    self._dispatcher.return_slots(unused)
                    self._tell_trouble(SourceTrouble(lost=True, reason=reason[:MAX_SENTENCE]))
        trouble = self._intake.trouble()
        if trouble is not None and self._ended is None:
            self._tell_trouble(trouble)

    def _number(self, grabbed: Grabbed) -> None:
        """Give a frame its seq: in the ring first, so that an incarnation after this one does not use it again."""
        assert self._ring is not None  # nothing is grabbed before
        seq = self._ring.captured
        self._ring.captured = seq + 1
        self._dispatcher.captured(seq, grabbed, self._name_of(self._intake.source.name))

    def _ask_for_frames(self) -> None:
        while self._ended is None and self._intake.wants_slot and (slot := self._dispatcher.take_slot()) is not None:
            self._intake.give(slot)

    def _carry_out(self) -> None:
        now_s = self._clock.monotonic_s()
        self._dispatcher.carry_out(now_s, self._name_of(self._intake.source.name))
        self._dispatcher.tell_ring_use(now_s)

    def _take_up_source(self) -> None:
        """Go on with a live source that is back. Its frames may be larger: then the ring is made anew."""
        if not self._intake.reopened() or self._ended is not None:
            return
        self._tell_source()
        source = self._intake.source
        need = _slot_bytes(source)
        if self._ring is not None and need > self._ring.slot_bytes:
            self._ring_path = ""
            self._child.report(RingNeeded(slots=self._slots, slot_bytes=need))
        self._begin_when_ready()

    def _scale_of(self, width_px: int) -> float | None:
        return self._configured_scale(width_px, extras_of(self._intake.source).um_per_px)

    def _end_stream(self) -> None:
        """Grab no more; what was captured is finished."""
        if self._ended is None:
            for grabbed in self._intake.finish():
                self._number(grabbed)
        self._end(Ended("stopped by the user"))
        self._begin_when_ready()

    def _leave_unfinished(self) -> None:
        """End without the frames that have no reading yet: a worker is at one for longer than a stop may take."""
        self._cut = self._dispatcher.abandon()
        self._carry_out()
        self._tell_end()

    def _end(self, ended: Ended) -> None:
        """Take note of the end. The first reason is the one that counts."""
        if self._ended is None:
            self._ended = ended
            self._tell_end()

    def _tell_end(self) -> None:
        if self._ended is not None and self._ring is not None:
            frames_read = self._captured if self._cut is None else self._cut
            self._child.tell("sink", end_of_stream(self._intake.source, frames_read, self._ended.reason))

    def _tell_source(self) -> None:
        settled = self._first_seq if self._ring is None else self._dispatcher.settled(self._captured)
        source, name = self._intake.source, self._name_of(self._intake.source.name)
        info = source_info(source, name, self._started_ns, settled, self._scale_of(source.width))
        for role in _TOLD_OF_SOURCE:
            self._child.tell(role, info)

    def _tell_trouble(self, trouble: SourceTrouble) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            self._child.tell("sink", trouble)
