"""What an eight-hour session costs to open and to pan: 288,000 readings at ten a second."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from stream.readings.trend import reduce
from stream.session.archive import Archive
from stream.session.store import FILE_NAME, Store
from stream.view.live.feed import Feed
from stream.view.review.finished_session import review_feed
from tests.doubles.readings import reading

READINGS = 288_000


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight hours, with poor frames in between."""
    path = tmp_path_factory.mktemp("shift") / FILE_NAME
    store = Store(path)
    store.set_facts(session="shift", source="scope", mode="live")
    rng = np.random.default_rng(1)
    density = 8 + np.cumsum(rng.normal(0, 0.002, READINGS)) + rng.normal(0, 0.3, READINGS)
    measures = {"brightness": 128.3, "coverage": 1.0, "glare": 0.0, "motion_px": 1.5, "sharpness": 14.9}
    for seq in range(READINGS):
        value = float(density[seq])
        fields = {"density_pct": value, "density_low_pct": value - 1, "density_high_pct": value + 1}
        poor = {"quality": "poor", "quality_reasons": ("moving",)} if seq % 50 < 4 else {}
        store.add(
            reading(
                seq, t_capture_ns=1_800_000_000_000_000_000 + seq * 100_000_000, measures=measures, **fields, **poor
            )
        )
    store.close()
    return path


@pytest.fixture(scope="module")
def feed(shift: Path) -> Feed:
    return review_feed(Archive(shift), "0", site_s=20)


@pytest.mark.timeout(300)
def test_open(benchmark: BenchmarkFixture, shift: Path) -> None:
    view = benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda: review_feed(Archive(shift), "0", site_s=20), rounds=3
    )
    assert len(view.trend) == READINGS


def test_whole_session(benchmark: BenchmarkFixture, feed: Feed) -> None:
    drawn = benchmark(lambda: msgspec.json.encode(reduce(feed.trend, None, None, 1200)))
    assert len(drawn) < 200_000


@pytest.mark.parametrize("minutes", [1, 15, 60])
def test_pan(benchmark: BenchmarkFixture, feed: Feed, minutes: int) -> None:
    first, last = feed.trend.extent() or (0.0, 0.0)
    starts = iter(np.linspace(first, last - 60 * minutes, 1000).tolist() * 1000)

    def step() -> bytes:
        begin = next(starts)
        return msgspec.json.encode(reduce(feed.trend, begin, begin + 60 * minutes, 1200))

    benchmark(step)


def test_report(benchmark: BenchmarkFixture, feed: Feed) -> None:
    from stream.view.report.page import statistics

    assert benchmark(lambda: statistics(feed.trend.rows()))
