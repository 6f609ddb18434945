"""Small processes for the supervisor's tests: each lives, dies or answers in one way. Spawned, so importable by name.

What happens to them is written to the run's folder, one line per event. As a script, one run of the
pipeline `capture, worker, sink` that ends when it is stopped.
"""

import logging
import os
import signal
import sys
import threading
from pathlib import Path

from stream.config.run_plan import RunPlan
from stream.config.sections import Config, RuntimeConfig
from stream.errors import SourceError, WireError
from stream.machine.signals import STOP_SIGNALS
from stream.protocol.frames import EndOfStream, Overdue, RingNeeded, RingReady
from stream.protocol.messages import AnyMessage
from stream.protocol.processes import Fatal, Finished, PeerDown, PeerUp, Stop
from stream.protocol.readings import RunStatus
from stream.run.child import Child
from stream.run.outcome import Outcome
from stream.run.process_spec import ProcessSpec
from stream.run.supervisor import Supervisor
from stream.transport.frame_ring import Ring

HERE = "tests.doubles.supervised"


def note(folder: Path, line: str) -> None:
    """Add a line to the folder's events; several processes write at once."""
    with (folder / "events").open("a") as file:
        file.write(f"{line}\n")


def events(folder: Path) -> list[str]:
    """Return all that happened so far."""
    file = folder / "events"
    return file.read_text().splitlines() if file.exists() else []


def wait_for_message(child: Child) -> AnyMessage:
    """Wait for the next message, however long it takes."""
    while True:
        message = child.receive(1000)
        if message is not None:
            return message


def arrive(child: Child, plan: RunPlan) -> None:
    """Say hello, and record it."""
    note(plan.folder, f"up {child.name} {child.incarnation} {os.getpid()}")
    child.hello("detail")


def progress(plan: RunPlan, published: int) -> RunStatus:
    """Return a status with so many readings."""
    return RunStatus(session=plan.session, source="s", mode="live", state="good", published=published)


def obedient(child: Child, plan: RunPlan) -> None:
    """Live until a stop, and record the peers that come and go."""
    arrive(child, plan)
    while True:
        match wait_for_message(child):
            case PeerUp(peer=peer):
                note(plan.folder, f"{child.name} sees {peer.role} {peer.index} {peer.incarnation} up")
            case PeerDown(role=role, index=index, incarnation=incarnation):
                note(plan.folder, f"{child.name} sees {role} {index} {incarnation} down")
            case Stop():
                note(plan.folder, f"{child.name} stopped")
                return
            case _:
                pass


def deaf(child: Child, plan: RunPlan) -> None:
    """Never listen again."""
    arrive(child, plan)
    threading.Event().wait()


def dies_at_once(child: Child, plan: RunPlan) -> None:
    """Die before it says hello, as by a kill."""
    note(plan.folder, f"up {child.name} {child.incarnation} {os.getpid()}")
    os.kill(os.getpid(), signal.SIGKILL)


def ends_at_once(child: Child, plan: RunPlan) -> None:
    """Exit before it says hello."""
    note(plan.folder, f"up {child.name} {child.incarnation} {os.getpid()}")
    os._exit(9)


def deaf_once(child: Child, plan: RunPlan) -> None:
    """Never listen again in the first life; end the run in the second."""
    if child.incarnation == 0:
        deaf(child, plan)
    finishes(child, plan)


def raises(child: Child, plan: RunPlan) -> None:
    """Fail by a mistake of the program's own."""
    arrive(child, plan)
    raise ZeroDivisionError("a mistake of the program")


def raises_beside_a_blocked_thread(child: Child, plan: RunPlan) -> None:
    """Fail in the main loop of a capture while its camera never answers again."""
    arrive(child, plan)
    blocked = threading.Event()

    def grab() -> None:
        waker = child.inbox.waker()
        blocked.set()
        threading.Event().wait()
        waker.close()

    threading.Thread(target=grab, daemon=True).start()
    blocked.wait()
    raise ZeroDivisionError("a mistake of the program")


def user_mistake(child: Child, plan: RunPlan) -> None:
    """Fail by a mistake of the user's: no restart helps."""
    arrive(child, plan)
    raise SourceError("there is no camera 7; unplug and plug it in")


def long_user_mistake(child: Child, plan: RunPlan) -> None:
    """Fail the same way with a sentence longer than a message takes."""
    arrive(child, plan)
    raise SourceError("there is no file " + "x" * 5000)


def dies_three_times(child: Child, plan: RunPlan) -> None:
    """Die three times; then be well, and end the run."""
    arrive(child, plan)
    if child.incarnation < 3:
        child.close()  # its hello has left
        os._exit(9)
    child.report(Finished(exit_code=0, summary="well in the end"))
    obedient_rest(child)


def obedient_rest(child: Child) -> None:
    """Wait for a stop."""
    while not isinstance(wait_for_message(child), Stop):
        pass


def finishes(child: Child, plan: RunPlan) -> None:
    """End the run after one reading, as a sink does."""
    arrive(child, plan)
    child.report(progress(plan, 1))
    child.report(Finished(exit_code=0, summary="1 frame analysed"))
    obedient_rest(child)


def dies_after_each_frame(child: Child, plan: RunPlan) -> None:
    """Get one frame further with every life, as a sink, and end at the ninth."""
    arrive(child, plan)
    child.report(progress(plan, child.incarnation + 1))
    if child.incarnation == 8:
        child.report(Finished(exit_code=0, summary="further each time"))
        obedient_rest(child)
    raise ZeroDivisionError("again")


def broken_once(child: Child, plan: RunPlan) -> None:
    """End the first life of a page in an error some time after it was there."""
    arrive(child, plan)
    if child.incarnation == 0:
        while not isinstance(wait_for_message(child), PeerUp):
            pass
        raise WireError("a number that no message holds")
    obedient_rest(child)


def counts_for_a_while(child: Child, plan: RunPlan) -> None:
    """Report ever more readings for a second, as a sink, whatever else lives; then end the run."""
    arrive(child, plan)
    for published in range(1, 101):
        child.report(progress(plan, published))
        child.receive(10)
    child.report(Finished(exit_code=0, summary="a hundred frames"))
    obedient_rest(child)


def waits_for_a_second_page(child: Child, plan: RunPlan) -> None:
    """End the run, as a sink, when a page has come again."""
    arrive(child, plan)
    while True:
        match wait_for_message(child):
            case PeerUp(peer=peer) if peer.role == "view" and peer.incarnation == 1:
                child.report(Finished(exit_code=0, summary="the page is there again"))
            case Stop():
                return
            case _:
                pass


def announces_its_end_and_dies(child: Child, plan: RunPlan) -> None:
    """Leave last words in the queue and die."""
    arrive(child, plan)
    child.report(Fatal(role="worker", exit_code=4, sentence="the weights are not to be trusted"))
    child.close()
    os._exit(4)


def reports_hung_worker(child: Child, plan: RunPlan) -> None:
    """Find each new worker overdue, as capture, until the third; then end the run."""
    arrive(child, plan)
    while True:
        match wait_for_message(child):
            case PeerUp(peer=peer) if peer.role == "worker":
                if peer.incarnation == 2:
                    child.report(Finished(exit_code=0, summary="the third is quick"))
                else:
                    child.report(Overdue(worker=0, incarnation=abs(peer.incarnation - 1), seq=1))  # not this one
                    child.report(Overdue(worker=0, incarnation=peer.incarnation, seq=2))
            case Stop():
                return
            case _:
                pass


def stopped_source(child: Child, plan: RunPlan) -> None:
    """End the stream, as capture, when a stop asks for it."""
    arrive(child, plan)
    while True:
        match wait_for_message(child):
            case Stop(final=False):
                note(plan.folder, "end of stream")
                child.tell("sink", EndOfStream(frames_read=0, frames_expected=None))
            case Stop():
                note(plan.folder, "capture stopped")
                return
            case _:
                pass


def finishing_sink(child: Child, plan: RunPlan) -> None:
    """End the run, as a sink, when the stream has ended."""
    arrive(child, plan)
    while True:
        match wait_for_message(child):
            case EndOfStream():
                child.report(Finished(exit_code=0, summary="all written"))
            case Stop():
                note(plan.folder, "sink stopped")
                return
            case _:
                pass


def asks_for_rings(child: Child, plan: RunPlan) -> None:
    """Ask for a larger ring in the second life, as capture; count three frames in the first."""
    arrive(child, plan)
    grown = child.incarnation > 0
    child.report(RingNeeded(slots=3, slot_bytes=90_000 if grown else 30_000))
    while True:
        match wait_for_message(child):
            case RingReady(ring=path):
                ring = Ring.attach(path, writable=True)
                note(plan.folder, f"ring {path} of {ring.slots} captured {ring.captured}")
                if grown:
                    assert ring.slot_bytes >= 90_000
                    child.report(Finished(exit_code=0, summary="grown"))
                else:
                    ring.captured = 3
                    os._exit(9)
            case Stop():
                return
            case _:
                pass


def asks_too_much(child: Child, plan: RunPlan) -> None:
    """Ask for a ring that cannot be made."""
    arrive(child, plan)
    child.report(RingNeeded(slots=10, slot_bytes=10_000))
    obedient_rest(child)


def spec(role: str, target: str, index: int = 0, *, essential: bool = True) -> ProcessSpec:
    """Return the specification of one process."""
    return ProcessSpec(role, index, f"{HERE}:{target}", essential=essential)  # type: ignore[arg-type]


def supervisor(
    folder: Path, *specs: ProcessSpec, portable: bool = False, restarts: int = 4, hang_s: float = 10.0
) -> Supervisor:
    """Return the supervisor of a run with these processes."""
    plan = RunPlan(
        session="20260101-000000-abcdef",
        mode="live",
        source="s",
        folder=folder,
        config=Config(runtime=RuntimeConfig(portable=portable, restarts=restarts, hang_s=hang_s)),
        started_ns=0,
        log_level=logging.ERROR,
    )
    return Supervisor(
        plan,
        specs,
        on_hello=lambda hello: note(folder, f"hello {hello.role} {hello.incarnation} {hello.detail}"),
        on_security_event=lambda _noted: None,
        on_status=lambda progress: note(folder, f"progress {progress.published}"),
    )


def main(capture: str, worker: str, sink: str, folder: Path, portable: bool) -> Outcome:
    """Run a whole pipeline, for a test that signals its process."""
    return supervisor(
        folder, spec("capture", capture), spec("worker", worker), spec("sink", sink), portable=portable
    ).run()


if __name__ == "__main__":
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)  # the tests may run where a closed terminal is ignored
    _, capturing, working, sinking, events_in, how = sys.argv
    outcome = main(capturing, working, sinking, Path(events_in), how == "portable")
    print(outcome.sentence, flush=True)
    sys.exit(outcome.exit_code)
