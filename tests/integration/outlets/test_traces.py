"""A running program sends traces of its frames: every step has its time, and the steps are in order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.collectors.trace_collector import TraceCollector
from tests.running import eventually, running

pytestmark = [pytest.mark.real, pytest.mark.slow]
STEPS = ("grab", "dispatch", "analyse", "order", "commit", "publish")


@pytest.fixture
def collector() -> Iterator[TraceCollector]:
    made = TraceCollector()
    yield made
    made.stop()


def test_the_way_of_live_frames(tmp_path: Path, collector: TraceCollector) -> None:
    config = tmp_path / "mine.toml"
    config.write_text(
        f'publish.enabled = false\nview.enabled = false\nsink.sessions_dir = "{tmp_path / "sessions"}"\n'
        f'[outlets.otlp]\nendpoint = "{collector.endpoint}"\nevery_s = 0\n'
    )
    with running("-c", config, "live", "synthetic:?seed=1&fps=10&episodes=steady"):
        eventually(lambda: len(collector.traces()) > 20, "frames are traced")
    traces = collector.traces()
    assert len({trace["frame"].trace_id for trace in traces}) == len(traces)
    for trace in traces:
        assert tuple(trace) == ("frame", *STEPS)
        times = [(trace[name].start_time_unix_nano, trace[name].end_time_unix_nano) for name in STEPS]
        assert all(began <= ended for began, ended in times)
        assert [began for began, _ in times[1:]] == [ended for _, ended in times[:-1]]
    analysed_ms = sorted(
        (trace["analyse"].end_time_unix_nano - trace["analyse"].start_time_unix_nano) / 1e6 for trace in traces
    )
    assert 1 < analysed_ms[len(traces) // 2] < 1000
