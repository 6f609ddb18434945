"""Whatever an analyser does, every frame gets its reading and capture its credit."""

import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import zmq

from stream.config.run_plan import RunPlan
from stream.config.sections import AnalyserConfig, Config, ViewConfig
from stream.errors import ModelError
from stream.protocol.frames import Committed, Done
from stream.protocol.messages import AnyMessage
from stream.protocol.processes import Alive, Hello, PeerDown, PeerUp, Stop
from stream.protocol.readings import DensityReading
from stream.protocol.types import Role
from stream.run.child import Assignment, Child
from stream.transport.frame_ring import Ring
from stream.transport.sockets import Inbox, Outbox, new_context
from tests.doubles.readings import header
from workers.process import run

HEIGHT, WIDTH = 48, 64
STRANGE = "tests.doubles.strange_analysers"


def planned(analyser: str, **fields: Any) -> RunPlan:
    """The plan of a run with one of the strange analysers."""
    config = Config(analyser=AnalyserConfig(name=f"{STRANGE}:{analyser}"), view=ViewConfig(picture_width_px=160))
    return RunPlan(session="session", mode="live", source="s", folder=Path(), config=config, started_ns=0, **fields)


class Bench:
    """A worker in a thread, between a supervisor, a capture and a sink that the test plays."""

    def __init__(self, folder: Path) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = new_context()
        self._folder = folder
        self.supervisor, self.capture, self.sink = (
            Inbox(self._context, folder, name, portable=False) for name in ("supervisor", "capture-0", "sink-0")
        )
        self.ring = Ring.create(2, HEIGHT * WIDTH * 3, folder)
        self.ring.begin(0)
        self.ring.pixels(0, HEIGHT, WIDTH)[:] = 99
        self.generation = self.ring.finish(0)

    def start(self, analyser: str, **settings: Any) -> None:
        assignment = Assignment("worker", 0, 0, self._folder, self.supervisor.endpoint)
        plan = planned(analyser, **settings)

        def live() -> None:
            child = Child(assignment)
            run(child, plan)
            child.close()

        self._thread = threading.Thread(target=live, daemon=True)
        self._thread.start()
        hello = heard(self.supervisor)
        assert isinstance(hello, Hello)
        self.worker = Outbox(self._context, hello.endpoint)

    def introduce(self, role: Role, inbox: Inbox, incarnation: int = 0) -> None:
        peer = Hello(role=role, index=0, incarnation=incarnation, endpoint=inbox.endpoint, pid=1)
        self.worker.send(PeerUp(peer=peer))

    def begin(self, analyser: str, **settings: Any) -> None:
        self.start(analyser, **settings)
        self.introduce("capture", self.capture)
        self.introduce("sink", self.sink)

    def frame(self, seq: int, **fields: Any) -> None:
        given = {"generation": self.generation, "ring": self.ring.path, "t_grab_monotonic_ns": time.monotonic_ns()}
        self.worker.send(header(seq, **given | fields))

    def close(self) -> None:
        self.worker.send(Stop())
        self._thread.join(20)
        assert not self._thread.is_alive()
        for closing in (self.worker, self.supervisor, self.capture, self.sink):
            closing.close()
        self._context.term()
        self.ring.close()


def heard(inbox: Inbox) -> AnyMessage:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        message = inbox.receive(100)
        if message is not None and not isinstance(message, Alive):
            return message
    raise AssertionError("nothing came in time")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def reading(bench: Bench) -> DensityReading:
    message = heard(bench.sink)
    assert isinstance(message, DensityReading)
    return message


def credit(bench: Bench) -> Done:
    message = heard(bench.capture)
    assert isinstance(message, Done)
    return message


def test_a_frame_gives_a_reading_and_a_credit(bench: Bench) -> None:
    bench.begin("good")
    bench.frame(7)
    found, done = reading(bench), credit(bench)
    assert (found.seq, found.frame, found.status, found.density_pct) == (7, "f7", "ok", 5.0)
    assert found.regions is None
    assert (done.seq, done.read, done.worker) == (7, True, 0)


@pytest.mark.parametrize(
    ("analyser", "settings"),
    [
        ("raising", {}),
        ("no_number", {}),
        ("score_above_one", {"outlines": True}),
        ("endless_outline", {"outlines": True}),
    ],
)
def test_an_analysis_that_is_none_is_a_failed_frame_and_the_next_is_analysed(
    bench: Bench, analyser: str, settings: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    bench.begin(analyser, **settings)
    for seq in (0, 1, 2):
        bench.frame(seq)
        found = reading(bench)
        assert (found.seq, found.status, found.density_pct) == (seq, "failed", None)
        assert found.error
        assert credit(bench).read
    assert len(caplog.records) == 1, "one sentence, not one a frame"
    assert caplog.records[0].exc_info is None


def test_a_frame_that_was_overwritten_gives_a_credit_and_no_reading(bench: Bench) -> None:
    bench.begin("good")
    bench.frame(0, generation=bench.generation - 2)
    assert (credit(bench).seq, bench.sink.receive(0)) == (0, None)
    bench.frame(1, ring=str(bench.ring.path) + "99999")
    done = credit(bench)
    assert (done.seq, done.read) == (1, False)
    bench.frame(2)
    assert reading(bench).seq == 2


def test_a_frame_waits_for_the_introduction_of_its_sender_and_its_reading_for_that_of_the_sink(bench: Bench) -> None:
    bench.start("good")
    bench.frame(0)
    bench.introduce("capture", bench.capture)
    assert credit(bench).read
    bench.introduce("sink", bench.sink, incarnation=3)
    assert reading(bench).seq == 0


def test_a_new_sink_is_given_what_the_one_before_had_not_on_disk(bench: Bench) -> None:
    bench.begin("good")
    for seq in range(3):
        bench.frame(seq)
    assert [reading(bench).seq for _ in range(3)] == [0, 1, 2]
    bench.worker.send(Committed(next_seq=1, sink=0))
    bench.worker.send(PeerDown(role="sink", index=0, incarnation=0))
    bench.introduce("sink", bench.sink, incarnation=1)
    assert [reading(bench).seq for _ in range(2)] == [1, 2]


def test_a_reading_that_is_there_is_given_again_and_not_made_again(bench: Bench) -> None:
    bench.begin("good")
    bench.frame(0)
    first = reading(bench)
    bench.frame(0, attempt=2)
    assert reading(bench) == first
    assert [credit(bench).attempt for _ in range(2)] == [1, 2]


def test_the_last_frames_of_a_dead_capture_are_analysed_while_there_is_no_other(bench: Bench) -> None:
    bench.begin("good")
    bench.worker.send(PeerDown(role="capture", index=0, incarnation=0))
    bench.frame(0)
    assert reading(bench).seq == 0


def test_a_frame_of_a_dead_capture_is_not_analysed(bench: Bench) -> None:
    bench.start("good")
    bench.frame(0)
    bench.introduce("capture", bench.capture, incarnation=1)
    bench.introduce("sink", bench.sink)
    bench.frame(1, capture=1)
    assert reading(bench).seq == 1


def test_a_picture_and_outlines_come_only_when_asked_for(bench: Bench) -> None:
    bench.begin("good")
    bench.frame(0, picture=True)
    found = reading(bench)
    assert found.picture is not None
    assert found.picture.startswith(b"\xff\xd8")
    assert found.regions is not None
    bench.frame(1)
    assert reading(bench).picture is None


@pytest.mark.parametrize(
    ("analyser", "says"), [("nameless", "model_id"), ("long_named", "model_id"), ("not_made", "weights are missing")]
)
def test_an_analyser_that_cannot_work_ends_the_run_in_a_sentence(
    analyser: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    with pytest.raises(ModelError, match=says):
        run(cast("Child", None), planned(analyser))
