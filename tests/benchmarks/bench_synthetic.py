"""What the synthetic microscope costs: it shares its cores with the analysis that it feeds."""

from itertools import count

import cv2
import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from capture.sources.synthetic import SyntheticMicroscope, read_settings


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    cv2.setNumThreads(1)


@pytest.mark.parametrize("episodes", ["steady", "rough"])
def test_grab_and_retrieve(benchmark: BenchmarkFixture, episodes: str) -> None:
    source = SyntheticMicroscope(read_settings({"episodes": episodes}))
    out = np.empty((1080, 1920, 3), np.uint8)
    source.grab()
    source.retrieve(out)

    def next_frame() -> None:
        source.grab()
        source.retrieve(out)

    benchmark(next_frame)


def test_grab_with_truth(benchmark: BenchmarkFixture) -> None:
    source = SyntheticMicroscope(read_settings({}))
    benchmark(source.grab)


def test_start(benchmark: BenchmarkFixture) -> None:
    seeds = count(1)
    benchmark(lambda: SyntheticMicroscope(read_settings({"seed": next(seeds)})))
