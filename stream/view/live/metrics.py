"""What the page knows of the run, for Prometheus. A pure function; knows no server."""

from collections.abc import Sequence

from stream.outlets.prometheus.exposition import Exposition, RunNow
from stream.protocol.bedside import ActiveAlarm
from stream.readings.tallies import Tallies
from stream.view.live.status import Status


def metrics_text(status: Status, tallies: Tallies, alarms: Sequence[ActiveAlarm] = ()) -> str:
    """Return all metrics of a run as Prometheus text."""
    now = RunNow(**{name: getattr(status, name) for name in RunNow.__struct_fields__})
    return Exposition(now, tallies, alarms).text()
