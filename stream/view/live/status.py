"""What the page says now: a pure function from the newest readings to a status. Knows no lock, no socket, no clock."""

from typing import Final, Literal

from msgspec import Struct

from stream.protocol.readings import Progress
from stream.protocol.types import RunState
from stream.view.live.history import Point
from stream.view.live.session_info import SessionInfo

PageState = RunState | Literal["starting", "review"]
TROUBLES: Final = ("no camera", "no analysis")
STARTING_S: Final = 10.0
"""Opening a camera and loading a model takes seconds: until then a reading that has not come yet is no trouble."""


class Newest(Struct, frozen=True, kw_only=True):
    """The newest reading of each kind, the ages that they had when they arrived (ms), and since when any is awaited."""

    started_ns: int = 0
    any: Point | None = None
    analysed: Point | None = None
    good: Point | None = None
    delay_ms: float = 0.0
    """Age of `any` when it arrived: grab to view."""
    good_delay_ms: float = 0.0


class Status(Struct, frozen=True, kw_only=True):
    """The answer of /api/status, and part of every message to the page. Ages are in ms at `t_ns`.

    density_*: the newest good reading, None unless it is current (younger than `stale_after_s`).
    last_good_*: the same reading however old, for words like "last good 12 s ago"; never to be shown as current.
    """

    state: PageState
    mode: str
    session: str
    source: str
    t_ns: int
    density_pct: float | None
    density_low_pct: float | None
    density_high_pct: float | None
    capillary_count: int | None
    density_age_ms: float | None
    last_good_pct: float | None
    last_good_age_ms: float | None
    quality: str | None
    quality_reasons: tuple[str, ...]
    age_ms: float | None
    seq: int | None
    frame: str | None
    latency_ms: float | None
    readings: int
    failed: int
    dropped: int
    late: int
    refused: int
    frames_expected: int | None
    frames_per_s: float
    notices: tuple[str, ...]
    viewers: int
    model_id: str
    workers: int
    version: str


def age_ms(point: Point | None, delay_ms: float, now_ns: int, mode: str) -> float | None:
    """Age of a reading: grab to arrival, and arrival to now. A replayed frame counts from its arrival alone."""
    if point is None:
        return None
    since_arrival = max((now_ns - point.arrived_ns) / 1e6, 0.0)
    return since_arrival if mode == "replay" else since_arrival + delay_ms


def state_of(
    info: SessionInfo, newest: Newest, reported: RunState | None, now_ns: int, *, reported_ns: int
) -> PageState:
    """The one word for the screen. What readings show goes before what the sink last reported, at `reported_ns`.

    A review has no now. In order: ended; nothing yet; nothing new; nothing analysed; nothing good; else good. Trouble
    that was reported before the newest reading came is over: if nothing new comes, nobody has said why.
    """
    if info.mode == "review":
        return "review"
    if reported == "ended":
        return "ended"
    trouble: PageState | None = reported if reported in TROUBLES else None
    if newest.any is None:
        patient = now_ns - newest.started_ns < STARTING_S * 1e9
        return "starting" if patient or trouble is None else trouble
    if reported_ns < newest.any.arrived_ns:
        trouble = None
    limit = info.stale_after_s * 1e3
    age = age_ms(newest.any, newest.delay_ms, now_ns, info.mode)
    if age is None or age > limit:
        return trouble or "stale"
    if not _within(newest.analysed, limit, now_ns):
        return "no analysis"
    good_age = age_ms(newest.good, newest.good_delay_ms, now_ns, info.mode)
    if good_age is None or good_age > limit:
        return "poor signal"
    return "good"


def _within(point: Point | None, limit_ms: float, now_ns: int) -> bool:
    return point is not None and (now_ns - point.arrived_ns) / 1e6 <= limit_ms


def status_of(
    info: SessionInfo,
    newest: Newest,
    progress: Progress | None,
    *,
    reported_ns: int,
    readings: int,
    failed: int,
    frames_per_s: float,
    viewers: int,
    model_id: str,
    over: bool,
    now_ns: int,
) -> Status:
    """Everything the page says, at `now_ns` of the view's clock."""
    reported: RunState | None = "ended" if over else progress.state if progress else None
    state = state_of(info, newest, reported, now_ns, reported_ns=reported_ns)
    point, good = newest.any, newest.good
    good_age = age_ms(good, newest.good_delay_ms, now_ns, info.mode)
    shown = good if state == "good" else None
    return Status(
        state=state,
        mode=info.mode,
        session=info.session,
        source=info.source,
        t_ns=now_ns,
        density_pct=shown.density_pct if shown else None,
        density_low_pct=shown.density_low_pct if shown else None,
        density_high_pct=shown.density_high_pct if shown else None,
        capillary_count=shown.capillary_count if shown else None,
        density_age_ms=good_age if shown else None,
        last_good_pct=good.density_pct if good else None,
        last_good_age_ms=good_age,
        quality=point.grade if point else None,
        quality_reasons=point.reasons if point else (),
        age_ms=age_ms(point, newest.delay_ms, now_ns, info.mode),
        seq=point.seq if point else None,
        frame=point.frame if point else None,
        latency_ms=point.latency_ms if point else None,
        readings=max(readings, progress.published if progress else 0),
        failed=max(failed, progress.failed if progress else 0),
        dropped=max(point.drops_total if point else 0, progress.dropped if progress else 0),
        late=progress.late if progress else 0,
        refused=progress.refused if progress else 0,
        frames_expected=progress.frames_expected if progress else None,
        frames_per_s=round(frames_per_s, 2),
        notices=progress.notices if progress else (),
        viewers=viewers,
        model_id=model_id,
        workers=info.workers,
        version=info.version,
    )
