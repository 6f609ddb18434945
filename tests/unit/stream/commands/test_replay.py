"""What `replay` refuses before it begins, what it plans, and what comes of several sources."""

from pathlib import Path
from typing import Any

import pytest

from stream.config.run_plan import RunPlan
from stream.errors import SourceError
from stream.run.outcome import Outcome
from stream.session.store import FILE_NAME, Store
from tests.doubles.readings import reading
from tests.unit.stream.commands.conftest import Type

SOURCE = "synthetic:?frames=2"
IN_TURN = ("--speed", "1")
"""Recordings at a pace of their own are analysed in turn, in the process of the command."""

Run = tuple[RunPlan, dict[str, Any]]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Return the runs that a command asks for; none is started."""
    asked: list[Run] = []

    def run(plan: RunPlan, _execute: object, _make_display: object, **how: Any) -> Outcome:
        asked.append((plan, how))
        if "broken" in plan.source:
            raise SourceError(f"{plan.source} is broken")
        return Outcome(130 if "stopped" in plan.source else 0, "done")

    monkeypatch.setattr("stream.run.pipeline.run", run)
    return asked


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--speed", "fast"), "--speed is 'max' or a factor above 0, not 'fast'"),
        (("--speed", "-1"), "--speed is 'max' or a factor above 0"),
        (("--resume", "--overwrite"), "--resume continues a run, --overwrite begins it anew"),
        (("--engine", "routr"), 'no engine is called "routr"; did you mean "router"?'),
        (("--engine", "foo"), "or stream, the default"),
        (("--engine", "router", "--address", "127.0.0.1:6379"), "--address names a Ray cluster"),
        (("--engine", "ray", "--address", "somewhere"), "--address is host:port"),
        (("--engine", "serial", "--resume"), "are for --engine stream"),
        (("--engine", "serial", "--speed", "1"), "are for --engine stream"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(typed: Type, options: tuple[str, ...], says: str) -> None:
    done = typed("replay", SOURCE, "-o", "out", *options)
    assert done.code == 2
    assert says in done.text
    assert not Path("out").exists()


def test_options_become_the_plan(typed: Type, runs: list[Run]) -> None:
    options = ("--workers", "3", "--speed", "0.5", "--regions", "--frames", "9", "--resume")
    done = typed("-v", "--log-format", "json", "replay", SOURCE, "-o", "out", *options)
    assert done.code == 0
    assert f"Results: {Path('out')}" in done.text
    ((plan, how),) = runs
    assert (plan.mode, plan.source, plan.folder) == ("replay", SOURCE, Path("out"))
    assert (plan.local_workers, plan.speed, plan.frames, plan.engine) == (3, 0.5, 9, None)
    assert (plan.outlines, plan.regions_file) == (True, True)
    assert (plan.log_level, plan.log_format) == (10, "json")
    assert not plan.config.publish.enabled
    assert how == {"resume": True, "overwrite": False}


@pytest.mark.parametrize(("engine", "workers"), [("serial", 1), ("router", 3), ("ray", 3)])
def test_an_engine_is_planned_with_its_workers(typed: Type, runs: list[Run], engine: str, workers: int) -> None:
    assert typed("replay", SOURCE, "-o", "out", "--engine", engine, "--workers", "3").code == 0
    choice = runs[0][0].engine
    assert choice is not None
    assert (choice.engine, choice.workers, choice.address) == (engine, workers, None)


def test_an_overlay_needs_the_outlines_but_not_their_file(
    typed: Type, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("run_stream.Program.write_overlay", lambda _parts, plan, _stopped: plan.folder)
    assert typed("replay", SOURCE, "-o", "out", "--overlay").code == 0
    plan = runs[0][0]
    assert (plan.outlines, plan.regions_file) == (True, False)


def test_a_stopped_overlay_is_said_and_stops_the_rest(
    typed: Type, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("run_stream.Program.write_overlay", lambda _parts, _plan, _stopped: None)
    done = typed("replay", SOURCE, "synthetic:?seed=2", "-o", "out", "--overlay", *IN_TURN)
    assert done.code == 130
    assert "overlay.mkv was not made" in done.text
    assert len(runs) == 1


def test_one_bad_source_keeps_no_other_from_being_done(typed: Type, runs: list[Run]) -> None:
    done = typed("replay", "synthetic:?broken=1", SOURCE, "-o", "out", *IN_TURN)
    assert done.code == 3
    assert "Error: synthetic:?broken=1 is broken" in done.text
    assert [plan.source for plan, _ in runs] == ["synthetic:?broken=1", SOURCE]
    assert "Results: " in done.text


def test_who_stops_one_source_stops_them_all(typed: Type, runs: list[Run]) -> None:
    assert typed("replay", "synthetic:?stopped=1", SOURCE, "-o", "out", *IN_TURN).code == 130
    assert len(runs) == 1


def test_a_missing_recording_leaves_nothing_behind(typed: Type) -> None:
    done = typed("replay", "no.mp4", "--output", "out")
    assert done.code == 3
    assert "no.mp4" in done.text
    assert not Path("out").exists()


@pytest.mark.parametrize("output", ["", ".", "pictures"])
def test_results_need_a_folder_of_their_own(typed: Type, output: str) -> None:
    Path("pictures").mkdir()
    Path("pictures/a.png").touch()
    done = typed("replay", "pictures", "--output", output)
    assert done.code == 2
    assert "folder" in done.text
    assert [path.name for path in Path("pictures").iterdir()] == ["a.png"]


def test_results_do_not_go_where_a_file_is(typed: Type) -> None:
    Path("clip.mp4").touch()
    done = typed("replay", "clip.mp4", "--output", "clip.mp4")
    assert (done.code, "--output clip.mp4 is a file; name a folder" in done.text) == (2, True)


def test_a_batch_that_is_resumed_begins_what_was_not_begun(typed: Type, runs: list[Run]) -> None:
    other = "synthetic:?frames=3"
    Path("out").mkdir()
    session(Path("out/synthetic-frames-2"), SOURCE)
    assert typed("replay", SOURCE, other, "-o", "out", "--resume", *IN_TURN).code == 0
    assert [(plan.source, how["resume"]) for plan, how in runs] == [(SOURCE, True), (other, False)]


def test_there_is_nothing_to_resume(typed: Type) -> None:
    done = typed("replay", SOURCE, "-o", "new", "--resume")
    assert done.code == 1
    assert "there is no session in new to resume" in done.text
    assert not Path("new").exists()


def session(folder: Path, source: str) -> None:
    """Return a session of `source` with one frame, which never finished."""
    folder.mkdir()
    store = Store(folder / FILE_NAME)
    store.set_facts(session="20260101-000000-abcdef", asked_source=source, begun_at=0)
    store.add(reading(0))
    store.commit()
    store.close()


def test_frames_of_another_source_are_not_overwritten(typed: Type, runs: list[Run]) -> None:
    session(Path("out"), "synthetic:?seed=9")
    done = typed("replay", SOURCE, "-o", "out")
    assert done.code == 1
    assert "out holds the results of synthetic:?seed=9" in done.text
    assert not runs


def test_frames_make_room_only_for_a_source_that_is_there(typed: Type, runs: list[Run]) -> None:
    session(Path("out"), "gone.mp4")
    done = typed("replay", "gone.mp4", "-o", "out", "--overwrite")
    assert done.code == 3
    assert "gone.mp4" in done.text
    assert not runs
