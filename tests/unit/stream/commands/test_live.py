"""What `live` and `demo` plan, and what they keep."""

import tempfile
from pathlib import Path

import pytest

from stream.config.run_plan import RunPlan
from stream.run.outcome import Outcome
from stream.session.store import FILE_NAME, Store
from tests.doubles.readings import reading
from tests.unit.stream.commands.conftest import Type


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[RunPlan]:
    """Return the plans of the runs that a command asks for; each leaves a session with a frame if it should."""
    asked: list[RunPlan] = []

    def run(plan: RunPlan, _execute: object, _make_display: object) -> Outcome:
        asked.append(plan)
        plan.folder.mkdir(parents=True, exist_ok=True)
        store = Store(plan.folder / FILE_NAME)
        if "empty" not in plan.source:
            store.add(reading(0))
            store.commit()
        store.close()
        return Outcome(0, "1 frame analysed")

    monkeypatch.setattr("stream.run.pipeline.run", run)
    return asked


def test_options_become_the_plan(typed: Type, plans: list[RunPlan]) -> None:
    options = ("--workers", "3", "--max-fps", "12", "--port", "0", "--no-view", "--seconds", "5")
    assert typed("live", "camera:7", *options).code == 0
    (plan,) = plans
    assert (plan.mode, plan.source, plan.seconds) == ("live", "camera:7", 5)
    assert (plan.local_workers, plan.config.capture.max_fps) == (3, 12)
    assert (plan.config.view.port, plan.config.view.enabled) == (0, False)
    assert (plan.replaying, plan.outlines, plan.fingerprint) == (False, False, None)


def test_what_is_not_given_is_as_configured(typed: Type, plans: list[RunPlan]) -> None:
    Path("mine.toml").write_text('source = "camera:2"\n[workers]\ncount = 5\n[view]\nport = 1234\n')
    assert typed("-c", "mine.toml", "live").code == 0
    (plan,) = plans
    assert (plan.source, plan.local_workers) == ("camera:2", 5)
    assert (plan.config.view.port, plan.config.view.enabled) == (1234, True)


def test_a_live_session_stays_if_it_has_a_frame(typed: Type, plans: list[RunPlan]) -> None:
    done = typed("live", "camera:0")
    assert f"Session: {plans[0].folder / FILE_NAME}" in done.text
    assert "1 frame analysed" in done.text
    assert (plans[0].folder / FILE_NAME).exists()
    done = typed("live", "camera:empty")
    assert "Session:" not in done.text
    assert not plans[1].folder.exists()


def test_a_demo_keeps_nothing_unless_it_is_asked_to(
    typed: Type, plans: list[RunPlan], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    done = typed("demo", "--seconds", "2")
    assert "A demo keeps nothing" in done.text
    assert plans[0].source == "synthetic:?seed=1&fps=30&seconds=2"
    assert not plans[0].folder.exists()
    done = typed("demo", "--keep")
    assert "Session:" in done.text
    assert plans[1].source == "synthetic:?seed=1&fps=30"
    assert (plans[1].mode, plans[1].folder.exists()) == ("demo", True)


def test_readings_do_not_leave_the_machine_without_keys(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPILLARY_STREAM_PUBLISH_ENDPOINT", "tcp://0.0.0.0:5560")
    done = typed("live", "camera:0", "--no-view")
    assert done.code == 2
    assert "CURVE" in done.text


def test_readings_are_published_where_the_command_says_or_nowhere(typed: Type, plans: list[RunPlan]) -> None:
    typed("demo", "--publish", "tcp://127.0.0.1:5561")
    typed("demo", "--no-publish")
    assert [plan.config.publish.enabled for plan in plans] == [True, False]
    assert plans[0].config.publish.endpoint == "tcp://127.0.0.1:5561"
    assert typed("demo", "--no-publish", "--publish", "tcp://127.0.0.1:5561").code == 2
