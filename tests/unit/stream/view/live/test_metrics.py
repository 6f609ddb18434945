"""What a Prometheus server reads: every sample announced, none invented."""

import re
from collections.abc import Callable
from typing import Any

from stream.protocol.readings import DensityReading
from stream.view.live.feed import Feed
from stream.view.live.metrics import metrics_text

SAMPLE = re.compile(r'^([a-z_]+)(\{([a-z_]+="([^"\\]|\\.)*",?)*\})? (-?[0-9.e+]+)$')


def samples(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    announced: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            announced.add(line.split()[2])
        elif not line.startswith("#"):
            match = SAMPLE.match(line)
            assert match, line
            assert match[1] in announced
            found[line.rsplit(" ", 1)[0]] = float(match[5])
    return found


def test_values_are_there_while_current_and_gone_when_not(
    feed: Callable[..., Feed], reading: Callable[..., DensityReading], clock: Any
) -> None:
    view = feed()
    view.receive(reading(drops_total=4))
    now = samples(metrics_text(view.status()))
    assert now['capillary_density_percent{source="scope",mode="live"}'] == 6.25
    assert now['capillary_dropped_total{source="scope"}'] == 4
    assert now['capillary_state{source="scope",state="good"}'] == 1
    assert now["capillary_viewers"] == 0
    assert now['capillary_build_info{version="0.1.0",model_id="cnn@abc"}'] == 1
    clock.pass_s(3)
    later = samples(metrics_text(view.status()))
    assert not any(name.startswith("capillary_density_percent") for name in later)
    assert later['capillary_state{source="scope",state="stale"}'] == 1
    assert later['capillary_reading_age_seconds{source="scope"}'] > 3


def test_before_the_first_reading_and_with_an_odd_name(feed: Callable[..., Feed]) -> None:
    view = feed()
    view.info = type(view.info)(session="s", mode="live", source='a"b\\c\nd')
    found = samples(metrics_text(view.status()))
    assert found['capillary_readings_total{source="a\\"b\\\\c\\nd"}'] == 0
