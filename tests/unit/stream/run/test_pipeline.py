"""From a plan to its outcome: the folder is prepared and released, the audit log begun and ended."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from stream.config.run_plan import RunPlan
from stream.config.sections import Config, PublishConfig, RemoteWorker, ViewConfig, WorkersConfig
from stream.errors import ConfigError, OutputError, SourceError
from stream.protocol.readings import RunStatus
from stream.run.outcome import Outcome
from stream.run.pipeline import processes, run
from stream.security.audit_log import AuditLog
from stream.session.output_folder import OutputFolder
from stream.session.store import FILE_NAME, Store
from tests.doubles.readings import reading

FAR = RemoteWorker(address="tcp://10.0.0.8:5570", key="ab" * 32)


@pytest.fixture
def plan(tmp_path: Path) -> RunPlan:
    return RunPlan(mode="replay", source="clip.avi", folder=tmp_path / "out", config=Config(), started_ns=0)


def analyse(plan: RunPlan, _show: Callable[[RunStatus], None], _audit: AuditLog) -> Outcome:
    """One frame, to disk."""
    store = Store(plan.folder / FILE_NAME)
    store.add(reading(0))
    store.commit()
    store.close()
    return Outcome(0, plan.session)


def logged(folder: Path) -> list[str]:
    return [json.loads(line)["what"] for line in (folder / "audit.jsonl").read_text().splitlines()]


def test_a_run_has_an_identifier_and_its_beginning_and_end_are_logged(plan: RunPlan) -> None:
    outcome = run(plan, analyse)
    assert outcome.sentence == str(Store(plan.folder / FILE_NAME).facts()["session"])
    assert logged(plan.folder) == ["begun", "sealed", "ended"]


def test_the_folder_is_this_run_s_alone_until_its_end(plan: RunPlan) -> None:
    def meet_another(plan: RunPlan, _show: object, _audit: object) -> Outcome:
        with pytest.raises(OutputError, match="being written by another run"):
            run(plan, analyse)
        return Outcome(0, "")

    run(plan, meet_another)
    OutputFolder(plan.folder).release()


def test_a_run_without_a_frame_leaves_nothing_whatever_ended_it(plan: RunPlan) -> None:
    def fail(*_: object) -> Outcome:
        raise SourceError("the camera is not there")

    with pytest.raises(SourceError):
        run(plan, fail)
    assert not plan.folder.exists()
    run(plan, lambda *_: Outcome(3, "no frame came"))
    assert not plan.folder.exists()


def test_a_finished_replay_is_not_run_again(plan: RunPlan) -> None:
    run(plan, analyse)
    (plan.folder / "summary.json").write_text('{"status": "complete"}')
    outcome = run(plan, lambda *_: Outcome(1, "run again"), resume=True)
    assert outcome == Outcome(0, "Complete already: nothing to resume.")


def test_outlines_of_a_finished_replay_are_written_if_they_are_asked_for_later(plan: RunPlan) -> None:
    run(plan, analyse)
    (plan.folder / "summary.json").write_text('{"status": "complete"}')
    run(replace(plan, regions_file=True), analyse, resume=True)
    assert (plan.folder / "regions.jsonl").read_text().count("\n") == 1


def test_another_recording_of_the_same_name_is_not_gone_on_with(plan: RunPlan) -> None:
    run(replace(plan, fingerprint="a"), analyse)
    with pytest.raises(OutputError, match="has changed since"):
        run(replace(plan, fingerprint="b"), analyse, resume=True)


def test_readings_do_not_leave_the_machine_without_keys(plan: RunPlan, tmp_path: Path) -> None:
    exposed = Config(publish=PublishConfig(endpoint="tcp://0.0.0.0:5560"))
    with pytest.raises(ConfigError, match="CURVE"):
        run(replace(plan, config=exposed), analyse)
    assert list(tmp_path.iterdir()) == []


def test_a_run_has_a_process_for_each_part(plan: RunPlan) -> None:
    config = Config(workers=WorkersConfig(count=2, remote=(FAR,)))
    specs = list(processes(replace(plan, mode="live", config=config)))
    assert [spec.key for spec in specs] == [
        ("capture", 0), ("worker", 0), ("worker", 1), ("worker", 2), ("sink", 0), ("publisher", 0), ("view", 0)
    ]  # fmt: skip
    assert [spec.key for spec in specs if not spec.essential] == [("worker", 2), ("publisher", 0), ("view", 0)]
    assert specs[3].arguments == (FAR,)


def test_a_replay_has_no_page_and_neither_has_a_run_that_wants_none(plan: RunPlan) -> None:
    hidden = replace(plan, mode="live", config=Config(view=ViewConfig(enabled=False)))
    assert [spec.role for one in (plan, hidden) for spec in processes(one) if spec.role == "view"] == []
