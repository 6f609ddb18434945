"""The sink: everything in order, once, on disk before it is acknowledged or shown; and a new sink goes on."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stream.config.run_plan import RunPlan
from stream.config.sections import Config, PublishConfig, SinkConfig
from stream.protocol.bedside import Answer, KeepSession
from stream.protocol.frames import Committed, Drop, EndOfStream, SourceInfo
from stream.protocol.outlets import OutletsNow, OutletState, SubscribersNow
from stream.protocol.processes import Finished, PeerDown
from stream.protocol.readings import DensityReading, RunStatus
from stream.protocol.types import Message, Mode
from stream.session.archive import Archive
from stream.session.store import FILE_NAME, Store
from stream.sink.process import run
from tests.doubles.harness import Harness
from tests.doubles.readings import START_NS, failed, reading


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    harness = Harness(tmp_path, "sink", ("capture", "view"))
    yield harness
    harness.close()


def start(harness: Harness, mode: Mode, incarnation: int = 0, *, kept: bool = True, **settings: Any) -> None:
    """Start a sink that knows its capture and its view."""
    plan = RunPlan(
        session="session",
        mode=mode,
        source="clip.avi",
        folder=harness.folder,
        config=Config(sink=SinkConfig(**settings), publish=PublishConfig(enabled=False)),
        started_ns=START_NS,
        kept=kept,
    )
    harness.start(lambda child: run(child, plan), incarnation)
    harness.introduce("capture")
    harness.introduce("view")


def shown(harness: Harness, count: int) -> list[int]:
    """Return the next so many readings that the view is shown."""
    return [harness.hear("view", DensityReading).seq for _ in range(count)]


def committed(harness: Harness, next_seq: int) -> None:
    """Wait until capture hears that all before `next_seq` are on disk."""
    harness.hear("capture", Committed, where=lambda message: message.next_seq == next_seq)


def on_disk(harness: Harness) -> dict[str, int]:
    """Return the counts of the session on disk."""
    store = Store(harness.folder / FILE_NAME)
    try:
        return store.counts()
    finally:
        store.close()


SOURCE = SourceInfo(source="clip", width=64, height=48, fps=25.0, frames_expected=4, live=False, started_ns=START_NS)


def end(frames: int, expected: int | None = None, reason: str = "") -> EndOfStream:
    return EndOfStream(frames_read=frames, frames_expected=expected, reason=reason)


@pytest.mark.filterwarnings("default")
def test_a_replay_comes_out_in_order_once_and_ends_with_its_files(harness: Harness) -> None:
    start(harness, "replay")
    committed(harness, 0)
    harness.tell(SOURCE, reading(2), reading(0), reading(2), failed(1), reading(0), reading(3), end(4, 4))
    assert shown(harness, 4) == [0, 1, 2, 3]
    finished = harness.hear("supervisor", Finished)
    assert finished.exit_code == 0
    assert (harness.folder / "readings.csv").read_text().count("\n") == 5
    summary = json.loads((harness.folder / "summary.json").read_text())
    assert (summary["status"], summary["frames_read"], summary["frames_failed"]) == ("complete", 4, 1)
    committed(harness, 4)


def test_a_backlog_of_any_length_is_taken_whole(harness: Harness) -> None:
    """A sink that stood still finds more than it takes in one turn."""
    backlog = 500  # several turns, and less than an outbox holds
    start(harness, "replay")
    harness.tell(*map(reading, range(backlog)))
    committed(harness, backlog)


def test_nothing_is_acknowledged_before_the_prefix_is_whole(harness: Harness) -> None:
    start(harness, "replay")
    committed(harness, 0)
    harness.tell(reading(1), reading(2))
    harness.hear("supervisor", RunStatus)
    harness.hear("supervisor", RunStatus)
    assert harness.nothing_for("capture")
    harness.tell(reading(0))
    committed(harness, 3)
    store = Store(harness.folder / FILE_NAME)
    assert store.seqs() == {0, 1, 2}
    store.close()


def test_a_new_capture_is_told_where_to_go_on(harness: Harness) -> None:
    start(harness, "replay")
    harness.tell(SOURCE, reading(0), reading(1))
    committed(harness, 2)
    harness.tell(PeerDown(role="capture", index=0, incarnation=0))
    harness.introduce("capture")
    committed(harness, 2)


def test_a_new_capture_is_told_of_nothing_that_is_not_on_disk(harness: Harness) -> None:
    """Readings and introduction lie in the inbox together: what is told of is freed, and must be safe."""
    start(harness, "replay")
    committed(harness, 0)
    for first in range(0, 60, 3):
        harness.tell(reading(first), reading(first + 1))
        harness.introduce("capture")
        harness.tell(reading(first + 2))
        told = harness.hear("capture", Committed, where=lambda message: message.next_seq > 0)
        store = Store(harness.folder / FILE_NAME)
        assert store.next_seq() >= told.next_seq
        store.close()


def test_a_new_sink_goes_on_where_the_disk_ends_and_shows_nothing_twice(harness: Harness) -> None:
    start(harness, "replay")
    harness.tell(SOURCE, reading(0), reading(1), reading(3))
    committed(harness, 2)
    harness.stop()
    start(harness, "replay", incarnation=1)
    harness.hear("capture", Committed, where=lambda message: (message.next_seq, message.sink) == (2, 1))
    harness.tell(reading(1), reading(3), reading(2))
    committed(harness, 4)
    assert on_disk(harness)["published"] == 4


@pytest.mark.parametrize(
    ("last", "code", "says"),
    [
        (end(2, 4), 5, "2 of 4 frames"),
        (end(2, None, "the file is damaged"), 5, "damaged"),
        (end(2, 4, "stopped by the user"), 5, "stopped by the user"),
    ],
)
@pytest.mark.filterwarnings("default")
def test_a_replay_that_ends_early_says_so(harness: Harness, last: EndOfStream, code: int, says: str) -> None:
    start(harness, "replay")
    harness.tell(SOURCE, reading(0), reading(1), last)
    finished = harness.hear("supervisor", Finished)
    assert finished.exit_code == code
    summary = json.loads((harness.folder / "summary.json").read_text())
    assert summary["status"] == "incomplete"
    assert says in summary["reason"]


def test_live_books_balance_whatever_comes_when(harness: Harness) -> None:
    start(harness, "live", reorder_wait_ms=1)
    harness.tell(SOURCE, Drop(seq=0, cause="overload"), reading(1))
    assert shown(harness, 1) == [1]
    harness.tell(reading(4))
    assert shown(harness, 1) == [4], "the missing ones are not waited for"
    harness.tell(reading(2), reading(4), Drop(seq=3, cause="restart"), reading(3), failed(5), end(6))
    assert shown(harness, 1) == [5], "a late one is never shown"
    harness.hear("supervisor", Finished)
    assert on_disk(harness) == {"published": 2, "failed": 1, "late": 1, "dropped": 2, "device_lost": 0}
    committed(harness, 6)


def test_drops_so_far_travel_with_every_reading(harness: Harness) -> None:
    start(harness, "live")
    harness.tell(SOURCE, Drop(seq=0, cause="overload"), Drop(seq=1, cause="overload"), reading(2))
    found = harness.hear("view", DensityReading)
    assert found.drops_total == 2
    assert found.t_published_ns > START_NS - 10**18


def test_readings_of_another_session_are_not_taken(harness: Harness) -> None:
    start(harness, "live", reorder_wait_ms=1)
    harness.tell(SOURCE, reading(0, session="of yesterday"), reading(1))
    assert shown(harness, 1) == [1]
    harness.stop()
    assert on_disk(harness)["published"] == 1


def test_the_standing_follows_who_is_there(harness: Harness) -> None:
    start(harness, "live", stale_after_s=60)
    harness.hear("supervisor", RunStatus, where=lambda progress: progress.state == "no camera")
    harness.tell(SOURCE)
    harness.hear("supervisor", RunStatus, where=lambda progress: progress.state == "no analysis")
    harness.introduce("worker", detail="model-1", inbox="view")
    harness.hear("supervisor", RunStatus, where=lambda progress: progress.state == "stale")
    harness.tell(reading(0))
    harness.hear("supervisor", RunStatus, where=lambda progress: progress.density_pct == 12.5)
    harness.tell(PeerDown(role="worker", index=0, incarnation=0))
    harness.hear("supervisor", RunStatus, where=lambda progress: progress.state == "no analysis")
    harness.tell(PeerDown(role="capture", index=0, incarnation=0))
    harness.hear("supervisor", RunStatus, where=lambda progress: progress.state == "no camera")


def test_a_session_keeps_its_model_and_what_is_known_of_it(harness: Harness) -> None:
    start(harness, "live", reorder_wait_ms=1)
    harness.introduce("worker", detail="model-1", transfer="On new scenes: within 9 %.", inbox="view")
    harness.tell(SOURCE, reading(0))
    assert shown(harness, 1) == [0]
    harness.stop()
    facts = Archive(harness.folder / FILE_NAME).facts()
    assert (facts["model_id"], facts["transfer"]) == ("model-1", "On new scenes: within 9 %.")


def test_a_page_knows_that_the_session_is_kept_before_it_hears_the_answer(harness: Harness) -> None:
    start(harness, "demo", kept=False)
    harness.tell(KeepSession(request=1))

    def says_it(message: Message) -> bool:
        return isinstance(message, Answer) or (isinstance(message, RunStatus) and message.kept)

    assert isinstance(harness.hear("view", Message, where=says_it), RunStatus)


def test_a_status_says_how_subscribers_and_outlets_stand_and_whose_process_died(harness: Harness) -> None:
    start(harness, "live")
    harness.tell(SubscribersNow(state=OutletState(name="publish", condition="connected")))
    harness.tell(OutletsNow(states=(OutletState(name="ward", condition="connected"),)))

    def stand(*expected: tuple[str, str]) -> None:
        harness.hear("view", RunStatus, lambda status: expected == tuple((o.name, o.condition) for o in status.outlets))

    stand(("publish", "connected"), ("ward", "connected"))
    harness.tell(PeerDown(role="publisher", index=0, incarnation=0))
    stand(("publish", "failing"), ("ward", "connected"))
