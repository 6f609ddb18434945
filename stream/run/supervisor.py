"""Spawns the processes, tells them of each other, restarts the dead, kills the hung, stops them all.

Targets are passed in by name: this module loads neither OpenCV nor TensorFlow, and stays small so as not to fail.
It owns the ring, so a crash of any child loses no pixels.
"""

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any, Final

from stream.config.run_plan import RunPlan
from stream.console.text import counted
from stream.machine.processes import death_handle
from stream.machine.run_folder import RunFolder, listens_on_tcp
from stream.machine.signals import deaf_to_signals, stop_signals
from stream.protocol.frames import Overdue, RingNeeded, RingReady
from stream.protocol.messages import AnyMessage
from stream.protocol.processes import Alive, Fatal, Finished, Hello, Noted, PeerDown, PeerUp, Stop
from stream.protocol.readings import RunStatus
from stream.protocol.types import Message, Role
from stream.readings.freshness import freshness_of, outdated
from stream.run.child import Assignment, PeerKey, no_main, run_child
from stream.run.outcome import Outcome
from stream.security.events import Notes
from stream.security.key_pair import new_keys
from stream.transport.frame_ring import Ring
from stream.transport.sockets import Inbox, Outbox, new_context

log = logging.getLogger("capillary.supervisor")

_TICK_MS: Final = 50
_STOP_AT_EASE_S: Final = 0.8  # for what was captured to be finished
_STOP_S: Final = 4.0  # for everything, though a process hangs and has to be replaced
_STOP_SILENCE_S: Final = 1.2  # of a process while the run is being stopped; it says twice a second that it lives
_JOIN_S: Final = 0.4
_JOIN_AT_EASE_S: Final = 2.0  # nobody waits: what is closed in order takes its time
_BACK_OFF_S: Final = 0.1
_BACK_OFF_MAX_S: Final = 2.0
_SUSPENDED_S: Final = 1.0
_OUTSIDE_S: Final = 10.0
_OUTSIDE_EVERYWHERE_S: Final = 120.0  # several kinds of process are killed: that is somebody's hand, not a fault
_KILLED: Final = -9  # exit code of a process that met SIGKILL
_CAPTURE: Final[PeerKey] = ("capture", 0)
_SINK: Final[PeerKey] = ("sink", 0)


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process to run: "module:function", called with (child, plan, *arguments) in a spawned interpreter.

    essential: the run ends when it cannot be kept alive.
    """

    role: Role
    index: int
    target: str
    arguments: tuple[Any, ...] = ()
    essential: bool = True

    @property
    def key(self) -> PeerKey:
        """Role and number."""
        return self.role, self.index


@dataclass(slots=True)
class _Running:
    spec: ProcessSpec
    incarnation: int = -1
    process: BaseProcess | None = None
    handle: int | None = None
    killed: bool = False  # by the supervisor itself
    unready: int = 0  # deaths in a row before it was ready, or with no frame finished by anybody
    deaths: int = 0  # in a row, without a frame finished by anybody between them
    row_began_s: float = 0.0
    by_itself: bool = False  # one of them at least was no kill -9 from outside
    published_at_death: int = -1
    heard_s: float = 0.0
    restart_at: float = 0.0
    given_up: bool = False


def back_off_s(deaths: int) -> float:
    """How long to wait before the next life after so many deaths in a row that came of nothing."""
    return 0.0 if deaths < 2 else min(_BACK_OFF_S * 2.0 ** (deaths - 2), _BACK_OFF_MAX_S)


class Supervisor:
    """One run of the pipeline.

    on_hello is called when a child is ready, on_status with what the sink reports, a few times a second,
    on_noted with what belongs into the audit log.
    """

    def __init__(
        self,
        plan: RunPlan,
        specs: Sequence[ProcessSpec],
        *,
        on_hello: Callable[[Hello], None],
        on_status: Callable[[RunStatus], None],
        on_noted: Callable[[Noted], None],
    ) -> None:
        runtime = plan.config.runtime
        self._plan, self._portable = plan, runtime.portable
        self._restarts, self._hang_s = max(1, runtime.restarts), runtime.hang_s
        self._stale_after_s = plan.config.sink.stale_after_s
        self._on_hello, self._on_status, self._on_noted = on_hello, on_status, on_noted
        self._notes = Notes()
        self._running = {spec.key: _Running(spec) for spec in specs}
        self._peers: dict[PeerKey, tuple[Hello, Outbox]] = {}
        self._ring: Ring | None = None
        self._outcome: Outcome | None = None
        self._killed_outside_s: dict[Role, float] = {}
        self._published = 0
        self._turned_s = time.monotonic()
        self._status: RunStatus | None = None
        self._current_until_s = 0.0
        self._signalled: signal.Signals | None = None
        self._end_at_s = float("inf") if plan.seconds is None else time.monotonic() + plan.seconds
        self._stopping_since_s: float | None = None
        self._hurrying = False
        self._folder = RunFolder(plan.session)
        self._context = new_context()
        self._keys = new_keys() if listens_on_tcp(self._portable) else None
        self._inbox = Inbox(self._context, self._folder.path, "supervisor", self._portable, self._keys)

    def run(self) -> Outcome:
        """Run to the end. Ctrl-C and its like stop it in order, within two seconds where nobody hangs."""
        previous = {number: signal.signal(number, self._on_signal) for number in stop_signals()}
        try:
            while self._outcome is None:
                self._turn()
            return self._outcome
        finally:
            self._close()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _turn(self) -> None:
        for running in self._running.values():
            if running.process is not None and not running.process.is_alive():
                self._bury(running)
            needed = not running.given_up and not (self._hurrying and running.spec.role == "worker")
            if running.process is None and needed and time.monotonic() >= running.restart_at:
                self._spawn(running)
        handles = {running.handle for running in self._running.values() if running.handle is not None}
        self._inbox.wait(_TICK_MS, handles)
        for message in self._inbox.drain():
            self._handle(message)
        self._watch(time.monotonic())
        self._take_notes()
        if self._outcome is None and (self._signalled is not None or time.monotonic() > self._end_at_s):
            self._stop_in_order(time.monotonic())

    def _watch(self, now_s: float) -> None:
        """Kill who hangs, and show no number as current that the sink no longer vouches for.

        Where this loop itself stood still the whole program was suspended (Ctrl-Z, a closed lid): nobody is to blame.
        """
        stood_still_s, self._turned_s = now_s - self._turned_s, now_s
        for running in self._running.values():
            if stood_still_s > _SUSPENDED_S:
                running.heard_s += stood_still_s
            patience_s = self._patience_s(running.spec.role)
            if running.spec.key in self._peers and now_s - running.heard_s > patience_s and not running.killed:
                log.warning("%s-%d said nothing for %.0f s: killed", *running.spec.key, now_s - running.heard_s)
                self._kill(running)
        if self._status is not None and now_s > self._current_until_s:
            self._current_until_s = now_s + self._stale_after_s
            self._on_status(outdated(self._status))

    def _patience_s(self, role: Role) -> float:
        """How long a process may say nothing. Workers are watched by capture, as long as frames are waited for."""
        if role == "worker":
            return 2 * _STOP_SILENCE_S if self._hurrying else float("inf")
        return self._hang_s if self._stopping_since_s is None else min(self._hang_s, _STOP_SILENCE_S)

    @staticmethod
    def _kill(running: _Running) -> None:
        if running.process is not None:
            running.killed = True
            running.process.kill()

    def _take_notes(self) -> None:
        """What came to this process and was no message is for the audit log too."""
        rejected = self._inbox.take_rejected()
        if rejected:
            self._notes.add("refused", "supervisor", detail="what came was no message", count=rejected)
        for noted in self._notes.take(time.monotonic()):
            self._on_noted(noted)
            self._tell("sink", noted)

    def _handle(self, message: AnyMessage) -> None:
        match message:
            case Hello():
                self._introduce(message)
            case RingNeeded(slots=slots, slot_bytes=slot_bytes):
                self._provide_ring(slots, slot_bytes)
            case Overdue(worker=worker, incarnation=incarnation, seq=seq):
                self._kill_hung(worker, incarnation, seq)
            case Noted():
                self._on_noted(message)
            case RunStatus():
                self._published = message.published + message.failed
                now_ns = time.monotonic_ns()
                left_s = freshness_of(message, time.time_ns(), now_ns).left_s(now_ns, self._stale_after_s)
                self._status, self._current_until_s = message, time.monotonic() + left_s
                self._on_status(message if left_s > 0 else outdated(message))
            case Alive(role=role, index=index, incarnation=incarnation, busy=busy):
                heard = self._running.get((role, index))
                if heard is not None and heard.incarnation == incarnation:
                    heard.heard_s = float("inf") if busy else time.monotonic()
            case Finished(exit_code=exit_code, summary=summary):
                self._outcome = Outcome(exit_code if self._signalled is None else 130, summary)
            case Fatal(role=role, exit_code=exit_code, sentence=sentence) if self._outcome is None:
                if self._can_go_on_without(role):
                    log.error("%s", sentence)
                else:
                    self._outcome = Outcome(exit_code, sentence)
            case _:
                pass

    def _can_go_on_without(self, role: Role) -> bool:
        """Once it was there: what keeps it from coming at all is the user's to mend."""
        return all(
            not running.spec.essential and (running.incarnation > 0 or key in self._peers)
            for key, running in self._running.items()
            if running.spec.role == role
        )

    def _introduce(self, hello: Hello) -> None:
        """Tell everyone of the newcomer, and the newcomer of everyone."""
        key: PeerKey = hello.role, hello.index
        running = self._running.get(key)
        if running is None or running.process is None or running.incarnation != hello.incarnation:
            return  # it may have died faster than its hello travelled
        self._forget_peer(key)
        newcomer = Outbox(self._context, hello.endpoint, self._keys)
        for other, outbox in self._peers.values():
            outbox.send(PeerUp(peer=hello))
            newcomer.send(PeerUp(peer=other))
        self._peers[key] = hello, newcomer
        running.heard_s = time.monotonic()
        if self._stopping_since_s is not None and key == _CAPTURE:  # the one before it died with the order
            newcomer.send(Stop(final=False, at_once=self._hurrying))
        self._on_hello(hello)

    def _forget_peer(self, key: PeerKey) -> None:
        known = self._peers.pop(key, None)
        if known is not None:
            known[1].close()

    def _provide_ring(self, slots: int, slot_bytes: int) -> None:
        old = ring = self._ring
        if ring is None or ring.slots != slots or ring.slot_bytes < slot_bytes:
            try:
                ring = self._ring = Ring.create(slots, slot_bytes, self._folder.path, portable=self._portable)
            except MemoryError as error:
                self._outcome = Outcome(1, str(error))
                return
            if old is not None:  # closed after the new one was made: a path is never used twice, nor a seq
                ring.captured = old.captured
                old.close()
        self._tell("capture", RingReady(ring=ring.path))

    def _tell(self, role: Role, message: Message) -> None:
        peer = self._peers.get((role, 0))
        if peer is not None:
            peer[1].send(message)

    def _kill_hung(self, worker: int, incarnation: int, seq: int) -> None:
        running = self._running.get(("worker", worker))
        if running is not None and running.process is not None and running.incarnation == incarnation:
            log.warning("worker-%d held frame %d longer than the deadline: killed", worker, seq)
            self._kill(running)

    def _spawn(self, running: _Running) -> None:
        running.incarnation += 1
        assignment = Assignment(
            role=running.spec.role,
            index=running.spec.index,
            incarnation=running.incarnation,
            folder=self._folder.path,
            supervisor=self._inbox.endpoint,
            portable=self._portable,
            keys=self._keys,
        )
        process = multiprocessing.get_context("spawn").Process(
            target=run_child,
            args=(self._plan, assignment, running.spec.target, *running.spec.arguments),
            name=assignment.name,
        )
        with deaf_to_signals(), no_main():
            process.start()
        running.process, running.killed = process, False
        running.handle = death_handle(process, self._portable)

    def _bury(self, running: _Running) -> None:
        """A child is dead: tell its peers at once, then bring it back, or give up."""
        process, spec = running.process, running.spec
        assert process is not None
        for message in self._inbox.drain():  # its last words, if it had any
            self._handle(message)
        exit_code, introduced = process.exitcode, spec.key in self._peers
        self._let_go(running)
        self._forget_peer(spec.key)
        for _, outbox in self._peers.values():
            outbox.send(PeerDown(role=spec.role, index=spec.index, incarnation=running.incarnation))
        if self._outcome is not None:
            return
        log.warning("%s-%d died (exit code %s)", spec.role, spec.index, exit_code)
        self._count(running, exit_code, introduced=introduced)
        # A frame is set aside at as many deaths, which is told after the last: one life more for a worker at a frame.
        allowed = self._restarts + (spec.role == "worker" and introduced and self._restarts > 1)
        now_s = time.monotonic()
        hopeless = running.by_itself or now_s - running.row_began_s > self._outside_patience_s(running)
        if running.deaths >= allowed and hopeless:
            self._give_up(running, exit_code)
            return
        running.restart_at = now_s + back_off_s(running.unready)

    def _count(self, running: _Running, exit_code: int | None, *, introduced: bool) -> None:
        """Deaths in a row. A kill -9 from outside (a person, memory running out) says little of the program itself."""
        outside = exit_code == _KILLED and not running.killed
        if self._published > running.published_at_death:
            running.deaths, running.row_began_s, running.by_itself = 0, time.monotonic(), False
            running.unready = 0 if introduced else running.unready  # frames are finished by others too
        running.published_at_death = self._published
        running.deaths += 1
        running.unready += 1
        running.by_itself = running.by_itself or not outside
        if outside:
            self._killed_outside_s[running.spec.role] = time.monotonic()

    def _outside_patience_s(self, running: _Running) -> float:
        """How long kills from outside may go on without a finished frame."""
        others = [at for role, at in self._killed_outside_s.items() if role != running.spec.role]
        return _OUTSIDE_EVERYWHERE_S if max(others, default=0.0) > running.row_began_s else _OUTSIDE_S

    def _give_up(self, running: _Running, exit_code: int | None) -> None:
        spec, running.given_up = running.spec, True
        sentence = (
            f"The {spec.role} process died {counted(running.deaths, 'time')} in a row without finishing a frame "
            f"(exit code {exit_code}); the log above says why."
        )
        if spec.essential:
            self._outcome = Outcome(1, sentence)
        else:
            log.error("%s Going on without it.", sentence)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._signalled = self._signalled or signal.Signals(number)

    def _stop_in_order(self, now_s: float) -> None:
        """End of stream for capture; the sink then finishes, and says so. A frame that takes long is not waited for."""
        code = 130 if self._signalled is not None else 5
        if self._stopping_since_s is None:
            log.info("stopping (%s)", "its time is over" if self._signalled is None else self._signalled.name)
            self._stopping_since_s = now_s
            self._tell("capture", Stop(final=False))
            away = [self._running[key] for key in (_CAPTURE, _SINK) if key not in self._peers]
            if any(running.incarnation == 0 for running in away):
                self._outcome = Outcome(code, "Stopped before the first frame.")
        elif now_s > self._stopping_since_s + _STOP_S:
            self._outcome = Outcome(code, "Stopped before everything was written.")
        elif now_s > self._stopping_since_s + _STOP_AT_EASE_S and not self._hurrying:
            self._hurrying = True
            self._tell("capture", Stop(final=False, at_once=True))

    def _close(self) -> None:
        """Stop the children, then let go of everything that was made for the run."""
        self._stop_children()
        self._inbox.close()
        for _, outbox in self._peers.values():
            outbox.close()
        self._context.term()
        if self._ring is not None:
            self._ring.close()
        self._folder.close()

    def _stop_children(self) -> None:
        for _, outbox in self._peers.values():
            outbox.send(Stop())
        deadline = time.monotonic() + (_JOIN_AT_EASE_S if self._signalled is None else _JOIN_S)
        for running in self._running.values():
            if running.process is not None:
                if running.spec.key in self._peers:  # one that never said hello does not listen yet
                    running.process.join(max(0.0, deadline - time.monotonic()))
                running.process.kill()
                running.process.join()
                self._let_go(running)

    @staticmethod
    def _let_go(running: _Running) -> None:
        if running.handle is not None:
            os.close(running.handle)
        if running.process is not None:
            running.process.close()
        running.process = running.handle = None
