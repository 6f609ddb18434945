"""A run at one moment as Prometheus text, written by its client library, which is loaded when it is first needed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, get_args

from msgspec import UNSET, Struct, UnsetType

from stream.protocol import measures
from stream.protocol.outlets import OutletCondition, OutletState
from stream.protocol.readings import Workings
from stream.protocol.types import RunState
from stream.readings.tallies import BOUNDS_S, Histogram, Tallies

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
STATES: Final = ("starting", *get_args(RunState))

MetricLabels = Mapping[str, str]
LabelledValues = Sequence[tuple[MetricLabels, float | None]]


class RunNow(Struct, frozen=True, kw_only=True):
    """A run at one moment.

    Densities and `measures` are those of a good and current reading; without one they are None and unset. viewers: open
    pages; None if that is not known.
    """

    source: str
    mode: str
    state: str
    version: str
    model_id: str
    published: int
    failed: int
    dropped: int
    late: int
    refused: int
    frames_per_s: float
    age_ms: float | None
    latency_ms: float | None
    density_pct: float | None = None
    density_low_pct: float | None = None
    density_high_pct: float | None = None
    capillary_count: int | None = None
    measures: dict[str, float] | UnsetType = UNSET
    outlets: tuple[OutletState, ...] = ()
    workings: Workings = Workings()
    viewers: int | None = None


class Alarm(Protocol):
    """An alarm that is active: what all messages about one say."""

    @property
    def kind(self) -> str | None:
        """Say what is wrong."""

    @property
    def cause(self) -> str:
        """Say what is wrong, of a technical alarm."""

    @property
    def priority(self) -> str | None:
        """Say how urgent it is."""

    @property
    def state(self) -> str | None:
        """Say whether it is sounding, acknowledged or latched."""


@dataclass(frozen=True, slots=True)
class Exposition:
    """All metrics of a run. A value that is missing (no current density, no alarm) has no sample."""

    now: RunNow
    tallies: Tallies
    alarms: Sequence[Alarm] = ()

    def text(self) -> str:
        """Return the text format of Prometheus, version 0.0.4."""
        from prometheus_client.exposition import generate_latest

        return generate_latest(self).decode()

    def collect(self) -> Iterator["Metric"]:
        """Yield each metric with its samples."""
        source = {"source": self.now.source}
        yield from self._counts(source)
        yield from self._values(source)
        yield from self._outlets(source)
        yield _histogram("capillary_analysis_seconds", "Time that the analyser took.", source, self.tallies.analysis)
        yield _histogram(
            "capillary_publication_latency_seconds", "Grab to publication.", source, self.tallies.publication
        )

    def _counts(self, source: MetricLabels) -> Iterator["Metric"]:
        now, workings = self.now, self.now.workings
        quality = [({**source, "quality": verdict}, n) for verdict, n in sorted(self.tallies.quality.items())]
        drops = [({**source, "cause": cause}, n) for cause, n in sorted(workings.drops.items())]
        restarts = [({**source, "role": role}, n) for role, n in sorted(workings.restarts.items())]
        yield _counter("capillary_readings", "Readings published.", [(source, now.published)])
        yield _counter("capillary_failed", "Frames whose analysis failed.", [(source, now.failed)])
        yield _counter("capillary_dropped", "Frames captured, not analysed.", [(source, now.dropped)])
        yield _counter("capillary_dropped_by_cause", "The same by cause, since the sink was started.", drops)
        yield _counter("capillary_late", "Readings after a newer one.", [(source, now.late)])
        yield _counter("capillary_refused", "Messages, peers turned away.", [({}, now.refused)])
        yield _counter("capillary_quality", "Readings by quality, since this process was started.", quality)
        yield _counter("capillary_restarts", "Processes that were started again, by role.", restarts)

    def _values(self, source: MetricLabels) -> Iterator["Metric"]:
        now, workings = self.now, self.now.workings
        measured = {**source, "mode": now.mode}
        ring_known = workings.ring_slots > 0
        for measure in measures.MEASURES:
            if measure.metric:
                says = f"{measure.label.capitalize()} now, while current."
                yield _gauge(measure.metric, says, [(measured, _shortened(measures.value_of(now, measure.keys[0])))])
        yield _gauge("capillary_reading_age_seconds", "Age of the newest reading.", [(source, _s(now.age_ms))])
        yield _gauge("capillary_latency_seconds", "Grab to reading, newest frame.", [(source, _s(now.latency_ms))])
        yield _gauge("capillary_frames_per_second", "Readings a second.", [(source, now.frames_per_s)])
        yield _gauge("capillary_waiting_readings", "Readings before an earlier one.", [(source, workings.waiting)])
        yield _gauge(
            "capillary_ring_slots", "Frames that the ring holds.", [(source, workings.ring_slots)] if ring_known else []
        )
        yield _gauge(
            "capillary_ring_slots_used", "Of those, in use.", [(source, workings.ring_used)] if ring_known else []
        )
        yield _gauge("capillary_viewers", "Pages that are open.", [({}, now.viewers)])
        states = [({**source, "state": state}, float(state == now.state)) for state in STATES]
        yield _gauge("capillary_state", "1 for the state now, else 0.", states)
        names = ("kind", "cause", "priority", "state")
        alarms = [({**source, **{name: str(getattr(alarm, name)) for name in names}}, 1) for alarm in self.alarms]
        yield _gauge("capillary_alarm", "1 for every alarm that is active.", alarms)
        yield _gauge("capillary_mode_info", "What is measured: demo is no patient.", [(measured, 1)])
        build = {"version": now.version, "model_id": now.model_id}
        yield _gauge("capillary_build_info", "Program and model.", [(build, 1)])
        yield _gauge("capillary_model_info", "Model in use.", [({**source, "model_id": now.model_id}, 1)])

    def _outlets(self, source: MetricLabels) -> Iterator["Metric"]:
        each = [({**source, "outlet": outlet.name}, outlet) for outlet in self.now.outlets]
        states = [
            ({**labels, "state": condition}, float(condition == outlet.condition))
            for labels, outlet in each
            for condition in get_args(OutletCondition)
        ]
        waiting = [(labels, outlet.waiting) for labels, outlet in each]
        delivered = [(labels, outlet.delivered) for labels, outlet in each]
        given_up = [(labels, outlet.given_up) for labels, outlet in each]
        yield _gauge("capillary_outlet_state", "1 for the state of the outlet now, else 0.", states)
        yield _gauge("capillary_outlet_waiting", "Messages not delivered yet.", waiting)
        yield _counter("capillary_outlet_delivered", "Messages delivered, since the process was started.", delivered)
        yield _counter("capillary_outlet_given_up", "Messages that will never be delivered.", given_up)


def _gauge(name: str, says: str, samples: LabelledValues) -> "Metric":
    from prometheus_client.metrics_core import GaugeMetricFamily

    family = GaugeMetricFamily(name, says)
    _fill(family, name, samples)
    return family


def _counter(name: str, says: str, samples: LabelledValues) -> "Metric":
    from prometheus_client.metrics_core import CounterMetricFamily

    family = CounterMetricFamily(name, says)
    _fill(family, f"{name}_total", samples)
    return family


def _fill(family: "Metric", name: str, samples: LabelledValues) -> None:
    for labels, value in samples:
        if value is not None:
            family.add_sample(name, dict(labels), value)


def _histogram(name: str, says: str, labels: MetricLabels, histogram: Histogram) -> "Metric":
    from prometheus_client.metrics_core import HistogramMetricFamily

    family = HistogramMetricFamily(name, says, labels=tuple(labels))
    ends = [*map(str, BOUNDS_S), "+Inf"]
    buckets = list(zip(ends, histogram.cumulative(), strict=True))
    family.add_metric(tuple(labels.values()), buckets, histogram.sum_s)
    return family


def _s(ms: float | None) -> float | None:
    return None if ms is None else ms / 1e3


def _shortened(value: float | None) -> float | None:
    """Return the value with six digits: more say nothing."""
    return None if value is None else float(f"{value:.6g}")
