"""frames.csv: one line for each frame of a recording, on disk as soon as its picture is. Pure but for its own file."""

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from stream.protocol.stamp import FrameStamp


@dataclass(frozen=True, slots=True)
class FrameRow:
    """What is known of one recorded frame.

    seq: its place in the run; a gap between two rows is frames that were not recorded. frame, time_s: as in its
    reading. presented_ms: its time in the video. t_capture_ns, t_monotonic_ns: when it was captured, ns, by UTC and by
    the machine's own clock. device_frame, device_ns: the camera's own number and time. lost_before: frames that the
    camera lost before it. sha256: of the (height, width, 3) uint8 BGR pixels that were recorded, if the codec is
    lossless; else of its packet in the video.
    """

    seq: int
    frame: str
    presented_ms: int
    time_s: float
    t_capture_ns: int
    t_monotonic_ns: int
    device_frame: int | None = None
    device_ns: int | None = None
    lost_before: int = 0
    sha256: str = ""


def row_of(stamp: FrameStamp) -> FrameRow:
    """Return the row of a frame that is to be recorded: its time in the video and its hash are not known yet."""
    return FrameRow(
        seq=stamp.seq,
        frame=stamp.frame,
        presented_ms=0,
        time_s=stamp.time_s,
        t_capture_ns=stamp.t_capture_ns,
        t_monotonic_ns=stamp.t_grab_monotonic_ns,
        device_frame=stamp.device_frame,
        device_ns=stamp.device_ns,
        lost_before=stamp.lost_before,
    )


_COLUMNS: Final = tuple(column.name for column in fields(FrameRow))
_WHOLE: Final = ("seq", "presented_ms", "t_capture_ns", "t_monotonic_ns", "lost_before")
_OPTIONAL: Final = ("device_frame", "device_ns")


class FrameTable:
    """A table that is being written. Each row is handed to the system at once: it survives the death of the process."""

    def __init__(self, path: Path) -> None:
        """Make the file, for its owner alone. Raises OSError."""
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._write(_COLUMNS)

    def add(self, row: FrameRow) -> None:
        """Write a row. Raises OSError."""
        self._write(asdict(row).values())

    def close(self) -> None:
        """Close the file. May be called twice."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _write(self, values: Any) -> None:
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(["" if value is None else value for value in values])
        rest = line.getvalue().encode()
        while rest:
            rest = rest[os.write(self._fd, rest) :]


def read_table(path: Path) -> Iterator[FrameRow]:
    """Yield the rows of a table, to its end or to a line that was not finished.

    Raises OSError if it cannot be read, ValueError naming the line if it is no table of frames or a row is wrong.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:  # a table program may have saved it
        table = csv.reader(file)
        if tuple(next(table, ())) != _COLUMNS:
            raise ValueError(f"{path.name} does not begin with the columns of a table of frames")
        lines = list(table)
    finished = path.read_bytes().endswith(b"\n")
    for number, line in enumerate(lines if finished else lines[:-1], 2):
        try:
            yield _row(line)
        except (ValueError, TypeError) as error:
            raise ValueError(f"line {number} of {path.name} is damaged ({error})") from None


def _row(line: list[str]) -> FrameRow:
    named: dict[str, Any] = dict(zip(_COLUMNS, line, strict=True))
    for name in _WHOLE:
        named[name] = int(named[name])
    for name in _OPTIONAL:
        named[name] = int(named[name]) if named[name] else None
    return FrameRow(**named | {"time_s": float(named["time_s"])})
