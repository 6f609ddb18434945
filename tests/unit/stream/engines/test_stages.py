"""Steps are timed without the steps inside them, and the code is as before afterwards."""

from pathlib import Path

import pytest

from capture.recordings.first_frames import FirstFrames
from capture.sources.synthetic import open_synthetic
from stream.config.run_plan import AnalysisPlan
from stream.config.sections import AnalyserConfig
from stream.engines.bench.floor import floor_of
from stream.engines.bench.machine import Machine
from stream.engines.bench.stages import Stages, StepClock, cells, instrumented, measure, report
from stream.engines.step import StepMaker
from workers.capillary import analyser as composed

MACHINE = Machine(cpu="c", cores=2, memory_gb=1, busy_at_start_pct=0, system="s", python="p", libraries={})


def burn(clock: StepClock, name: str, inside: str = "") -> None:
    with clock.step(name):
        sum(range(200_000))
        if inside:
            burn(clock, inside)


def test_a_step_is_timed_without_the_steps_inside() -> None:
    clock = StepClock()
    for _ in range(4):
        clock.begin_frame()
        burn(clock, "outer", "inner")
    steps = clock.medians()
    assert list(steps) == ["inner", "outer"]
    assert 0.3 < steps["outer"] / steps["inner"] < 3


def test_what_was_instrumented_is_itself_again() -> None:
    before = dict(vars(composed))
    with instrumented("workers", StepClock()):
        assert dict(vars(composed)) != before
    assert dict(vars(composed)) == before


def test_every_part_of_a_frame_s_way_is_in_the_report(tmp_path: Path) -> None:
    maker = StepMaker(AnalysisPlan(AnalyserConfig(), 960), "session")
    floor = floor_of("synthetic:", FirstFrames(open_synthetic(), 3))
    stages = Stages(
        machine=MACHINE,
        source="synthetic:",
        frames=4,
        steps=measure(FirstFrames(open_synthetic(), 4), maker, tmp_path, floor),
    )
    floor.close()
    words = report(stages)
    for part in ("capture: decode into memory", "analysis: ", "sink: on disk", "floor: decode", "times the floor"):
        assert part in words
    assert stages.floors == pytest.approx(stages.frame_ms / stages.floor_ms)
    assert cells(stages) == {"all steps of a frame on one core, times the floor": f"{stages.floors:.2f}"}
    assert not list(tmp_path.iterdir())
