"""The files of a finished replay: readings.csv, regions.jsonl, trend.png, and summary.json last of all.

Each is written under another name and then renamed: a file that is there is whole. Libraries that only the end of a run
needs are imported then: a new sink must be ready in a moment.
"""

import contextlib
import csv
import io
import json
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from stream.config.run_plan import RunPlan
from stream.console.text import counted, harmless
from stream.errors import OutputError
from stream.machine.files import written_whole
from stream.protocol import measures
from stream.protocol.frames import EndOfStream
from stream.protocol.readings import ObjectOutline, RegionOutline
from stream.session.store import FILE_NAME, Store, objects_in, regions_in
from stream.session.summary import STOPPED

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    _Polygon = npt.NDArray[np.int32]

_POINT_BYTES: Final = 4
TREND: Final = "trend.png"
OUTPUTS: Final = ("readings.csv", "regions.jsonl", TREND, "overlay.mkv", "summary.json")


def clear(folder: Path) -> None:
    """Remove the files of an earlier run, so that they are not taken for this one's."""
    for name in OUTPUTS:
        for path in (folder / name, folder / f"{name}.partial", folder / f"partial-{name}"):
            path.unlink(missing_ok=True)


def write_results(store: Store, plan: RunPlan, end: EndOfStream, summary: dict[str, Any]) -> None:
    """Write all files of a replay, unless it had no frame; regions.jsonl if the plan asks for it. Raises OSError."""
    if not end.frames_read:
        return
    write_readings(store, plan.folder)
    if plan.regions_file:
        write_regions(store, plan.folder)
    if end.reason != STOPPED:  # a user who stops a run wants it to end now, and Matplotlib takes its time
        write_trend(store, plan.folder, f"{counted(end.frames_read, 'frame')}, {summary['status']}")
    write_summary(summary, plan.folder)


def write_readings(store: Store, folder: Path) -> None:
    """Write readings.csv: one row per frame, in order of seq."""

    def write(file: io.TextIOBase) -> None:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(csv_columns())
        writer.writerows(csv_rows(store.rows(*csv_sources())))

    _write_whole(folder / "readings.csv", write)


def csv_columns() -> tuple[str, ...]:
    """Return the columns of readings.csv. Those of further measures come last: the others keep their places."""
    return (
        *("seq", "frame", "time_s", "t_capture_utc", *measures.DENSITY.keys, *measures.CAPILLARY_COUNT.keys),
        *("quality", "quality_reasons", "status", "error", "model_id", "latency_ms", "worker", "attempt"),
        *("device_frame", "device_ns", "lost_before"),
        *(key for measure in measures.further() for key in measure.keys),
    )


def csv_sources() -> tuple[str, ...]:
    """Return the store's columns that those of readings.csv are made of."""
    return tuple("t_capture_ns" if name == "t_capture_utc" else name for name in csv_columns())


def csv_rows(rows: Iterable[Sequence[object]]) -> Iterator[list[str]]:
    """Yield rows of the columns `csv_sources()` as they are written in readings.csv."""
    formats = [_format(name) for name in csv_columns()]
    for row in rows:
        yield [write(value) for write, value in zip(formats, row, strict=True)]


def write_regions(store: Store, folder: Path) -> None:
    """Write regions.jsonl: one line per frame with its outlines in full-frame pixels; null if its analysis failed.

    Objects are null too in frames that an earlier version of the program analysed.
    """

    def write(file: io.TextIOBase) -> None:
        for seq, frame, regions, objects in store.rows("seq", "frame", "regions", "objects"):
            line = {
                "seq": seq,
                "frame": frame,
                "regions": None if regions is None else [_region(outline) for outline in _regions(regions)],
                "objects": None if objects is None else [_object(outline) for outline in _objects(objects)],
            }
            file.write(json.dumps(line, separators=(",", ":")) + "\n")

    _write_whole(folder / "regions.jsonl", write)


def supply_regions(folder: Path) -> None:
    """Write regions.jsonl of a finished session that keeps outlines, if it is not there. Raises OutputError."""
    if not (folder / "regions.jsonl").exists():
        with contextlib.closing(Store(folder / FILE_NAME)) as store:
            try:
                write_regions(store, folder)
            except OSError as error:
                raise OutputError(f"the folder {folder} cannot be written: {error.strerror}") from error


def readable(store: Store) -> bool:
    """Return whether all rows and outlines of a session can be read, as its files will need them."""
    try:
        deque(csv_rows(store.rows(*csv_sources())), maxlen=0)
        return all(
            outline.polygon and len(outline.polygon) % _POINT_BYTES == 0
            for regions, objects in store.rows("regions", "objects")
            for outline in _outlines(regions, objects)
        )
    except (sqlite3.Error, msgspec.DecodeError, ValueError, OverflowError, OSError):
        return False


def write_summary(summary: dict[str, Any], folder: Path) -> None:
    """Write summary.json; last of all: if it is there, the others are whole."""
    _write_whole(folder / "summary.json", lambda file: file.write(json.dumps(summary, indent=2) + "\n"))


def write_trend(store: Store, folder: Path, title: str) -> None:
    """Write trend.png: density of the good frames with its interval, over media time."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    time_s, density, low, high = _good_series(store)
    figure, axes = plt.subplots(figsize=(10, 4), dpi=120)
    axes.fill_between(time_s, low, high, color="#2a9d6f", alpha=0.2, linewidth=0, label="90 % interval")
    axes.plot(time_s, density, color="#1b7f58", linewidth=1.4, label=f"capillary {measures.DENSITY.label}")
    axes.set(title=title, xlabel="time (s)", ylabel=f"capillary {measures.DENSITY.label} ({measures.DENSITY.unit})")
    axes.set_ylim(bottom=0)
    axes.margins(x=0.01)
    axes.grid(alpha=0.25)
    axes.legend(loc="lower right", frameon=False)
    figure.tight_layout()
    with written_whole(folder / TREND) as partial:
        figure.savefig(partial, format="png")
    plt.close(figure)


def drawings(folder: Path) -> "Iterator[tuple[list[_Polygon], list[tuple[str, _Polygon]], str, bool]]":
    """Yield what is drawn on each frame of a session, in order of seq.

    Outlines of capillaries as (n, 2) int32 px; names and outlines of what is not tissue; a line of text; whether the
    frame is good.
    """
    store = Store(folder / FILE_NAME)
    columns = ("density_pct", "density_low_pct", "density_high_pct", "quality", "regions", "objects")
    for frame, time_s, density, low, high, quality, regions, objects in store.rows("frame", "time_s", *columns):
        yield (
            [_polygon(outline) for outline in _regions(regions)],
            [(outline.name, _polygon(outline)) for outline in _objects(objects)],
            drawn_line(frame, time_s, density, low, high, quality),
            quality == "good",
        )
    store.close()


def drawn_line(frame: object, time_s: object, density: object, low: object, high: object, quality: object) -> str:
    """Return the line of text that stands on a frame in which its outlines are drawn."""
    value = "failed" if density is None else f"{density:.2f} % ({low:.2f} - {high:.2f})  {quality}"
    return f"{frame}  {time_s:.2f} s  {value}"


def session_scale(folder: Path) -> float | None:
    """Return the width of a pixel in a session's frames, µm; None if it is not known."""
    with contextlib.closing(Store(folder / FILE_NAME)) as store:
        um_per_px = store.facts().get("um_per_px")
    return None if um_per_px is None else float(um_per_px)


def _good_series(store: Store) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Return time, density, low, high as (4, n) float64; NaN if a frame is not good, so that the line has a gap."""
    import numpy as np

    rows = [
        (time_s, *(values if quality == "good" else (None, None, None)))
        for time_s, quality, *values in store.rows(
            "time_s", "quality", "density_pct", "density_low_pct", "density_high_pct"
        )
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 4).T


def _regions(blob: object) -> tuple[RegionOutline, ...]:
    return regions_in(blob) if isinstance(blob, bytes) else ()


def _objects(blob: object) -> tuple[ObjectOutline, ...]:
    return objects_in(blob) if isinstance(blob, bytes) else ()


def _outlines(regions: object, objects: object) -> tuple[RegionOutline | ObjectOutline, ...]:
    return (*_regions(regions), *_objects(objects))


def _polygon(outline: RegionOutline | ObjectOutline) -> "_Polygon":
    from stream.protocol.outlines import points  # knows arrays

    return points(outline)


def _object(outline: ObjectOutline) -> dict[str, Any]:
    return {"name": outline.name, "polygon_px": _polygon(outline).tolist()}


def _region(outline: RegionOutline) -> dict[str, Any]:
    polygon = _polygon(outline)
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    return {
        "polygon_px": polygon.tolist(),
        "bbox_xywh_px": [*low.tolist(), *(high - low + 1).tolist()],
        "score": outline.score,
    }


def _plain(value: object) -> str:
    return "" if value is None else harmless(str(value))


def _fixed(digits: int) -> Callable[[object], str]:
    return lambda value: "" if value is None else f"{float(str(value)):.{digits}f}"


def utc(value: object) -> str:
    """Write ns since 1970 as RFC 3339 has it, to the millisecond."""
    moment = datetime.fromtimestamp(int(str(value)) / 1e9, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


_FORMATS: Final[dict[str, Callable[[object], str]]] = {
    "time_s": _fixed(6),
    "t_capture_utc": utc,
    "latency_ms": _fixed(3),
}


def _format(name: str) -> Callable[[object], str]:
    """Return what writes the values of a column: a measure's with its digits."""
    digits = {key: measure.digits for measure in measures.MEASURES for key in measure.keys}
    return _fixed(digits[name]) if name in digits else _FORMATS.get(name, _plain)


def _write_whole(path: Path, write: Callable[[io.TextIOBase], object]) -> None:
    with written_whole(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        write(file)
