"""Warm workers give every frame's own reading, in order, although one dies or an analysis is left half done."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from stream.config.run_plan import AnalysisPlan
from stream.config.sections import AnalyserConfig
from stream.engines.step import Step, StepMaker
from stream.errors import EngineError
from stream.pixels.frame_image import FrameImage, image_of
from stream.protocol.frames import FrameHeader
from stream.protocol.wire import encode
from stream.serving.warm_workers import WarmWorkers
from tests.doubles.readings import header, reading

_DEADLY = 200
WIDTH, HEIGHT = 320, 240


def make_step(_plan: AnalysisPlan, _session: str, _worker: int) -> Step:
    """Make a step whose density is the frame's brightness; a very bright frame kills its worker."""

    def step(head: FrameHeader, image: FrameImage) -> bytes:
        if image.pixels[0, 0, 0] == _DEADLY:
            os.kill(os.getpid(), signal.SIGKILL)
        return encode(reading(head.seq, density_pct=float(image.pixels.mean())))

    return step


def frames(*brightness: int, width: int = WIDTH) -> Iterator[tuple[FrameHeader, FrameImage]]:
    for seq, value in enumerate(brightness):
        yield header(seq, width=width, height=HEIGHT), image_of(np.full((HEIGHT, width, 3), value, np.uint8))


@pytest.fixture(scope="module")
def workers() -> Iterator[WarmWorkers]:
    maker = StepMaker(AnalysisPlan(analyser=AnalyserConfig(), picture_width_px=320), "s1", f"{__name__}:make_step")
    with closing(WarmWorkers(maker, 2)) as workers:
        yield workers


def densities(workers: WarmWorkers, *brightness: int, width: int = WIDTH) -> list[float | None]:
    drawn = list(workers.analyse(frames(*brightness, width=width)))
    assert [one.reading.seq for one in drawn] == list(range(len(brightness)))
    assert all(one.jpeg.startswith(b"\xff\xd8") for one in drawn)
    return [one.reading.density_pct for one in drawn]


def test_every_frame_has_its_own_reading_in_order_also_of_the_next_and_of_a_larger_object(workers: WarmWorkers) -> None:
    many = list(range(1, 60))
    assert densities(workers, *many) == many
    assert densities(workers, 7) == [7]
    assert densities(workers, *reversed(many), width=2 * WIDTH) == many[::-1]


def test_an_analysis_that_is_left_half_done_does_not_get_into_the_next(workers: WarmWorkers) -> None:
    half = workers.analyse(frames(*range(100, 150)))
    assert next(half).reading.density_pct == 100
    half.close()
    assert densities(workers, 1, 2, 3, 4, 5, 6, 7) == [1, 2, 3, 4, 5, 6, 7]


def test_a_worker_that_dies_costs_the_analysis_and_not_the_next(workers: WarmWorkers) -> None:
    with pytest.raises(EngineError, match="a worker died"):
        densities(workers, 1, 2, _DEADLY, 4)
    assert densities(workers, 1, 2, 3, 4) == [1, 2, 3, 4]
