"""All samples of the signals of other devices, as CSV: one row per channel and sample."""

import csv
from pathlib import Path

from stream.console.text import counted, harmless
from stream.errors import UsageError
from stream.session.archive import Archive
from stream.session.result_files import utc
from stream.session.signals.stored import samples_of, signals_of

_COLUMNS = ("signal", "channel", "unit", "t_utc", "value")


def write(archive: Archive, path: Path) -> str:
    """Write all samples, and say how many. Raises UsageError if the session has no signal, OutputError, OSError."""
    signals = signals_of(archive)
    if not signals:
        raise UsageError(
            f"the session in {archive.path.parent} has no signals of other devices; [inlets.lsl] records them"
        )
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_COLUMNS)
        for signal in signals:
            for t_ns, values in samples_of(archive, signal.name):
                written += 1
                for channel, value in zip(signal.channels, values, strict=False):
                    texts = (signal.name, channel.label, channel.unit)
                    cell = "" if value is None else harmless(str(value))
                    writer.writerow([*map(harmless, texts), utc(t_ns), cell])
    return f"{counted(written, 'sample')} of {counted(len(signals), 'signal')}"
