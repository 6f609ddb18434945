"""What the page says now: a pure function from the newest readings to a status. Knows no lock, no socket, no clock."""

from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from stream.protocol.outlets import OutletState
from stream.protocol.readings import RecordingStatus, RunStatus, Workings
from stream.protocol.types import QualityVerdict, RunState
from stream.readings.freshness import Freshness
from stream.view.live.points import Point, verdict_of
from stream.view.live.session_info import SessionInfo

PageState = RunState | Literal["starting", "review"]
TROUBLES: Final = ("no camera", "no analysis")
STARTING_S: Final = 10.0
"""Opening a camera and loading a model takes seconds: until then a reading that has not come yet is no trouble."""
_NOTHING_REPORTED: Final = RunStatus(session="", source="", mode="live", state="stale")
"""What stands for the counts before the sink has reported any."""


class Received(Struct, frozen=True, kw_only=True):
    """What the readings that have arrived so far say: how many, the newest of each kind, and its age on arrival.

    transfer: what the workers say of their model, as `stream.protocol.types.Transfer`.
    """

    since_ns: int = 0
    """When the view began to wait for readings, on its steady clock."""
    readings: int = 0
    failed: int = 0
    model_id: str = ""
    transfer: str = ""
    newest: Point | None = None
    analysed: Point | None = None
    good: Point | None = None
    delay_ms: float = 0.0
    """Age of `newest` when it arrived: grab to view."""
    good_delay_ms: float = 0.0

    def counting(self, *, failed: bool) -> "Received":
        """Return this with one more reading counted."""
        return replace(self, readings=self.readings + 1, failed=self.failed + failed)

    def after(self, point: Point, delay_ms: float, model_id: str) -> "Received":
        """Return this with a newer reading; `delay_ms` is its age on arrival."""
        good = point.grade == "good"
        return replace(
            self,
            model_id=model_id,
            newest=point,
            analysed=self.analysed if point.grade == "failed" else point,
            good=point if good else self.good,
            delay_ms=delay_ms,
            good_delay_ms=delay_ms if good else self.good_delay_ms,
        )


class Reported(Struct, frozen=True, kw_only=True):
    """What the sink reported last, when it came (the view's steady clock), and whether the run is over."""

    run_status: RunStatus | None = None
    at_ns: int = 0
    over: bool = False

    @property
    def state(self) -> RunState | None:
        """Return the state that was reported; None before the first report."""
        return "ended" if self.over else self.run_status.state if self.run_status else None


class Status(Struct, frozen=True, kw_only=True):
    """The answer of /api/status, and part of every message to the page: the run at one moment."""

    state: Annotated[PageState, Meta(description="whether there is a current value, and if not, why")]
    mode: Annotated[
        str,
        Meta(description="demo: the synthetic microscope; replay: a recording; review: a finished session; else live"),
    ]
    session: Annotated[str, Meta(description="identifier of the run")]
    source: Annotated[str, Meta(description="short name of the source; empty while there is none")]
    t_ns: Annotated[int, Meta(description="when this was so, ns since 1970 UTC")]
    density_pct: Annotated[float | None, Meta(description="newest density, null unless it is good and current, %")]
    density_low_pct: Annotated[float | None, Meta(description="lower end of its 90 % interval, %")]
    density_high_pct: Annotated[float | None, Meta(description="upper end of its 90 % interval, %")]
    capillary_count: Annotated[int | None, Meta(description="regions judged to be capillaries, of the same reading")]
    density_age_ms: Annotated[float | None, Meta(description="age of that reading, ms")]
    last_good_pct: Annotated[
        float | None, Meta(description="newest good density however old, %; never to be shown as current")
    ]
    last_good_age_ms: Annotated[float | None, Meta(description="age of that, ms")]
    quality: Annotated[
        QualityVerdict | None, Meta(description="quality of the newest reading; null: there is none, or it failed")
    ]
    quality_reasons: Annotated[tuple[str, ...], Meta(description="why it is not good, in plain words")]
    error: Annotated[str, Meta(description="why the newest frame failed, else empty")]
    age_ms: Annotated[float | None, Meta(description="age of the newest reading, ms")]
    seq: Annotated[int | None, Meta(description="newest frame")]
    frame: Annotated[str | None, Meta(description="its file's stem for pictures, else its index in the source")]
    latency_ms: Annotated[float | None, Meta(description="its grab to reading finished, ms")]
    published: Annotated[int, Meta(description="readings published")]
    failed: Annotated[int, Meta(description="frames whose analysis failed")]
    dropped: Annotated[int, Meta(description="frames captured but not analysed")]
    late: Annotated[int, Meta(description="readings that came after a newer one was published: stored, not shown")]
    not_stored: Annotated[int, Meta(description="readings that a full disk did not take")]
    refused: Annotated[
        int, Meta(description="messages and peers turned away: hostile bytes, wrong keys, other origins")
    ]
    frames_expected: Annotated[int | None, Meta(description="frames the container promises; null: unknown")]
    frames_per_s: Annotated[float, Meta(description="readings per second, over the last seconds")]
    notices: Annotated[tuple[str, ...], Meta(description="what else people should know, in plain words")]
    viewers: Annotated[int, Meta(description="pages that are open")]
    model_id: Annotated[str, Meta(description="name and hash of the model")]
    transfer: Annotated[
        str,
        Meta(description="how good the model is on scenes it had not seen, in one sentence; empty if that is not said"),
    ]
    workers: Annotated[int, Meta(description="processes that analyse")]
    version: Annotated[str, Meta(description="of the program")]
    kept: Annotated[bool, Meta(description="whether the session stays on disk after its end")]
    recording: Annotated[
        RecordingStatus | None, Meta(description="of the session's pictures; null: they are not recorded")
    ]
    outlets: Annotated[tuple[OutletState, ...], Meta(description="how the configured outlets stand")]
    workings: Annotated[Workings, Meta(description="what goes on inside, for those who look after it")]
    measures: Annotated[
        dict[str, float] | UnsetType, Meta(description="measures beside density, by key; left out if there are none")
    ] = UNSET


def status_of(
    info: SessionInfo, received: Received, reported: Reported, *, frames_per_s: float, viewers: int, now_ns: int
) -> Status:
    """Return everything that the page says, at `now_ns` of the view's steady clock."""
    state = state_of(info, received, reported, now_ns)
    newest, good, run_status = received.newest, received.good, reported.run_status or _NOTHING_REPORTED
    good_age = age_ms(good, received.good_delay_ms, now_ns, info.mode)
    current = good if state == "good" else None
    return Status(
        state=state,
        mode=info.mode,
        session=info.session,
        source=info.source,
        t_ns=now_ns,
        density_pct=current.density_pct if current else None,
        density_low_pct=current.density_low_pct if current else None,
        density_high_pct=current.density_high_pct if current else None,
        capillary_count=current.capillary_count if current else None,
        density_age_ms=good_age if current else None,
        last_good_pct=good.density_pct if good else None,
        last_good_age_ms=good_age,
        quality=verdict_of(newest) if newest else None,
        quality_reasons=newest.quality_reasons if newest else (),
        error=newest.error if newest else "",
        age_ms=age_ms(newest, received.delay_ms, now_ns, info.mode),
        seq=newest.seq if newest else None,
        frame=newest.frame if newest else None,
        latency_ms=newest.latency_ms if newest else None,
        published=max(received.readings, run_status.published),
        failed=max(received.failed, run_status.failed),
        dropped=max(newest.drops_total if newest else 0, run_status.dropped),
        late=run_status.late,
        not_stored=run_status.not_stored,
        refused=run_status.refused,
        frames_expected=run_status.frames_expected,
        frames_per_s=round(frames_per_s, 2),
        notices=run_status.notices,
        viewers=viewers,
        model_id=received.model_id,
        transfer=received.transfer,
        workers=info.workers,
        version=info.version,
        kept=run_status.kept,
        recording=run_status.recording,
        outlets=run_status.outlets,
        workings=run_status.workings,
        measures=current.measures if current else UNSET,
    )


def state_of(info: SessionInfo, received: Received, reported: Reported, now_ns: int) -> PageState:
    """Return the one word for the screen. What readings show goes before what the sink reported.

    A review has no now. In order: ended; nothing yet; nothing new; nothing analysed; nothing good; else good. Trouble
    that was reported before the newest reading arrived is over: if nothing new comes, its cause is not known.
    """
    if info.mode == "review":
        return "review"
    if reported.state == "ended":
        return "ended"
    trouble: PageState | None = reported.state if reported.state in TROUBLES else None
    if received.newest is None:
        starting = now_ns - received.since_ns < STARTING_S * 1e9
        return "starting" if starting or trouble is None else trouble
    if reported.at_ns < received.newest.arrived_ns:
        trouble = None

    def current(point: Point | None, delay_ms: float) -> bool:
        return point is not None and _freshness(point, delay_ms, info.mode).is_current(now_ns, info.stale_after_s)

    if not current(received.newest, received.delay_ms):
        return trouble or "stale"
    if not current(received.analysed, 0.0):
        return "no analysis"
    return "good" if current(received.good, received.good_delay_ms) else "poor signal"


def age_ms(point: Point | None, delay_ms: float, now_ns: int, mode: str) -> float | None:
    """Return the age of a reading: grab to arrival, and arrival to now; None if there is none.

    A replayed frame counts from its arrival alone.
    """
    return None if point is None else _freshness(point, delay_ms, mode).behind_ms(now_ns)


def _freshness(point: Point, delay_ms: float, mode: str) -> Freshness:
    return Freshness(delay_ms, point.arrived_ns, recorded=mode == "replay")
