"""The stress table: every change of every frame, summed up by change and by group, as text and as stress.json."""

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from tqdm import tqdm

from stream.errors import SourceError
from stream.protocol.contracts import Analyser, Frame, Pixels
from workers.models.stress.changes import BARS, CHANGES, LEFT_OUT, Bar, ChangeGroup
from workers.models.stress.trial import Trial, tried

SMALLEST_PX: Final = 128
"""Halves of smaller frames are below the 64 px that an analysis takes."""


class StressedFrame(Struct, frozen=True, kw_only=True):
    """One change of one frame. Densities are of the tissue that stays visible; `held` as in `Trial.held`."""

    frame: str
    density_pct: float
    changed_pct: float
    change_pct: float | None
    good: bool
    reasons: tuple[str, ...]
    held: bool


class ChangeTotal(Struct, frozen=True, kw_only=True):
    """Changes of density in %: median and mean of frames, and the greatest, with its sign. None: no capillary at all.

    good, held: shares of the frames.
    """

    median_pct: float | None
    mean_pct: float | None
    worst_pct: float | None
    worst_frame: str
    good: float
    held: float


class StressRow(Struct, frozen=True, kw_only=True):
    """One change over all frames."""

    change: str
    group: ChangeGroup
    total: ChangeTotal
    frames: list[StressedFrame]


class StressGroup(Struct, frozen=True, kw_only=True):
    """All changes of a group over all frames, and whether they stay below its bars."""

    group: ChangeGroup
    title: str
    bars: str
    total: ChangeTotal
    met: bool


class StressTable(Struct, frozen=True, kw_only=True):
    """stress.json. good: share of frames that are called good as they are; left_out: changes not made, and why."""

    model_id: str
    frames: int
    good: float
    groups: list[StressGroup]
    rows: list[StressRow]
    left_out: tuple[str, ...]


def stress(
    analyser: Analyser, frames: Iterable[tuple[str, Pixels]], seen: Callable[[Trial], None] = lambda _trial: None
) -> StressTable:
    """Make every change of every frame, (height, width, 3) uint8 BGR each, and return the table.

    `seen` is handed every trial. Raises SourceError if there is no frame, or one that is too small to be halved.
    """
    tried_frames: dict[str, list[StressedFrame]] = {change.name: [] for change in CHANGES}
    good: list[bool] = []
    for name, pixels in frames:
        if min(pixels.shape[:2]) < SMALLEST_PX:
            size = f"{pixels.shape[1]}x{pixels.shape[0]}"
            raise SourceError(f"{name} has {size} px; the stress table needs {SMALLEST_PX}x{SMALLEST_PX} px or more.")
        before = analyser.analyse(Frame(pixels))
        good.append(before.quality.verdict == "good")
        for change in tqdm(CHANGES, desc=name, unit="change", disable=None, leave=False):
            trial = tried(name, pixels, before, change, analyser)
            tried_frames[change.name].append(_stressed(trial))
            seen(trial)
    if not good:
        raise SourceError("There is no frame to change.")
    rows = [
        StressRow(
            change=change.name,
            group=change.group,
            total=summed(tried_frames[change.name]),
            frames=tried_frames[change.name],
        )
        for change in CHANGES
    ]
    return StressTable(
        model_id=analyser.model_id,
        frames=len(good),
        good=statistics.fmean(good),
        groups=[_group(name, bar, rows) for name, bar in BARS.items()],
        rows=rows,
        left_out=LEFT_OUT,
    )


def summed(frames: Sequence[StressedFrame]) -> ChangeTotal:
    """Sum up changes. The median is that of their amounts; the mean keeps their signs."""
    known = [(frame.change_pct, frame.frame) for frame in frames if frame.change_pct is not None]
    worst, where = max(known, key=lambda pair: abs(pair[0]), default=(None, ""))
    return ChangeTotal(
        median_pct=statistics.median(abs(change) for change, _ in known) if known else None,
        mean_pct=statistics.fmean(change for change, _ in known) if known else None,
        worst_pct=worst,
        worst_frame=where,
        good=statistics.fmean(frame.good for frame in frames),
        held=statistics.fmean(frame.held for frame in frames),
    )


def text(table: StressTable) -> str:
    """Return the table as text: per group its bars, then its changes."""
    return "\n".join(_lines(table))


def _lines(table: StressTable) -> Iterator[str]:
    yield f"{table.model_id}: {table.frames} frames, {100 * table.good:.0f} % called good as they are"
    yield f"{'change of density, %':<38}{'median':>8}{'worst':>8}  {'frame':<8}{'mean':>8}{'good':>7}{'held':>7}"
    for group in table.groups:
        yield ""
        yield f"{_columns(group.title, group.total)}  {group.bars}: {'met' if group.met else 'NOT MET'}"
        yield from (_columns(f"  {row.change}", row.total) for row in table.rows if row.group == group.group)
    yield ""
    yield "good: share of frames called good. held: share within the undisturbed interval, or called poor."
    yield from (f"left out: {words}" for words in table.left_out)


def _columns(title: str, total: ChangeTotal) -> str:
    numbers = f"{_number(total.median_pct, ''):>8}{_number(total.worst_pct, '+'):>8}"
    shares = f"{_number(total.mean_pct, '+'):>8}{f'{100 * total.good:.0f} %':>7}{f'{100 * total.held:.0f} %':>7}"
    return f"{title:<38}{numbers}  {total.worst_frame:<8}{shares}"


def _number(value: float | None, sign: str) -> str:
    return "-" if value is None else f"{value:{sign}.1f}"


def _stressed(trial: Trial) -> StressedFrame:
    return StressedFrame(
        frame=trial.frame,
        density_pct=trial.before_pct,
        changed_pct=trial.after_pct,
        change_pct=trial.change_pct,
        good=trial.good,
        reasons=trial.reasons,
        held=trial.held,
    )


def _group(name: ChangeGroup, bar: Bar, rows: Sequence[StressRow]) -> StressGroup:
    total = summed([frame for row in rows if row.group == name for frame in row.frames])
    limits = [
        ("median", bar.median_pct, total.median_pct),
        ("worst", bar.worst_pct, None if total.worst_pct is None else abs(total.worst_pct)),
    ]
    words = [f"{what} at most {limit:g}" for what, limit, _ in limits if limit is not None]
    below = all(value is None or value <= limit for _, limit, value in limits if limit is not None)
    return StressGroup(
        group=name,
        title=bar.title,
        bars=", ".join(words + ["all held"] * bar.held),
        total=total,
        met=below and (not bar.held or total.held == 1.0),
    )
