"""Every reading of a session as columns of numbers, reduced to what a screen has pixels for. Knows no file, no clock.

A reading takes 40 bytes: eight hours at ten readings a second are 12 MB.
"""

import threading
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct

Columns = npt.NDArray[np.void]

DTYPE: Final = np.dtype(
    [
        *(("seq", "<i8"), ("x", "<f8"), ("t_ns", "<i8")),
        *(("density", "<f4"), ("low", "<f4"), ("high", "<f4"), ("grade", "u1")),
    ],
    align=True,  # numpy copies what is not
)
"""grade: 0 good, 1 poor, 2 unusable, 3 failed. x: s, never decreasing. Density and interval: %, NaN unless good."""

GOOD: Final = 0
_SILENCE_S: Final = 1.0
_FIRST_ROOM: Final = 4096
_COLUMNS: Final = (
    *("x", "density_mean_pct", "density_min_pct", "density_max_pct", "density_low_pct", "density_high_pct"),
    *("quality_code", "good", "seq"),
)


class Reduced(Struct, frozen=True, kw_only=True):
    """What is drawn: columns of one length; an entry with `density_mean_pct` None is a gap. See docs/page-api.md."""

    from_s: float
    to_s: float
    pixels: int
    extent: tuple[float, float] | None
    readings: int
    reduced: bool
    x: list[float]
    density_mean_pct: list[float | None]
    density_min_pct: list[float | None]
    density_max_pct: list[float | None]
    density_low_pct: list[float | None]
    density_high_pct: list[float | None]
    quality_code: list[int | None]
    good: list[int]
    seq: list[int | None]


class Trend:
    """Grows at its end; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows = np.zeros(_FIRST_ROOM, DTYPE)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, seq: int, x: float, t_ns: int, grade: int, values: tuple[float, float, float] | None) -> None:
        """Append one reading. values: density, low and high in % if it is good, else None."""
        with self._lock:
            self._make_room(1)
            density, low, high = values or (np.nan, np.nan, np.nan)
            self._rows[self._count] = (seq, x, t_ns, density, low, high, grade)
            self._count += 1

    def load(self, rows: Columns) -> None:
        """Take readings from before those that are here, as `DTYPE`; what is not before them is left out."""
        with self._lock:
            own = self._rows[: self._count]
            older = rows[rows["seq"] < own["seq"][0]] if len(own) else rows
            self._rows = np.concatenate([older, own, np.zeros(_FIRST_ROOM, DTYPE)])
            self._count += len(older)

    def rows(self) -> Columns:
        """Return all readings. The array does not change while others are added."""
        with self._lock:
            return self._rows[: self._count]

    def between(self, from_s: float, to_s: float) -> Columns:
        """Return the readings with from_s <= x < to_s."""
        rows = self.rows()
        first, last = np.searchsorted(rows["x"], [from_s, to_s])
        return rows[first:last]

    def of_seqs(self, from_seq: int, to_seq: int) -> Columns:
        """Return the readings from one seq to another, both included."""
        rows = self.rows()
        first, last = np.searchsorted(rows["seq"], from_seq), np.searchsorted(rows["seq"], to_seq, side="right")
        return rows[first:last]

    def at_seq(self, seq: int) -> Any | None:
        """Return the reading of a frame; None if it has none."""
        found = self.of_seqs(seq, seq)
        return found[0] if len(found) else None

    def nearest(self, x: float) -> Any | None:
        """Return the reading next to a time on the axis; None if there is none at all."""
        rows = self.rows()
        return None if len(rows) == 0 else rows[_nearest(rows["x"], x)]

    def nearest_in_time(self, t_ns: int) -> Any | None:
        """Return the reading captured next to a moment; None if there is none at all."""
        rows = self.rows()
        return None if len(rows) == 0 else rows[_nearest(rows["t_ns"], t_ns)]

    def neighbours(self, seq: int) -> tuple[int | None, int | None]:
        """Return the seqs before and after one; None at an end."""
        seqs = self.rows()["seq"]
        before, after = np.searchsorted(seqs, seq) - 1, np.searchsorted(seqs, seq, side="right")
        return (int(seqs[before]) if before >= 0 else None, int(seqs[after]) if after < len(seqs) else None)

    def newest_good_seq(self) -> int | None:
        """Return the seq of the newest good reading; None if there is none."""
        rows = self.rows()
        good = np.flatnonzero(rows["grade"] == GOOD)
        return int(rows["seq"][good[-1]]) if len(good) else None

    def extent(self) -> tuple[float, float] | None:
        """Return the first and last time on the axis; None if there is no reading."""
        rows = self.rows()
        return (float(rows["x"][0]), float(rows["x"][-1])) if len(rows) else None

    def _make_room(self, count: int) -> None:
        if self._count + count > len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros(max(len(self._rows) // 2, count), DTYPE)])


def reduce(trend: Trend, from_s: float | None, to_s: float | None, pixels: int) -> Reduced:
    """Return a trend between two times in at most about `pixels` entries; one reading more on either side."""
    rows, extent = trend.rows(), trend.extent()
    first_s, last_s = extent or (0.0, 0.0)
    begin, end = (first_s if from_s is None else from_s), (last_s if to_s is None else to_s)
    first, last = np.searchsorted(rows["x"], begin), np.searchsorted(rows["x"], end, side="right")
    part = rows[max(0, first - 1) : last + 1]
    is_reduced = len(part) > pixels + 2
    starts = _pixel_starts(part["x"], begin, end, pixels) if is_reduced else np.arange(len(part))
    columns = _entries(part, starts)
    gaps = _silences(part["x"], starts)
    return Reduced(
        from_s=begin,
        to_s=end,
        pixels=pixels,
        extent=extent,
        readings=len(rows),
        reduced=is_reduced,
        **{name: _with_gaps(name, values, part["x"], starts, gaps) for name, values in columns.items()},
    )


def thinned(rows: Columns, step_s: float) -> Columns:
    """Keep at most one reading for every `step_s` seconds of the axis: its first good one, else its first."""
    if len(rows) == 0:
        return rows
    steps = np.floor(rows["x"] / step_s)
    starts = np.flatnonzero(np.diff(steps, prepend=steps[0] - 1))
    return rows[_first_good(rows, starts)]


def _pixel_starts(x: npt.NDArray[np.float64], from_s: float, to_s: float, pixels: int) -> npt.NDArray[np.intp]:
    """Return the row at which each pixel's readings begin, for the pixels that hold any."""
    pixel = np.floor((x - from_s) * (pixels / max(to_s - from_s, 1e-9)))
    return np.flatnonzero(np.diff(pixel, prepend=-np.inf))


def _entries(part: Columns, starts: npt.NDArray[np.intp]) -> dict[str, npt.NDArray[Any]]:
    """Return one value per pixel and column."""
    if len(part) == 0:
        return {name: np.zeros(0) for name in _COLUMNS}
    good = part["grade"] == GOOD
    count = np.add.reduceat(good.astype(np.int64), starts)
    density = np.where(good, part["density"], np.nan)
    shown = _first_good(part, starts)

    def mean(name: str) -> npt.NDArray[np.float64]:
        total = np.add.reduceat(np.where(good, part[name], 0).astype(np.float64), starts)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    return {
        "x": part["x"][starts],
        "density_mean_pct": mean("density"),
        "density_min_pct": np.fmin.reduceat(density, starts),
        "density_max_pct": np.fmax.reduceat(density, starts),
        "density_low_pct": mean("low"),
        "density_high_pct": mean("high"),
        "quality_code": _most_frequent(part["grade"], starts),
        "good": count,
        "seq": part["seq"][shown],
    }


def _first_good(rows: Columns, starts: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return for each stretch of readings the row of its first good one, else its first."""
    places = np.where(rows["grade"] == GOOD, np.arange(len(rows)), len(rows))
    first = np.minimum.reduceat(places, starts)
    return np.asarray(np.where(first < len(rows), first, starts), np.intp)


def _most_frequent(grade: npt.NDArray[np.uint8], starts: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return the grade that a stretch has most of; of two that tie the worse."""
    counts = np.stack([np.add.reduceat((grade == worse).astype(np.int64), starts) for worse in (3, 2, 1, 0)])
    return np.asarray(3 - np.argmax(counts, axis=0), np.intp)


def _silences(x: npt.NDArray[np.float64], starts: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return the entries before which nothing came for a time: a second, or three times what is usual here."""
    if len(x) < 2:
        return np.zeros(0, np.intp)
    usual_s = float(np.median(np.diff(x)))
    later = starts[starts > 0]
    silent = x[later] - x[later - 1] > max(_SILENCE_S, 3 * usual_s)
    return np.asarray(np.flatnonzero(starts > 0)[silent], np.intp)


def _with_gaps(
    name: str,
    values: npt.NDArray[Any],
    x: npt.NDArray[np.float64],
    starts: npt.NDArray[np.intp],
    gaps: npt.NDArray[np.intp],
) -> list[Any]:
    """Return the column as a list, with an empty entry for each silence."""
    digits = 3
    if name == "x":
        shown: list[Any] = values.round(digits).tolist()
        empty: list[Any] = x[starts[gaps] - 1].round(digits).tolist() if len(gaps) else []
    else:
        floats = values.dtype.kind == "f"
        shown = (
            [None if value != value else round(value, digits) for value in values.tolist()]
            if floats
            else values.tolist()
        )
        empty = [0 if name == "good" else None] * len(gaps)
    for place, entry in zip(reversed(gaps.tolist()), reversed(empty), strict=True):
        shown.insert(place, entry)
    return shown


def _nearest(sorted_values: npt.NDArray[Any], value: float) -> int:
    place = int(np.searchsorted(sorted_values, value))
    if place == 0:
        return 0
    if place == len(sorted_values):
        return place - 1
    return place if sorted_values[place] - value < value - sorted_values[place - 1] else place - 1
