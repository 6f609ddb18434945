"""What a finished replay leaves behind, in the order in which it may be relied on."""

from typing import Any

from stream.counting import counted
from stream.messages import EndOfStream
from stream.sink import report
from stream.sink.settings import SinkSettings
from stream.sink.store import Store
from stream.sink.summary import STOPPED


def write_results(store: Store, settings: SinkSettings, end: EndOfStream, summary: dict[str, Any]) -> None:
    """Table, outlines where wanted, trend, and the summary last of all; nothing without a frame. Raises OSError."""
    if not end.frames_read:
        return
    report.write_readings(store, settings.folder)
    if settings.regions_file:
        report.write_regions(store, settings.folder)
    if end.reason != STOPPED:  # whoever stops a run wants it to end now
        report.write_trend(store, settings.folder, f"{counted(end.frames_read, 'frame')}, {summary['status']}")
    report.write_summary(summary, settings.folder)
