"""The sink process: readings in → order restored → committed to disk → acknowledged, published, shown, reported."""

import errno
import logging
import shutil
import sqlite3
import time
from collections import deque
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from stream.bedside.requests import Bedside
from stream.config.run_plan import RunPlan
from stream.console import logs
from stream.errors import OutputError
from stream.machine import energy
from stream.machine.clock import steady_utc
from stream.machine.cpu_time import cpu_seconds
from stream.outlets.opening import open_outlets
from stream.outlets.outlet import Outlet
from stream.protocol.bedside import (
    AcknowledgeAlarm,
    KeepMarker,
    PauseAlarms,
    RemoveMarker,
    SetLimits,
)
from stream.protocol.frames import Committed, Drop, EndOfStream, SourceInfo, SourceTrouble
from stream.protocol.processes import Finished, Noted, PeerDown, PeerUp, Stop
from stream.protocol.readings import DensityReading
from stream.protocol.types import MAX_BEYOND, Message
from stream.readings.ordering import Arrival, ReorderTimeout, Sequencer
from stream.readings.run_status import Standing
from stream.run.child import Child
from stream.session.incidents import Incidents, WallClock
from stream.session.journal import Journal
from stream.session.provenance import SourceHash
from stream.session.result_files import write_results
from stream.session.statistics import density_statistics
from stream.session.store import FILE_NAME, Store
from stream.session.summary import STOPPED, Course, exit_code, noted_of, sentence, summary_of

log = logging.getLogger("capillary.sink")

_IDLE_MS: Final = 100
_WAITING_MS: Final = 10
_BATCH: Final = 64
_PROGRESS_S: Final = 0.25  # or a quarter of the time for which a value is current, where that is less
_DISK_S: Final = 5.0
_FULL_S: Final = 0.5  # between two looks at a full disk


def run(child: Child, plan: RunPlan) -> None:
    """Entry point. Raises OutputError where the session or the publishing socket cannot be had."""
    store = Store(plan.folder / FILE_NAME)
    logs.hide(plan.source)
    with open_outlets(plan.config, partial(child.tell, "view"), child.notes) as outlets:
        try:
            Sink(child, plan, store, outlets).run()
            store.close()
        except (sqlite3.Error, OSError) as error:
            raise OutputError(f"the session in {plan.folder} cannot be written: {error}") from error


class Sink:
    """One incarnation of the sink."""

    def __init__(self, child: Child, plan: RunPlan, store: Store, outlets: Sequence[Outlet]) -> None:
        self._child, self._plan, self._store, self._outlets = child, plan, store, outlets
        least_s, most_s = plan.config.sink.reorder_wait_ms / 1000, plan.config.sink.stale_after_s
        self._reorder_timeout = None if plan.replaying else ReorderTimeout(least_s, most_s)
        wait_s = None if self._reorder_timeout is None else least_s
        self._sequencer: Sequencer[DensityReading] = Sequencer(
            wait_s, store.seqs(store.accounted), max(store.next_seq(), store.accounted), store.accounted
        )
        self._standing = Standing(plan.session, plan.mode, most_s)
        counts = store.counts()
        self._standing.published, self._standing.failed = counts["published"], counts["failed"]
        self._standing.dropped, self._standing.late = counts["dropped"], counts["late"]
        self._bedside = Bedside(
            Journal(store, plan.session),
            plan.session,
            plan.config.alarms,
            steady_utc(),
            watching=not plan.replaying,
        )
        self._incidents = Incidents(store)
        self._wall = WallClock(time.time_ns(), time.monotonic_ns())
        self._unshown: list[DensityReading] = []
        self._next_try_s = 0.0
        self._acknowledged = -1
        self._untold = False
        self._deaths: deque[tuple[int, int]] = deque()  # of workers, of which capture was not told yet
        self._source: SourceInfo | None = None
        self._end: EndOfStream | None = None
        self._workers: set[int] = set()
        self._progress_s = min(_PROGRESS_S, most_s / 4)
        self._next_progress_s = 0.0
        self._next_disk_s = 0.0
        self._free_mb: float | None = None
        self._stopping = False
        self._refused_elsewhere = 0
        self._energy = energy.count()
        self._hash = SourceHash(plan.source) if plan.replaying else None
        if store.facts().get("begun_at") is None:  # `prepare` clears it: a session that is resumed has had other runs
            store.note(name=plan.config.sink.session_name or None)
            store.note(begun_at=self._sequencer.accounted, mode=plan.mode)
            store.commit()

    def run(self) -> None:
        """Until the supervisor says stop."""
        self._child.hello()
        while not self._stopping:
            patience_ms = _WAITING_MS if self._sequencer.waiting else _IDLE_MS
            for wait_ms in (patience_ms, *[0] * (_BATCH - 1)):
                message = self._child.receive(wait_ms)
                if message is None:
                    break
                self._handle(message)
            self._turn()

    def _handle(self, message: Message) -> None:
        match message:
            case DensityReading() if message.session == self._plan.session:
                self._take(message)
            case Drop():
                if self._sequencer.offer(message.seq, None, time.monotonic()) is not Arrival.DUPLICATE:
                    self._store.drop(message)
                    self._standing.dropped += 1
            case SourceInfo():
                self._meet(message)
            case SourceTrouble():
                self._note_trouble(message)
            case EndOfStream():
                self._end = message
            case PeerUp(peer=peer) if peer.role == "capture":
                self._untold = True  # it is told once all that is accounted for is on disk
            case PeerUp(peer=peer) if peer.role == "worker":
                self._workers.add(peer.index)
                self._meet_model(peer.detail)
            case PeerUp(peer=peer) if peer.role == "view":
                self._greet_view()
            case KeepMarker() | RemoveMarker() | AcknowledgeAlarm() | PauseAlarms() | SetLimits():
                self._bedside.handle(message)
            case PeerDown(role="worker", index=index, incarnation=incarnation):
                self._workers.discard(index)
                self._deaths.append((index, incarnation))
            case PeerDown(role="capture"):
                self._deaths.clear()  # the next one has never met them
                self._standing.source = ""
            case Noted(what="refused", count=count):
                self._refused_elsewhere += count
            case Stop():
                self._stopping = True
            case _:
                pass
        self._standing.workers = len(self._workers)

    def _take(self, reading: DensityReading) -> None:
        if self._reorder_timeout is not None:
            self._reorder_timeout.took(reading.latency_ms / 1000)
            self._sequencer.wait_s = self._reorder_timeout.wait_s
        if self._sequencer.offer(reading.seq, reading, time.monotonic()) is Arrival.LATE:
            self._store.add(self._trimmed(reading), late=True)
            self._standing.late += 1

    def _greet_view(self) -> None:
        if self._source is not None:
            self._tell(self._source)
        for message in self._bedside.whole():
            self._tell(message)

    def _note_trouble(self, trouble: SourceTrouble) -> None:
        if trouble.lost != self._standing.lost:
            kind = "source lost" if trouble.lost else "source found"
            self._incidents.note(kind, trouble.reason, self._sequencer.next_seq)
        self._standing.lost, self._standing.trouble = trouble.lost, trouble.reason

    def _meet(self, source: SourceInfo) -> None:
        before, self._source = self._source, source
        if before is not None and (before.width, before.height) != (source.width, source.height):
            sizes = f"{before.width}x{before.height} to {source.width}x{source.height} px"
            self._incidents.note("segment", sizes, self._sequencer.next_seq)
        self._settle(source.settled)
        self._bedside.meet(source.source)
        self._standing.source, self._standing.frames_expected = source.source, source.frames_expected
        self._store.note(source=source.source, width=source.width, height=source.height, fps=source.fps)
        if self._store.facts().get("begun_ns") is None:
            self._store.note(begun_ns=source.started_ns)
        self._tell(source)

    def _meet_model(self, model_id: str) -> None:
        known = self._store.facts().get("model_id")
        if known not in (None, model_id) and self._store.next_seq() > 0:
            raise OutputError(
                f"this session was begun with the model {known}, and the model is {model_id} now; begin anew"
            )
        self._store.note(model_id=model_id)

    def _settle(self, seq: int) -> None:
        """What an earlier sink acknowledged and is not on disk died with it, on a full disk."""
        if self._plan.replaying:
            return
        have = set(self._sequencer.beyond(seq))
        for lost in range(self._sequencer.accounted, seq):
            if lost not in have:
                self._handle(Drop(seq=lost, cause="not stored"))

    def _commit(self, now_s: float) -> bool:
        """False while the disk is full: what is there was added, and waits."""
        if not self._store.full or now_s >= self._next_try_s:
            self._store.commit()
            if self._store.full:
                self._next_try_s = now_s + _FULL_S
        if self._store.full != self._standing.disk_full:
            kind = "disk full" if self._store.full else "disk has room"
            self._incidents.note(kind, f"{self._store.given_up} not stored", self._sequencer.next_seq)
            log.warning("%s: %s", kind, self._plan.folder)
        self._standing.disk_full, self._standing.not_stored = self._store.full, self._store.given_up
        return not self._store.full

    def _watch_clock(self) -> None:
        step_ns = self._wall.step_ns(time.time_ns(), time.monotonic_ns())
        if step_ns:
            self._standing.clock_step_s += step_ns / 1e9
            self._incidents.note("clock step", f"{step_ns / 1e9:+.3f} s", self._sequencer.next_seq)

    def _turn(self) -> None:
        released = [
            replace(reading, t_published_ns=time.time_ns(), drops_total=self._standing.dropped)
            for _, reading in self._sequencer.release(time.monotonic())
        ]
        for reading in released:
            self._store.add(self._trimmed(reading))
            self._bedside.reading(reading)
        self._watch_clock()
        self._store.accounted = self._sequencer.accounted
        self._unshown += released
        now_s = time.monotonic()
        if self._commit(now_s) or not self._plan.replaying:  # at the bedside a value counts at once
            self._acknowledge()
            for reading in self._unshown:
                self._show(reading)
            self._unshown = []
        self._show_bedside()
        if now_s >= self._next_progress_s:
            self._next_progress_s = now_s + self._progress_s
            self._tell_progress(now_s)
        whole = self._end is not None and self._sequencer.accounted >= self._end.frames_read and not self._unshown
        waits = self._plan.replaying and now_s < self._next_try_s  # for room on the disk
        if self._end is not None and whole and not (waits or self._standing.ended):
            self._finish_where_there_is_room(self._end)

    def _finish_where_there_is_room(self, end: EndOfStream) -> None:
        self._child.alive(busy=True)  # a long table and a hash of a large file take their time
        try:
            self._finish(end)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT) or end.reason == STOPPED:
                raise
            self._next_try_s = time.monotonic() + _FULL_S
            self._standing.trouble = "the disk is full: the results are written when there is room"
        self._child.alive()

    def _trimmed(self, reading: DensityReading) -> DensityReading:
        """As it is stored: outlines that were only made for the page are not kept."""
        return reading if self._plan.outlines else replace(reading, regions=None)

    def _acknowledge(self) -> None:
        """Tell capture and workers what is on disk, where that has changed; and capture what came of a dead worker."""
        accounted = self._sequencer.accounted
        if self._untold or accounted != self._acknowledged:
            message = self._committed(accounted)
            for role, index in self._child.peers:
                if role == "worker":
                    self._child.tell(role, message, index)
            if self._child.tell("capture", message):
                self._acknowledged, self._untold = accounted, False
        while self._deaths and self._child.tell("capture", self._committed(accounted, self._deaths[0])):
            self._deaths.popleft()

    def _committed(self, accounted: int, after_death_of: tuple[int, int] | None = None) -> Committed:
        return Committed(
            next_seq=accounted,
            sink=self._child.incarnation,
            beyond=tuple(self._sequencer.beyond(MAX_BEYOND)),
            after_death_of=after_death_of,
        )

    def _show(self, reading: DensityReading) -> None:
        """Everyone sees what is on disk, and nothing else, with the age of this moment: writing may have taken long."""
        reading = replace(reading, t_published_ns=time.time_ns())
        self._standing.take(reading, time.monotonic())
        self._tell(reading)

    def _show_bedside(self) -> None:
        """Markers and alarms, like readings, once they are on disk."""
        for message in self._bedside.told():
            self._tell(message)

    def _room_mb(self, now_s: float) -> float | None:
        """Free space where the session lies, looked up now and then; none where it takes nothing (a quota)."""
        if now_s >= self._next_disk_s:
            self._next_disk_s = now_s + _DISK_S
            self._free_mb = shutil.disk_usage(self._plan.folder).free / 1e6
        return 0.0 if self._store.full else self._free_mb

    def _tell_progress(self, now_s: float) -> None:
        self._standing.refused = self._refused_elsewhere + self._child.notes.refused
        progress = self._standing.progress(now_s, time.time_ns())
        self._bedside.standing(progress, self._room_mb(now_s))
        self._store.commit()
        self._show_bedside()
        self._child.report(progress)
        self._tell(progress)

    def _tell(self, message: Message) -> None:
        """Tell every outlet; each takes what is for its receiver."""
        for outlet in self._outlets:
            outlet.tell(message)

    def _finish(self, end: EndOfStream) -> None:
        """Everything that was captured is accounted for and on disk, or can no longer be put there."""
        if self._store.full:
            self._standing.not_stored = self._store.given_up + self._store.waiting
        summary = self._summary(end)
        if self._plan.replaying:
            write_results(self._store, self._plan, end, summary)
        self._store.note(**noted_of(summary))
        self._store.commit()
        self._standing.ended = True
        self._tell_progress(time.monotonic())
        self._child.report(Finished(exit_code=exit_code(end, summary, self._plan.mode), summary=sentence(summary)))

    def _summary(self, end: EndOfStream) -> dict[str, Any]:
        facts = self._store.facts()
        begun_at, begun_ns = int(str(facts["begun_at"])), int(str(facts.get("begun_ns") or time.time_ns()))
        hash_timeout_s = 0.1 if end.reason == STOPPED else None
        return summary_of(
            self._plan,
            end,
            self._standing,
            Course(begun_at, begun_ns, time.time_ns(), cpu_seconds(), energy.joules(self._energy, energy.count())),
            density_statistics(self._store),
            model_id=str(facts.get("model_id") or ""),
            source_sha256=self._hash.result(hash_timeout_s) if self._hash is not None else None,
        )
