"""Starts the processes of a run, introduces them to each other, restarts the dead, kills the hung, stops them all.

It names what its children run as text: this module loads neither OpenCV nor TensorFlow, and stays small so as not to
fail. It owns the ring, so a crash of any child loses no pixels. Whether a process is started again, which one hangs and
in which order a run is stopped is decided in restart_policy.py, silence.py and stop_order.py.
"""

import logging
import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Final

from stream.config.run_plan import RunPlan
from stream.console.text import counted
from stream.machine.run_folder import RunFolder, listens_on_tcp
from stream.machine.signals import stop_signals
from stream.protocol.bedside import EndSession
from stream.protocol.frames import Overdue, RingNeeded, RingReady
from stream.protocol.messages import AnyMessage
from stream.protocol.processes import Alive, Fatal, Finished, Hello, SecurityEvent, Stop
from stream.protocol.readings import RunStatus
from stream.protocol.types import Role
from stream.run.child import Assignment
from stream.run.child_process import ChildProcess
from stream.run.outcome import Outcome
from stream.run.peers import Peers
from stream.run.process_spec import ProcessKey, ProcessSpec
from stream.run.restart_policy import Death, RestartPolicy
from stream.run.shown_status import ShownStatus
from stream.run.silence import Silence
from stream.run.stop_order import StopOrder
from stream.security.events import SecurityEvents
from stream.security.key_pair import new_keys
from stream.transport.frame_ring import Ring
from stream.transport.sockets import Inbox, Outbox, new_context

log = logging.getLogger("capillary.supervisor")

_TICK_MS: Final = 50
_JOIN_S: Final = 1.8  # an open page reads the report before its server goes
_JOIN_UNHURRIED_S: Final = 2.0  # the user did not stop the run: closing in order takes its time
_JOIN_RECORDER_S: Final = 10.0  # unless the user stopped the run: the last frames are still to be encoded
_KILLED: Final = -9  # exit code of a process that met SIGKILL
_CAPTURE: Final[ProcessKey] = ("capture", 0)
_SINK: Final[ProcessKey] = ("sink", 0)


class Supervisor:
    """One run of the pipeline.

    on_hello is called when a child is ready, on_status with what the sink reports, a few times per second,
    on_security_event with what belongs into the audit log.
    """

    def __init__(
        self,
        plan: RunPlan,
        specs: Sequence[ProcessSpec],
        *,
        on_hello: Callable[[Hello], None],
        on_status: Callable[[RunStatus], None],
        on_security_event: Callable[[SecurityEvent], None],
    ) -> None:
        self._plan, self._portable = plan, plan.config.runtime.portable
        self._on_hello, self._on_security_event = on_hello, on_security_event
        self._shown = ShownStatus(on_status, plan.config.sink.stale_after_s)
        self._children = {spec.key: ChildProcess(spec) for spec in specs}
        self._restarts = RestartPolicy(plan.config.runtime.restarts)
        self._silence = Silence(plan.config.runtime.hang_s, time.monotonic())
        self._stop_order = StopOrder()
        self._signalled: signal.Signals | None = None
        self._ended_by_page = False
        self._end_at_s = float("inf") if plan.seconds is None else time.monotonic() + plan.seconds
        self._finished = 0  # frames
        self._outcome: Outcome | None = None
        self._ring: Ring | None = None
        self._events = SecurityEvents()
        self._folder = RunFolder(plan.session)
        self._context = new_context()
        self._keys = new_keys() if listens_on_tcp(self._portable) else None
        self._inbox = Inbox(self._context, self._folder.path, "supervisor", self._portable, self._keys)
        self._peers = Peers(lambda address: Outbox(self._context, address, self._keys))

    def run(self) -> Outcome:
        """Run to the end. Ctrl-C and its like stop it in order, within two seconds if no process hangs."""
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
        for child in self._children.values():
            if child.started and not child.is_alive():
                self._reap(child)
            if self._is_due(child):
                self._start(child)
        # A death ends the wait as a message does, so that peers hear of it at once.
        handles = {child.death_handle for child in self._children.values() if child.death_handle is not None}
        self._inbox.wait(_TICK_MS, handles)
        for message in self._inbox.drain():
            self._handle(message)
        now_s = time.monotonic()
        for key, silent_s in self._silence.too_long(now_s, self._stop_order).items():
            log.warning("%s-%d said nothing for %.0f s: killed", *key, silent_s)
            self._children[key].kill()
        self._shown.look(time.monotonic_ns())
        self._report_events()
        if self._outcome is None and (self._signalled is not None or now_s > self._end_at_s):
            self._stop(now_s)

    def _is_due(self, child: ChildProcess) -> bool:
        """Return True if a process is to be started now. Frames that are given up need no worker."""
        needed = not child.given_up and not (self._stop_order.hurried and child.spec.role == "worker")
        return needed and not child.started and time.monotonic() >= child.restart_at_s

    def _start(self, child: ChildProcess) -> None:
        assignment = Assignment(
            role=child.spec.role,
            index=child.spec.index,
            incarnation=child.incarnation + 1,
            folder=self._folder.path,
            supervisor=self._inbox.endpoint,
            portable=self._portable,
            keys=self._keys,
        )
        child.start(self._plan, assignment)

    def _reap(self, child: ChildProcess) -> None:
        """Tell the peers of a death at once; then have the process started again, or give it up."""
        for message in self._inbox.drain():  # first: a Fatal or Finished that it sent decides what its death means
            self._handle(message)
        key, exit_code = child.spec.key, child.exit_code
        death = Death(
            ready=key in self._peers,
            outside=exit_code == _KILLED and not child.killed,
            finished=self._finished,
        )
        child.close()
        self._silence.end(key)
        self._peers.remove(key, child.incarnation)
        if self._outcome is not None:
            return
        log.warning("%s-%d died (exit code %s)", *key, exit_code)
        now_s = time.monotonic()
        wait_s = self._restarts.wait_s(key, death, now_s)
        if wait_s is None:
            self._give_up(child, exit_code)
        else:
            child.restart_at_s = now_s + wait_s

    def _give_up(self, child: ChildProcess, exit_code: int | None) -> None:
        spec, child.given_up = child.spec, True
        sentence = (
            f"The {spec.role} process died {counted(self._restarts.deaths(spec.key), 'time')} in a row without "
            f"finishing a frame (exit code {exit_code}); the log above says why."
        )
        if spec.essential:
            self._outcome = Outcome(1, sentence)
        else:
            log.error("%s Going on without it.", sentence)

    def _handle(self, message: AnyMessage) -> None:
        match message:
            case Hello():
                self._introduce(message)
            case RingNeeded(slots=slots, slot_bytes=slot_bytes):
                self._provide_ring(slots, slot_bytes)
            case Overdue(worker=worker, incarnation=incarnation, seq=seq):
                self._kill_overdue(worker, incarnation, seq)
            case SecurityEvent():
                self._on_security_event(message)
            case RunStatus():
                self._finished = message.published + message.failed
                self._shown.take(message, time.time_ns(), time.monotonic_ns())
            case Alive(role=role, index=index, incarnation=incarnation, busy=busy):
                child = self._children.get((role, index))
                if child is not None and child.incarnation == incarnation:
                    self._silence.heard(child.spec.key, time.monotonic(), busy=busy)
            case Finished(exit_code=exit_code, summary=summary):
                signalled = self._signalled is not None
                by_page = self._ended_by_page and not signalled
                self._outcome = Outcome(130 if signalled else exit_code, summary, by_page)
            case EndSession(who=who):  # the view ends too soon to report it itself
                self._on_security_event(
                    SecurityEvent(what="changed", where="page", who=who, detail="end of the session")
                )
                self._ended_by_page = True
                self._end_at_s = time.monotonic()
            case Fatal(role=role, exit_code=exit_code, sentence=sentence) if self._outcome is None:
                if self._can_go_on_without(role):
                    log.error("%s", sentence)
                else:
                    self._outcome = Outcome(exit_code, sentence)
            case _:
                pass

    def _can_go_on_without(self, role: Role) -> bool:
        """Return True if no process of the role is essential, and each was ready once.

        What keeps a process from ever being ready is for the user to put right.
        """
        return all(
            not child.spec.essential and (child.incarnation > 0 or key in self._peers)
            for key, child in self._children.items()
            if child.spec.role == role
        )

    def _introduce(self, hello: Hello) -> None:
        key = hello.role, hello.index
        child = self._children.get(key)
        if child is None or not child.started or child.incarnation != hello.incarnation:
            return  # it may have died faster than its hello travelled, and a peer that is introduced must be alive
        self._peers.introduce(hello)
        self._silence.begin(key, time.monotonic())
        if self._stop_order.began and key == _CAPTURE:  # the one before it died with the order to stop
            self._peers.tell("capture", Stop(final=False, at_once=self._stop_order.hurried))
        self._on_hello(hello)

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
        self._peers.tell("capture", RingReady(ring=ring.path))

    def _kill_overdue(self, worker: int, incarnation: int, seq: int) -> None:
        """Kill a worker that capture has found to hang; not its successor, if it is dead already."""
        child = self._children.get(("worker", worker))
        if child is not None and child.started and child.incarnation == incarnation:
            log.warning("worker-%d held frame %d longer than the deadline: killed", worker, seq)
            child.kill()

    def _report_events(self) -> None:
        """Report to audit log and sink what arrived in this process and was no message."""
        rejected = self._inbox.take_rejected()
        if rejected:
            self._events.add("refused", "supervisor", detail="what came was no message", count=rejected)
        for event in self._events.take(time.monotonic()):
            self._on_security_event(event)
            self._peers.tell("sink", event)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._signalled = self._signalled or signal.Signals(number)

    def _stop(self, now_s: float) -> None:
        """Take the next step of stopping the run in order, if one is due."""
        code = 130 if self._signalled is not None else 5
        match self._stop_order.next_step(now_s):
            case "end stream":
                log.info("stopping (%s)", "its time is over" if self._signalled is None else self._signalled.name)
                self._peers.tell("capture", Stop(final=False))
                absent = [key for key in (_CAPTURE, _SINK) if key not in self._peers]
                if any(child.incarnation == 0 for key, child in self._children.items() if key in absent):
                    self._outcome = Outcome(code, "Stopped before the first frame.")
            case "give up frames":
                self._peers.tell("capture", Stop(final=False, at_once=True))
            case "end run":
                self._outcome = Outcome(code, "Stopped before everything was written.")
            case None:
                pass

    def _close(self) -> None:
        """Stop the children, then release everything that was made for the run."""
        self._stop_children()
        self._inbox.close()
        self._peers.close()
        self._context.term()
        if self._ring is not None:
            self._ring.close()
        self._folder.close()

    def _stop_children(self) -> None:
        self._peers.tell_all(Stop())
        now_s, unhurried = time.monotonic(), self._signalled is None
        for key, child in self._children.items():
            recorder_s = _JOIN_RECORDER_S if child.spec.role == "recorder" else _JOIN_UNHURRIED_S
            until_s = now_s + (recorder_s if unhurried else _JOIN_S)
            if child.started:
                if key in self._peers:  # one that never said hello does not listen yet
                    child.wait(max(0.0, until_s - time.monotonic()))
                child.kill()
                child.wait()
                child.close()
