"""What does not change during a run, sent to the page once. Knows no feed and no socket."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from stream.config.run_plan import RunPlan
from stream.protocol.types import Mode, UmPerPx
from stream.version import VERSION


class SessionInfo(Struct, frozen=True, kw_only=True):
    """The run that the page shows.

    mode: `demo` for the synthetic microscope, `replay` for a recording, `review` for a finished session,
        else `live`.
    name: the user's own word for the session: its configured name, else, in a review, the name of its folder. Empty if
        there is none.
    recorded: in a review, how the session was made.
    media_time: the trend's axis is media time, not the time of day.
    source, width, height: name of the source and size of the full frame, px; outlines are in these pixels. The source
        itself corrects them once it is open.
    um_per_px: width of a pixel of the full frame, µm; None if it is not known.
    stale_after_s: a reading older than this is not current.
    """

    session: str
    name: str = ""
    mode: Mode | Literal["review"]
    recorded: Mode | None = None
    source: str = ""
    media_time: bool = False
    width: Annotated[int, Meta(ge=1)] = 1920
    height: Annotated[int, Meta(ge=1)] = 1080
    um_per_px: UmPerPx | None = None
    workers: Annotated[int, Meta(ge=0)] = 0
    version: str = ""
    stale_after_s: Annotated[float, Meta(gt=0)] = 1.0


class PreviousSession(Struct, frozen=True, kw_only=True):
    """The session before this one, of the same device, as long as no page has dismissed the notice of it.

    ended_ns: when it ended or broke off, ns since 1970 UTC. limits: those that it had other than the configured ones,
        by name.
    """

    session: str
    ended_ns: int
    limits: dict[str, Any]


def session_info(plan: RunPlan) -> SessionInfo:
    """Return what the page knows of a run from its beginning."""
    return SessionInfo(
        session=plan.session,
        name=plan.config.sink.session_name,
        mode=plan.mode,
        um_per_px=plan.config.capture.um_per_px,
        workers=plan.worker_count,
        version=VERSION,
        stale_after_s=plan.config.sink.stale_after_s,
        media_time=plan.replaying,
    )
