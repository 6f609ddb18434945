"""The sink: everything in order, once, on disk before it is acknowledged or shown; and a new sink goes on."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq

from stream.config.run_plan import RunPlan
from stream.config.sections import Config, PublishConfig, SinkConfig
from stream.protocol.frames import Committed, Drop, EndOfStream, SourceInfo
from stream.protocol.messages import AnyMessage
from stream.protocol.processes import Finished, Hello, PeerDown, PeerUp, Stop
from stream.protocol.readings import DensityReading, Progress
from stream.protocol.types import Message, Mode, Role
from stream.run.child import Assignment, Child
from stream.session.store import FILE_NAME, Store
from stream.sink.process import run
from stream.transport.sockets import Inbox, Outbox, new_context
from tests.doubles.readings import START_NS, failed, reading

SECONDS = 20


class Bench:
    """A sink in a thread, between a supervisor, a capture and a view that the test plays."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._context: zmq.Context[zmq.Socket[bytes]] = new_context()
        self.supervisor, self.capture, self.view = (
            Inbox(self._context, folder, name, portable=False) for name in ("supervisor", "capture-0", "view-0")
        )
        self._thread: threading.Thread | None = None

    def start(self, mode: Mode, incarnation: int = 0, **settings: Any) -> None:
        assignment = Assignment("sink", 0, incarnation, self.folder, self.supervisor.endpoint)
        plan = RunPlan(
            session="session",
            mode=mode,
            source="clip.avi",
            folder=self.folder,
            config=Config(sink=SinkConfig(**settings), publish=PublishConfig(enabled=False)),
            started_ns=START_NS,
        )

        def live() -> None:
            child = Child(assignment)
            run(child, plan)
            child.close()

        self._thread = threading.Thread(target=live, daemon=True)
        self._thread.start()
        hello = self.hear(self.supervisor, Hello)
        assert isinstance(hello, Hello)
        self.outbox = Outbox(self._context, hello.endpoint)
        self.introduce("capture", self.capture)
        self.introduce("view", self.view)

    def introduce(self, role: Role, inbox: Inbox, detail: str = "") -> None:
        self.tell(PeerUp(peer=Hello(role=role, index=0, incarnation=0, endpoint=inbox.endpoint, pid=1, detail=detail)))

    def tell(self, *messages: Message) -> None:
        for message in messages:
            assert self.outbox.send(message)

    def hear(self, inbox: Inbox, *kinds: type, where: Callable[[Any], bool] = lambda _: True) -> AnyMessage:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            message = inbox.receive(100)
            if message is not None and isinstance(message, kinds) and where(message):
                return message
        raise AssertionError("it did not come in time")

    def shown(self, count: int) -> list[int]:
        """The next so many readings that the view is shown."""
        found = [self.hear(self.view, DensityReading) for _ in range(count)]
        return [one.seq for one in found if isinstance(one, DensityReading)]

    def committed(self, next_seq: int) -> None:
        self.hear(self.capture, Committed, where=lambda message: message.next_seq == next_seq)

    def stop(self) -> None:
        if self._thread is not None:
            self.tell(Stop())
            self._thread.join(SECONDS)
            assert not self._thread.is_alive()
            self.outbox.close()
            self._thread = None

    def close(self) -> None:
        self.stop()
        for inbox in (self.supervisor, self.capture, self.view):
            inbox.close()
        self._context.term()

    def on_disk(self) -> dict[str, int]:
        store = Store(self.folder / FILE_NAME)
        try:
            return store.counts()
        finally:
            store.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


SOURCE = SourceInfo(source="clip", width=64, height=48, fps=25.0, frames_expected=4, live=False, started_ns=START_NS)


def end(frames: int, expected: int | None = None, reason: str = "") -> EndOfStream:
    return EndOfStream(frames_read=frames, frames_expected=expected, reason=reason)


@pytest.mark.filterwarnings("default")
def test_a_replay_comes_out_in_order_once_and_ends_with_its_files(bench: Bench) -> None:
    bench.start("replay")
    bench.committed(0)
    bench.tell(SOURCE, reading(2), reading(0), reading(2), failed(1), reading(0), reading(3), end(4, 4))
    assert bench.shown(4) == [0, 1, 2, 3]
    finished = bench.hear(bench.supervisor, Finished)
    assert isinstance(finished, Finished)
    assert finished.exit_code == 0
    assert (bench.folder / "readings.csv").read_text().count("\n") == 5
    summary = json.loads((bench.folder / "summary.json").read_text())
    assert (summary["status"], summary["frames_read"], summary["frames_failed"]) == ("complete", 4, 1)
    bench.committed(4)


def test_a_backlog_of_any_length_is_taken_whole(bench: Bench) -> None:
    """A sink that stood still finds more than it takes in one turn."""
    backlog = 500  # several turns, and less than an outbox holds
    bench.start("replay")
    bench.tell(*map(reading, range(backlog)))
    bench.committed(backlog)


def test_nothing_is_acknowledged_before_the_prefix_is_whole(bench: Bench) -> None:
    bench.start("replay")
    bench.committed(0)
    bench.tell(reading(1), reading(2))
    bench.hear(bench.supervisor, Progress)
    bench.hear(bench.supervisor, Progress)
    assert bench.capture.receive(0) is None
    bench.tell(reading(0))
    bench.committed(3)
    store = Store(bench.folder / FILE_NAME)
    assert store.seqs() == {0, 1, 2}
    store.close()


def test_a_new_capture_is_told_where_to_go_on(bench: Bench) -> None:
    bench.start("replay")
    bench.tell(SOURCE, reading(0), reading(1))
    bench.committed(2)
    bench.tell(PeerDown(role="capture", index=0, incarnation=0))
    bench.introduce("capture", bench.capture)
    bench.committed(2)


def test_a_new_capture_is_told_of_nothing_that_is_not_on_disk(bench: Bench) -> None:
    """Readings and introduction lie in the inbox together: what is told of is freed, and must be safe."""
    bench.start("replay")
    bench.committed(0)
    for first in range(0, 60, 3):
        bench.tell(reading(first), reading(first + 1))
        bench.introduce("capture", bench.capture)
        bench.tell(reading(first + 2))
        told = bench.hear(bench.capture, Committed, where=lambda message: message.next_seq > 0)
        assert isinstance(told, Committed)
        store = Store(bench.folder / FILE_NAME)
        assert store.next_seq() >= told.next_seq
        store.close()


def test_a_new_sink_goes_on_where_the_disk_ends_and_shows_nothing_twice(bench: Bench) -> None:
    bench.start("replay")
    bench.tell(SOURCE, reading(0), reading(1), reading(3))
    bench.committed(2)
    bench.stop()
    bench.start("replay", incarnation=1)
    bench.hear(bench.capture, Committed, where=lambda message: (message.next_seq, message.sink) == (2, 1))
    bench.tell(reading(1), reading(3), reading(2))
    bench.committed(4)
    assert bench.on_disk()["published"] == 4


@pytest.mark.parametrize(
    ("last", "code", "says"),
    [
        (end(2, 4), 5, "2 of 4 frames"),
        (end(2, None, "the file is damaged"), 5, "damaged"),
        (end(2, 4, "stopped by the user"), 5, "stopped by the user"),
    ],
)
@pytest.mark.filterwarnings("default")
def test_a_replay_that_ends_early_says_so(bench: Bench, last: EndOfStream, code: int, says: str) -> None:
    bench.start("replay")
    bench.tell(SOURCE, reading(0), reading(1), last)
    finished = bench.hear(bench.supervisor, Finished)
    assert isinstance(finished, Finished)
    assert finished.exit_code == code
    summary = json.loads((bench.folder / "summary.json").read_text())
    assert summary["status"] == "incomplete"
    assert says in summary["reason"]


def test_live_books_balance_whatever_comes_when(bench: Bench) -> None:
    bench.start("live", reorder_wait_ms=1)
    bench.tell(SOURCE, Drop(seq=0, cause="overload"), reading(1))
    assert bench.shown(1) == [1]
    bench.tell(reading(4))
    assert bench.shown(1) == [4], "the missing ones are not waited for"
    bench.tell(reading(2), reading(4), Drop(seq=3, cause="restart"), reading(3), failed(5), end(6))
    assert bench.shown(1) == [5], "a late one is never shown"
    bench.hear(bench.supervisor, Finished)
    assert bench.on_disk() == {"published": 2, "failed": 1, "late": 1, "dropped": 2}
    bench.committed(6)


def test_drops_so_far_travel_with_every_reading(bench: Bench) -> None:
    bench.start("live")
    bench.tell(SOURCE, Drop(seq=0, cause="overload"), Drop(seq=1, cause="overload"), reading(2))
    found = bench.hear(bench.view, DensityReading)
    assert isinstance(found, DensityReading)
    assert found.drops_total == 2
    assert found.t_published_ns > START_NS - 10**18


def test_readings_of_another_session_are_not_taken(bench: Bench) -> None:
    bench.start("live", reorder_wait_ms=1)
    bench.tell(SOURCE, reading(0, session="of yesterday"), reading(1))
    assert bench.shown(1) == [1]
    bench.stop()
    assert bench.on_disk()["published"] == 1


def test_the_standing_follows_who_is_there(bench: Bench) -> None:
    bench.start("live", stale_after_s=60)
    bench.hear(bench.supervisor, Progress, where=lambda progress: progress.state == "no camera")
    bench.tell(SOURCE)
    bench.hear(bench.supervisor, Progress, where=lambda progress: progress.state == "no analysis")
    bench.introduce("worker", bench.view, detail="model-1")
    bench.hear(bench.supervisor, Progress, where=lambda progress: progress.state == "stale")
    bench.tell(reading(0))
    bench.hear(bench.supervisor, Progress, where=lambda progress: progress.density_pct == 12.5)
    bench.tell(PeerDown(role="worker", index=0, incarnation=0))
    bench.hear(bench.supervisor, Progress, where=lambda progress: progress.state == "no analysis")
    bench.tell(PeerDown(role="capture", index=0, incarnation=0))
    bench.hear(bench.supervisor, Progress, where=lambda progress: progress.state == "no camera")
