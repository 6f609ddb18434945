"""Whatever an analyser does, every frame gets its reading and capture its credit."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from stream.config.run_plan import RunPlan
from stream.config.sections import AnalyserConfig, Config, ViewConfig
from stream.errors import ModelError
from stream.protocol.frames import Committed, Done
from stream.protocol.processes import PeerDown
from stream.protocol.readings import DensityReading
from stream.run.child import Child
from stream.transport.frame_ring import Ring
from tests.doubles.harness import Harness
from tests.doubles.readings import header
from workers.process import run

HEIGHT, WIDTH = 48, 64
STRANGE = "tests.doubles.strange_analysers"


def planned(analyser: str, **fields: Any) -> RunPlan:
    """Return the plan of a run with one of the strange analysers."""
    config = Config(analyser=AnalyserConfig(name=f"{STRANGE}:{analyser}"), view=ViewConfig(picture_width_px=160))
    return RunPlan(session="session", mode="live", source="s", folder=Path(), config=config, started_ns=0, **fields)


@dataclass(frozen=True)
class Worker:
    """A worker in a harness, and a ring with one frame."""

    harness: Harness
    ring: Ring
    generation: int

    def start(self, analyser: str, **fields: Any) -> None:
        """Start it; it knows neither capture nor sink yet."""
        plan = planned(analyser, **fields)
        self.harness.start(lambda child: run(child, plan))

    def begin(self, analyser: str, **fields: Any) -> None:
        """Start it and introduce capture and sink."""
        self.start(analyser, **fields)
        self.harness.introduce("capture")
        self.harness.introduce("sink")

    def frame(self, seq: int, **fields: Any) -> None:
        """Hand it the frame of the ring under this number."""
        given = {"generation": self.generation, "ring": self.ring.path, "t_grab_monotonic_ns": time.monotonic_ns()}
        self.harness.tell(header(seq, **given | fields))

    def reading(self) -> DensityReading:
        """Return the next message to the sink."""
        return self.harness.next("sink", DensityReading)

    def credit(self) -> Done:
        """Return the next message to capture."""
        return self.harness.next("capture", Done)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    ring = Ring.create(2, HEIGHT * WIDTH * 3, tmp_path)
    ring.begin(0)
    ring.memory(0, HEIGHT * WIDTH * 3)[:] = 99
    harness = Harness(tmp_path, "worker", ("capture", "sink"))
    yield Worker(harness, ring, ring.finish(0))
    harness.close()
    ring.close()


def test_a_frame_gives_a_reading_and_a_credit(worker: Worker) -> None:
    worker.begin("good")
    worker.frame(7)
    found, done = worker.reading(), worker.credit()
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
    worker: Worker, analyser: str, settings: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    worker.begin(analyser, **settings)
    for seq in (0, 1, 2):
        worker.frame(seq)
        found = worker.reading()
        assert (found.seq, found.status, found.density_pct) == (seq, "failed", None)
        assert found.error
        assert worker.credit().read
    assert len(caplog.records) == 1, "one sentence, not one a frame"
    assert caplog.records[0].exc_info is None


def test_a_frame_that_was_overwritten_gives_a_credit_and_no_reading(worker: Worker) -> None:
    worker.begin("good")
    worker.frame(0, generation=worker.generation - 2)
    assert (worker.credit().seq, worker.harness.nothing_for("sink")) == (0, True)
    worker.frame(1, ring=str(worker.ring.path) + "99999")
    done = worker.credit()
    assert (done.seq, done.read) == (1, False)
    worker.frame(2)
    assert worker.reading().seq == 2


def test_a_frame_waits_for_the_introduction_of_its_sender_and_its_reading_for_that_of_the_sink(worker: Worker) -> None:
    worker.start("good")
    worker.frame(0)
    worker.harness.introduce("capture")
    assert worker.credit().read
    worker.harness.introduce("sink", incarnation=3)
    assert worker.reading().seq == 0


def test_a_new_sink_is_given_what_the_one_before_had_not_on_disk(worker: Worker) -> None:
    worker.begin("good")
    for seq in range(3):
        worker.frame(seq)
    assert [worker.reading().seq for _ in range(3)] == [0, 1, 2]
    worker.harness.tell(Committed(next_seq=1, sink=0))
    worker.harness.tell(PeerDown(role="sink", index=0, incarnation=0))
    worker.harness.introduce("sink", incarnation=1)
    assert [worker.reading().seq for _ in range(2)] == [1, 2]


def test_a_reading_that_is_there_is_given_again_and_not_made_again(worker: Worker) -> None:
    worker.begin("good")
    worker.frame(0)
    first = worker.reading()
    worker.frame(0, attempt=2)
    assert worker.reading() == first
    assert [worker.credit().attempt for _ in range(2)] == [1, 2]


def test_the_last_frames_of_a_dead_capture_are_analysed_while_there_is_no_other(worker: Worker) -> None:
    worker.begin("good")
    worker.harness.tell(PeerDown(role="capture", index=0, incarnation=0))
    worker.frame(0)
    assert worker.reading().seq == 0


def test_a_frame_of_a_dead_capture_is_not_analysed(worker: Worker) -> None:
    worker.start("good")
    worker.frame(0)
    worker.harness.introduce("capture", incarnation=1)
    worker.harness.introduce("sink")
    worker.frame(1, capture=1)
    assert worker.reading().seq == 1


def test_a_picture_and_outlines_come_only_when_asked_for(worker: Worker) -> None:
    worker.begin("good")
    worker.frame(0, picture=True)
    found = worker.reading()
    assert found.picture is not None
    assert found.picture.startswith(b"\xff\xd8")
    assert found.regions is not None
    worker.frame(1)
    assert worker.reading().picture is None


@pytest.mark.parametrize(("analyser", "transfer"), [("good", ""), ("measured", "On new scenes: within 9 %.")])
def test_its_hello_says_which_model_it_runs_and_how_good_that_is_if_the_analyser_knows(
    worker: Worker, analyser: str, transfer: str
) -> None:
    worker.start(analyser)
    assert (worker.harness.said.detail, worker.harness.said.transfer) == ("fixed", transfer)


@pytest.mark.parametrize(
    ("analyser", "says"),
    [
        ("nameless", "model_id"),
        ("long_named", "model_id"),
        ("boasting", "at most 200 characters"),
        ("not_made", "weights are missing"),
    ],
)
def test_an_analyser_that_cannot_work_ends_the_run_in_a_sentence(
    analyser: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    with pytest.raises(ModelError, match=says):
        run(cast("Child", None), planned(analyser))
