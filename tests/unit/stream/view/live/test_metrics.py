"""What a Prometheus server reads, by the parser of its client library: every sample announced, none invented."""

from collections.abc import Callable
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from stream.protocol.outlets import OutletState
from stream.protocol.readings import DensityReading, RunStatus, Workings
from stream.view.live.feed import Feed
from stream.view.live.metrics import metrics_text

Found = dict[str, float]


def samples(view: Feed) -> Found:
    """Return values by name and labels as people write them, in order of the alphabet."""
    found: Found = {}
    for family in text_string_to_metric_families(metrics_text(view.status(), view.tallies)):
        assert family.documentation
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[sample.name + (f"{{{labels}}}" if labels else "")] = float(sample.value)
    return found


def test_values_are_there_while_current_and_gone_when_not(
    feed: Callable[..., Feed], reading: Callable[..., DensityReading], clock: Any
) -> None:
    view = feed()
    view.receive(reading(drops_total=4))
    now = samples(view)
    assert now['capillary_density_percent{mode="live",source="scope"}'] == 6.25
    assert now['capillary_dropped_total{source="scope"}'] == 4
    assert now['capillary_state{source="scope",state="good"}'] == 1
    assert now["capillary_viewers"] == 0
    assert now['capillary_build_info{model_id="cnn@abc",version="0.1.0"}'] == 1
    assert now['capillary_model_info{model_id="cnn@abc",source="scope"}'] == 1
    clock.pass_s(3)
    later = samples(view)
    assert not any(name.startswith("capillary_density_percent") for name in later)
    assert later['capillary_state{source="scope",state="stale"}'] == 1
    assert later['capillary_reading_age_seconds{source="scope"}'] > 3


def test_before_the_first_reading_and_with_an_odd_name(feed: Callable[..., Feed]) -> None:
    view = feed()
    view.info = type(view.info)(session="s", mode="live", source='a"b\\c\nd')
    found = samples(view)
    assert found['capillary_readings_total{source="a"b\\c\nd"}'] == 0
    assert not any(name.startswith("capillary_ring_slots") for name in found), "before capture has said so"


def test_times_of_readings_are_histograms_and_their_verdicts_are_counted(
    feed: Callable[..., Feed], reading: Callable[..., DensityReading]
) -> None:
    view = feed()
    view.receive(reading(0, begun_ms=10.0, latency_ms=30.0, stored_ms=40.0))
    view.receive(reading(1, begun_ms=10.0, latency_ms=310.0, stored_ms=9000.0, quality="poor"))
    view.receive(reading(2))
    found = samples(view)
    assert found['capillary_analysis_seconds_bucket{le="0.01",source="scope"}'] == 0
    assert found['capillary_analysis_seconds_bucket{le="0.02",source="scope"}'] == 1
    assert found['capillary_analysis_seconds_count{source="scope"}'] == 2, "the third does not know"
    assert round(found['capillary_analysis_seconds_sum{source="scope"}'], 6) == 0.32
    assert found['capillary_publication_latency_seconds_bucket{le="0.05",source="scope"}'] == 1
    assert found['capillary_publication_latency_seconds_bucket{le="+Inf",source="scope"}'] == 2
    assert found['capillary_quality_total{quality="good",source="scope"}'] == 2
    assert found['capillary_quality_total{quality="poor",source="scope"}'] == 1


def test_what_goes_on_inside_and_how_each_outlet_stands(
    feed: Callable[..., Feed], reading: Callable[..., DensityReading]
) -> None:
    view = feed()
    view.receive(reading())
    outlet = OutletState(name="ward", condition="failing", waiting=12, delivered=5, given_up=3)
    workings = Workings(drops={"overload": 7}, restarts={"worker": 2}, ring_slots=16, ring_used=5, waiting=1)
    view.receive(
        RunStatus(session="s1", source="scope", mode="live", state="good", outlets=(outlet,), workings=workings)
    )
    found = samples(view)
    assert found['capillary_dropped_by_cause_total{cause="overload",source="scope"}'] == 7
    assert found['capillary_restarts_total{role="worker",source="scope"}'] == 2
    assert found['capillary_ring_slots{source="scope"}'] == 16
    assert found['capillary_ring_slots_used{source="scope"}'] == 5
    assert found['capillary_waiting_readings{source="scope"}'] == 1
    assert found['capillary_outlet_state{outlet="ward",source="scope",state="failing"}'] == 1
    assert found['capillary_outlet_state{outlet="ward",source="scope",state="connected"}'] == 0
    assert found['capillary_outlet_waiting{outlet="ward",source="scope"}'] == 12
    assert found['capillary_outlet_delivered_total{outlet="ward",source="scope"}'] == 5
    assert found['capillary_outlet_given_up_total{outlet="ward",source="scope"}'] == 3
