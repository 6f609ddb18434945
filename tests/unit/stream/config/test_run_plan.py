"""The plan travels whole to every process, and says what follows from what was asked for."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from stream.config.engine_choice import EngineChoice
from stream.config.run_plan import RunPlan
from stream.config.sections import AnalyserConfig, Config, RemoteWorker, SinkConfig, ViewConfig, WorkersConfig

FAR = RemoteWorker(address="tcp://10.0.0.8:5570", key="ab" * 32)
PLAN = RunPlan(
    session="20260101-000000-abcdef",
    mode="live",
    source="camera:0",
    folder=Path("sessions") / "1",
    config=Config(workers=WorkersConfig(count=2, remote=(FAR,)), analyser=AnalyserConfig(settings={"weights": "mine"})),
    started_ns=1,
    engine=EngineChoice("ray", 2, "10.0.0.5:6379"),
)


def test_it_arrives_as_it_was_sent() -> None:
    assert pickle.loads(pickle.dumps(PLAN)) == PLAN


def test_workers_elsewhere_count_as_workers() -> None:
    assert (PLAN.local_workers, PLAN.worker_count) == (2, 3)


def test_there_is_a_worker_per_core_if_no_number_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stream.config.run_plan.cores", lambda: 7)
    assert replace(PLAN, config=Config()).worker_count == 7


def test_a_worker_learns_what_analyses_and_what_a_reading_holds() -> None:
    plan = replace(PLAN, outlines=True, config=Config(view=ViewConfig(picture_width_px=320)))
    assert (plan.analysis.analyser, plan.analysis.picture_width_px, plan.analysis.outlines) == (
        AnalyserConfig(), 320, True
    )  # fmt: skip


def test_hashes_tell_other_settings_and_keep_a_patient_s_name_out() -> None:
    other = replace(PLAN, config=Config(analyser=AnalyserConfig(settings={"weights": "yours"})))
    assert other.analysis.sha256 != PLAN.analysis.sha256
    assert other.config_sha256 != PLAN.config_sha256
    named = replace(PLAN, config=Config(sink=SinkConfig(session_name="a patient")))
    assert named.config_sha256 == replace(PLAN, config=Config()).config_sha256
