"""A run ends with its files, a summary in the session and a report; without room for the files it ends later."""

import errno
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from stream.config.run_plan import RunPlan
from stream.config.sections import Config
from stream.protocol.frames import EndOfStream
from stream.protocol.types import Mode
from stream.readings.run_status import RunStatusTracker
from stream.session.store import FILE_NAME, Store
from stream.session.summary import STOPPED
from stream.sink.finishing import Finishing
from tests.doubles.readings import START_NS, reading

END = EndOfStream(frames_read=2, frames_expected=2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / FILE_NAME)
    store.set_facts(begun_at=0, begun_ns=START_NS, model_id="model-1")
    for seq in range(2):
        store.add(reading(seq))
    store.commit()
    yield store
    store.close()


def finishing(store: Store, mode: Mode) -> Finishing:
    plan = RunPlan(
        session="s", mode=mode, source="clip.avi", folder=store.path.parent, config=Config(), started_ns=START_NS
    )
    return Finishing(plan, store)


def tracker(mode: Mode) -> RunStatusTracker:
    return RunStatusTracker("s", mode, 1.0, published=2)


@pytest.mark.filterwarnings("default")
def test_a_replay_ends_with_its_files_and_a_live_run_with_its_session_alone(store: Store) -> None:
    folder = store.path.parent
    live = finishing(store, "live").finish(END, tracker("live"))
    assert live is not None
    assert not (folder / "summary.json").exists()
    replayed = finishing(store, "replay").finish(END, tracker("replay"))
    assert replayed is not None
    assert (replayed.exit_code, replayed.summary[:26]) == (0, "2 frames analysed, 2 good;")
    assert json.loads((folder / "summary.json").read_text())["frames_analysed"] == 2
    assert store.facts()["frames_analysed"] == 2


def test_without_room_for_the_files_nothing_is_reported_yet(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ending = finishing(store, "replay")
    with monkeypatch.context() as patch:
        patch.setattr("stream.sink.finishing.write_results", refusing(errno.ENOSPC))
        assert ending.finish(END, tracker("replay")) is None
    assert "frames_analysed" not in store.facts()


@pytest.mark.parametrize(("number", "reason"), [(errno.ENOSPC, STOPPED), (errno.EACCES, "")])
def test_a_run_that_was_stopped_or_may_not_write_waits_for_no_room(
    store: Store, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    monkeypatch.setattr("stream.sink.finishing.write_results", refusing(number))
    end = EndOfStream(frames_read=2, frames_expected=2, reason=reason)
    with pytest.raises(OSError, match="refused"):
        finishing(store, "replay").finish(end, tracker("replay"))


def refusing(number: int) -> object:
    def write(*_: object) -> None:
        raise OSError(number, "refused")

    return write
