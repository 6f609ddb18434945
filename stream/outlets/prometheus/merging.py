"""The metrics of several runs as those of one answer: each name once, with the samples of all runs. Pure."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric


def merged(runs: Iterable[Iterable["Metric"]]) -> Iterator["Metric"]:
    """Yield the metrics of all runs, each name once. Of a counter, samples with the same labels are added up."""
    by_name: dict[str, Metric] = {}
    for metrics in runs:
        for metric in metrics:
            known = by_name.setdefault(metric.name, metric)
            if known is not metric:
                _add(known, metric)
    yield from by_name.values()


def _add(known: "Metric", metric: "Metric") -> None:
    places = {(sample.name, *sorted(sample.labels.items())): place for place, sample in enumerate(known.samples)}
    for sample in metric.samples:
        place = places.get((sample.name, *sorted(sample.labels.items())))
        if place is None:
            known.samples.append(sample)
        elif metric.type == "counter":
            same = known.samples[place]
            known.samples[place] = same._replace(value=same.value + sample.value)
