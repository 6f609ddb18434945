"""The sink process: puts readings in order and on disk, then acknowledges them and tells the outlets."""

import logging
import sqlite3
import time
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from stream.bedside.requests import Bedside
from stream.config.run_plan import RunPlan
from stream.console import logs
from stream.errors import OutputError
from stream.machine.clock import steady_utc
from stream.outlets.outlet import Outlet
from stream.outlets.selection import open_outlets
from stream.protocol.bedside import (
    AcknowledgeAlarm,
    Answer,
    DismissPrevious,
    EndSession,
    KeepMarker,
    KeepRecording,
    KeepSession,
    PauseAlarms,
    RemoveMarker,
    SetLimits,
)
from stream.protocol.frames import Drop, EndOfStream, RingUse, SourceInfo, SourceTrouble
from stream.protocol.outlets import OutsideNews
from stream.protocol.processes import PeerDown, PeerUp, SecurityEvent, Stop
from stream.protocol.readings import DensityReading, Recorded
from stream.protocol.types import Message
from stream.readings.ordering import Arrival, ReorderTimeout, Sequencer
from stream.readings.run_status import RunStatusTracker
from stream.run.child import Child
from stream.session.incidents import Incidents, WallClock
from stream.session.journal import Journal
from stream.session.store import FILE_NAME, Store
from stream.sink.acknowledging import Acknowledgements
from stream.sink.disk import SessionDisk
from stream.sink.finishing import Finishing
from stream.sink.gathering import messages_of_turn
from stream.sink.outlets_desk import OutletsDesk
from stream.sink.recording_desk import RecordingDesk
from stream.sink.workings_desk import WorkingsDesk

log = logging.getLogger("capillary.sink")

_IDLE_MS: Final = 100
_WAITING_MS: Final = 10  # while a reading waits for an earlier one: live, it may be released at any moment
_PROGRESS_S: Final = 0.25  # or a quarter of the time for which a value is current, if that is less


def run(child: Child, plan: RunPlan) -> None:
    """Run one incarnation of the sink. Raises OutputError if the session cannot be opened or written."""
    store = Store(plan.folder / FILE_NAME)
    logs.hide(plan.source)
    with open_outlets(plan, child.tell) as outlets:
        try:
            Sink(child, plan, store, outlets).run()
            store.close()
        except (sqlite3.Error, OSError) as error:
            raise OutputError(f"the session in {plan.folder} cannot be written: {error}") from error


class Sink:
    """One incarnation of the sink. It knows from disk what its predecessor had."""

    def __init__(self, child: Child, plan: RunPlan, store: Store, outlets: Sequence[Outlet]) -> None:
        self._child, self._plan, self._store, self._outlets = child, plan, store, outlets
        least_s, most_s = plan.config.sink.reorder_wait_ms / 1000, plan.config.sink.stale_after_s
        self._reorder_timeout = None if plan.replaying else ReorderTimeout(least_s, most_s)
        self._sequencer: Sequencer[DensityReading] = Sequencer(
            None if plan.replaying else least_s,
            store.seqs(store.accounted),
            max(store.next_seq(), store.accounted),
            store.accounted,
        )
        self._tracker = RunStatusTracker(plan.session, plan.mode, most_s)
        self._tracker.take_counts(store.counts())
        self._outlets_desk = OutletsDesk(plan, store, self._tracker)
        self._workings_desk = WorkingsDesk(child, self._tracker)
        journal = Journal(store, plan.session, also=self._outlets_desk.keep)
        watching = not plan.replaying
        self._bedside = Bedside(journal, plan.session, plan.config.alarms, steady_utc(), watching=watching)
        self._incidents, self._recording = Incidents(store), RecordingDesk(child, self._tracker, self._tell)
        self._wall_clock = WallClock(time.time_ns(), time.monotonic_ns())
        self._disk = SessionDisk(store, plan.folder)
        self._acknowledgements = Acknowledgements(self._sequencer, child.incarnation, child.tell)
        self._finishing = Finishing(plan, store)
        self._untold: list[DensityReading] = []  # released and added to the store, but not yet at the outlets
        self._source: SourceInfo | None = None
        self._end: EndOfStream | None = None
        self._progress_s = min(_PROGRESS_S, most_s / 4)
        self._next_progress_s, self._stopping = 0.0, False
        if store.facts().get("begun_at") is None:  # `prepare` clears it: a session that is resumed has had other runs
            store.set_facts(name=plan.config.sink.session_name or None)
            store.set_facts(begun_at=self._sequencer.accounted, mode=plan.mode, kept=plan.kept)
            store.commit()
        self._tracker.kept = bool(store.facts().get("kept", True))

    def run(self) -> None:
        """Take messages and act on them, in turns, until the supervisor says stop."""
        self._child.hello()
        while not self._stopping:
            timeout_ms = _WAITING_MS if self._sequencer.waiting else _IDLE_MS
            for message in messages_of_turn(self._child.receive, timeout_ms, gather=self._plan.replaying):
                self._handle(message)
            self._turn()

    # What comes in

    def _handle(self, message: Message) -> None:
        match message:
            case DensityReading() if message.session == self._plan.session:
                self._take(message)
            case Drop():
                self._drop(message)
            case SourceInfo():
                self._meet_source(message)
            case SourceTrouble():
                self._note_trouble(message)
            case EndOfStream():
                self._end = message
            case PeerUp(peer=peer) if peer.role == "capture":
                self._acknowledgements.meet_capture()
            case PeerUp(peer=peer) if peer.role == "worker":
                self._meet_model(peer.detail, peer.transfer)
            case PeerUp(peer=peer) if peer.role == "view":
                self._tell_whole_state()
            case KeepMarker() | RemoveMarker() | AcknowledgeAlarm() | PauseAlarms() | SetLimits() | DismissPrevious():
                self._bedside.handle(message)
            case KeepSession():
                self._tracker.kept = self._disk.keep_session()
                refusal = "" if self._tracker.kept else "The disk is full: the session cannot be kept. Free some space."
                self._tell_status()  # first, so that the answer of the page has it
                self._tell(Answer(request=message.request, error=refusal, status=409 if refusal else 200))
            case Recorded() | KeepRecording() | PeerDown(role="recorder"):
                self._recording.handle(message)
            case OutsideNews() | PeerDown(role="delivery" | "publisher"):
                self._outlets_desk.handle(message)
            case RingUse() | SecurityEvent():
                self._workings_desk.handle(message)
            case EndSession():
                self._child.report(message)
                self._tell(Answer(request=message.request))
            case PeerDown(role="worker", index=index, incarnation=incarnation):
                self._acknowledgements.lose_worker(index, incarnation)
            case PeerDown(role="capture"):
                self._acknowledgements.lose_capture()
                self._tracker.source = ""
            case Stop():
                self._stopping = True

    def _take(self, reading: DensityReading) -> None:
        if self._reorder_timeout is not None:
            self._reorder_timeout.took(reading.latency_ms / 1000)
            self._sequencer.wait_s = self._reorder_timeout.wait_s
        if self._sequencer.offer(reading.seq, reading, time.monotonic()) is Arrival.LATE:
            self._store.add(self._trimmed(reading), late=True)
            self._tracker.late += 1

    def _drop(self, drop: Drop) -> None:
        if self._sequencer.offer(drop.seq, None, time.monotonic()) is not Arrival.DUPLICATE:
            self._store.add_drop(drop)
            self._workings_desk.drop(drop.cause)
            self._tracker.device_lost += drop.lost_before

    def _meet_source(self, source: SourceInfo) -> None:
        before, self._source = self._source, source
        if before is not None and (before.width, before.height) != (source.width, source.height):
            self._note_incident("segment", f"{before.width}x{before.height} to {source.width}x{source.height} px")
        if not self._plan.replaying:
            self._drop_what_died_with_an_earlier_sink(source.settled)
        self._bedside.name_source(source.source)
        self._tracker.source, self._tracker.frames_expected = source.source, source.frames_expected
        self._tracker.take_scale(self._plan.config.capture, source.width, source.um_per_px)
        self._store.set_facts(source=source.source, width=source.width, height=source.height, fps=source.fps)
        self._store.set_facts(um_per_px=source.um_per_px, treatment=source.treatment)
        if self._store.facts().get("begun_ns") is None:
            self._store.set_facts(begun_ns=source.started_ns)
        self._tell(source)

    def _drop_what_died_with_an_earlier_sink(self, settled: int) -> None:
        """Count what was acknowledged and is not on disk: with a full disk a live sink acknowledges what it only holds.

        settled: capture has let go of all frames below, so nothing of them will come any more.
        """
        have = set(self._sequencer.seqs_beyond(settled))
        for seq in range(self._sequencer.accounted, settled):
            if seq not in have:
                self._drop(Drop(seq=seq, cause="not stored"))

    def _meet_model(self, model_id: str, transfer: str) -> None:
        known = self._store.facts().get("model_id")
        if known not in (None, model_id) and self._store.next_seq() > 0:
            raise OutputError(
                f"this session was begun with the model {known}, and the model is {model_id} now; begin anew"
            )
        self._store.set_facts(model_id=model_id, transfer=transfer)

    def _note_trouble(self, trouble: SourceTrouble) -> None:
        if trouble.lost != self._tracker.lost:
            self._note_incident("source lost" if trouble.lost else "source found", trouble.reason)
        self._tracker.lost, self._tracker.trouble = trouble.lost, trouble.reason

    def _note_incident(self, kind: str, detail: str) -> None:
        self._incidents.add(kind, detail, self._sequencer.next_seq)

    # What is done with it

    def _turn(self) -> None:
        """Put in order, commit, and only then acknowledge and tell: what others act on must survive this process."""
        self._release()
        self._watch_clock()
        # At the bedside a value counts at once: while the disk is full, readings are shown and wait in memory, and are
        # counted as not stored if they find no room. A replay waits for room instead.
        if self._commit() or not self._plan.replaying:
            self._acknowledgements.report([index for role, index in self._child.peers if role == "worker"])
            self._tell_readings()
        self._tell_bedside()
        if time.monotonic() >= self._next_progress_s:
            self._next_progress_s = time.monotonic() + self._progress_s
            self._tell_status()
        if self._end is not None and self._is_over(self._end):
            self._finish(self._end)

    def _release(self) -> None:
        """Add the readings whose turn has come to the store, and judge them."""
        for _, released in self._sequencer.release(time.monotonic()):
            times = {"t_published_ns": time.time_ns(), "ordered_ms": released.since_grab_ms(time.monotonic_ns())}
            reading = replace(released, **times, drops_total=self._tracker.dropped)
            self._store.add(self._trimmed(reading))
            self._outlets_desk.keep(reading)
            self._bedside.take_reading(reading)
            self._untold.append(reading)
        self._store.accounted = self._sequencer.accounted

    def _trimmed(self, reading: DensityReading) -> DensityReading:
        """Return a reading as it is stored: outlines that were made only for the page are not kept."""
        return reading if self._plan.outlines else replace(reading, regions=None, objects=None)

    def _watch_clock(self) -> None:
        step_ns = self._wall_clock.step_ns(time.time_ns(), time.monotonic_ns())
        if step_ns:
            self._tracker.clock_step_s += step_ns / 1e9
            self._note_incident("clock step", f"{step_ns / 1e9:+.3f} s")

    def _commit(self) -> bool:
        """Return False while the disk is full: what was added waits in memory."""
        kept = self._disk.commit()
        if self._disk.full != self._tracker.disk_full:
            kind = "disk full" if self._disk.full else "disk has room"
            self._note_incident(kind, f"{self._store.given_up} not stored")
            log.warning("%s: %s", kind, self._plan.folder)
        self._tracker.disk_full, self._tracker.not_stored = self._disk.full, self._store.given_up
        return kept

    def _is_over(self, end: EndOfStream) -> bool:
        """Return whether all that was captured is accounted for and shown, and the end is not yet reported."""
        if self._tracker.ended or self._untold or (self._plan.replaying and self._disk.waits):
            return False
        return self._sequencer.accounted >= end.frames_read

    def _finish(self, end: EndOfStream) -> None:
        self._child.alive(busy=True)  # a long table and the hash of a large file take their time
        finished = self._finishing.finish(end, self._tracker)
        if finished is None:
            self._disk.wait()
            self._tracker.trouble = "the disk is full: the results are written when there is room"
        else:
            self._tracker.ended = True
            self._tell_status()
            self._child.report(finished)
        self._child.alive()

    # What goes out

    def _tell(self, message: Message) -> None:
        """Tell every outlet; each takes what is for its receiver."""
        for outlet in self._outlets:
            outlet.tell(message)

    def _tell_readings(self) -> None:
        """Tell readings with the time of this moment, from which receivers know their age: writing may take long."""
        now_ns = time.monotonic_ns()
        for reading in self._untold:
            told = replace(reading, t_published_ns=time.time_ns(), stored_ms=reading.since_grab_ms(now_ns))
            self._tracker.take(told, time.monotonic())
            self._tell(told)
        self._untold = []

    def _tell_bedside(self) -> None:
        for message in self._bedside.take_messages():
            self._tell(message)

    def _tell_status(self) -> None:
        """Tell how the run stands. Alarms are judged by it first, and are on disk before anyone learns of them."""
        self._workings_desk.enter(self._sequencer.waiting)
        status = self._tracker.status(time.monotonic(), time.time_ns())
        self._bedside.take_status(status, self._disk.free_mb())
        self._store.commit()
        self._tell_bedside()
        self._child.report(status)
        self._tell(status)

    def _tell_whole_state(self) -> None:
        """Tell what a page that has just begun must know of the time before it; the other outlets do not send that."""
        if self._source is not None:
            self._tell(self._source)
        for message in self._bedside.current_state():
            self._tell(message)
