"""The bench's cases for pytest-benchmark: engines and the steps of a frame. Timing is off by default.

uv run pytest tests/benchmarks/bench_engines.py --benchmark-enable
"""

from collections.abc import Iterator
from itertools import islice

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from capture.recordings.first_frames import FirstFrames
from capture.sources.synthetic import open_synthetic
from stream.config.engine_choice import EngineChoice
from stream.config.plugins import find
from stream.config.run_plan import AnalysisPlan
from stream.config.sections import AnalyserConfig
from stream.engines.frames import frames_of
from stream.engines.step import Engine, StepMaker, Tally
from stream.pixels.frame_image import FrameImage
from stream.protocol.frames import FrameHeader
from stream.protocol.readings import DensityReading
from tests.running import run

FRAMES = 8


def maker(analyser: str) -> StepMaker:
    """Return the name of the analysis: the program's own, or the published one."""
    return StepMaker(AnalysisPlan(AnalyserConfig(name=analyser), 960), "benchmark")


@pytest.fixture(scope="module")
def frames() -> list[tuple[FrameHeader, FrameImage]]:
    """In memory: what an engine costs is not what a decoder does."""
    return list(frames_of(FirstFrames(open_synthetic(episodes="steady"), FRAMES)))


@pytest.mark.parametrize("analyser", ["capillary", "helmy2022"])
@pytest.mark.parametrize("name", [pytest.param("ray", marks=pytest.mark.slow), "router", "serial"])
def test_frames_after_the_first(
    benchmark: BenchmarkFixture, frames: list[tuple[FrameHeader, FrameImage]], name: str, analyser: str
) -> None:
    """Workers are up when the first reading is there; it is not timed."""

    def started() -> tuple[tuple[Iterator[DensityReading]], dict[str, object]]:
        engine: Engine = find("engines", name)
        readings = engine(frames, maker(analyser), EngineChoice(name, 2), Tally())
        next(readings)
        return (readings,), {}

    def rest(readings: Iterator[DensityReading]) -> None:
        assert len(list(readings)) == FRAMES - 1

    benchmark.pedantic(rest, setup=started, rounds=3 if benchmark.enabled else 1)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("analyser", ["capillary", "helmy2022"])
def test_one_frame(benchmark: BenchmarkFixture, frames: list[tuple[FrameHeader, FrameImage]], analyser: str) -> None:
    step = maker(analyser).make(0)
    header, image = next(islice(frames, 1, None))
    benchmark(step, header, image)


def test_the_program_s_own_pipeline_from_start_to_end(benchmark: BenchmarkFixture, tmp_path: object) -> None:
    arguments = (
        "replay",
        "synthetic:?seed=1",
        "--frames",
        str(FRAMES),
        "--workers",
        "2",
        "--output",
        f"{tmp_path}/out",
    )
    done = benchmark.pedantic(run, args=arguments, rounds=1)  # type: ignore[no-untyped-call]
    assert done.returncode == 0, done.stderr
