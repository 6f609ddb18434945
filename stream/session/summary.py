"""summary.json of a run, its one-line sentence and its exit code. Pure."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from stream.config.run_plan import RunPlan
from stream.console.public_source import public_source
from stream.console.text import counted
from stream.protocol.frames import EndOfStream
from stream.protocol.measures import DENSITY
from stream.protocol.types import MAX_SENTENCE, Mode
from stream.readings.run_status import RunStatusTracker
from stream.session.figures.media import Media
from stream.session.figures.statistics import DensityStatistics
from stream.version import VERSION

STOPPED: Final = "stopped by the user"
"""The reason that capture gives when the user ended the stream."""


@dataclass(frozen=True, slots=True)
class Course:
    """The course of a run, from its first frame to its end; times in ns since 1970 UTC.

    begun_at: its first frame, above 0 if the session was resumed. begun_ns: when that could be grabbed.
    cpu_s: CPU time of all processes, s. energy_j: energy that the machine used, J; None if it has no counter.
    """

    begun_at: int
    begun_ns: int
    ended_ns: int
    cpu_s: float
    energy_j: float | None = None


def summary_of(
    plan: RunPlan,
    end: EndOfStream,
    tracker: RunStatusTracker,
    course: Course,
    density: DensityStatistics,
    media: Media,
    *,
    model_id: str,
    source_sha256: str | None,
) -> dict[str, Any]:
    """Return the content of summary.json; docs/research.md describes its keys."""
    reason = why_incomplete(end, plan.mode)
    if not reason and tracker.not_stored:
        reason = "the disk was full"
    if not reason and tracker.failed == end.frames_read > 0:
        reason = "no frame could be analysed"
    frames = max(0, tracker.published + tracker.failed - course.begun_at)
    streamed_s = max(1e-3, (course.ended_ns - course.begun_ns) / 1e9)
    return {
        "status": "incomplete" if reason else "complete",
        "reason": reason,
        "frames_asked": plan.frames,
        "frames_expected": end.frames_expected if end.frames_expected is not None else end.frames_read,
        "frames_read": end.frames_read,
        "frames_analysed": tracker.published,
        "frames_failed": tracker.failed,
        "frames_dropped": tracker.dropped,
        "frames_late": tracker.late,
        "frames_not_stored": tracker.not_stored,
        "frames_lost": tracker.device_lost + end.lost_at_end,
        "wall_s": round((course.ended_ns - plan.started_ns) / 1e9, 3),
        "startup_s": round((course.begun_ns - plan.started_ns) / 1e9, 3),
        "frames_per_s": round(frames / streamed_s, 2),
        "cpu_ms_per_frame": round(1000 * course.cpu_s / max(1, frames), 2),
        "energy_j": None if course.energy_j is None else round(course.energy_j, 3),
        "workers": plan.worker_count,
        "engine": "stream",
        "source": public_source(plan.source),
        "source_sha256": source_sha256,
        "width": media.width,
        "height": media.height,
        "fps": media.fps,
        "duration_s": media.duration_s,
        "treatment": media.treatment,
        "um_per_px": tracker.um_per_px,
        "model_id": model_id,
        "config_sha256": plan.config_sha256,
        "version": VERSION,
        "session": tracker.session,
        "density": asdict(density),
    }


def session_facts(summary: dict[str, Any]) -> dict[str, Any]:
    """Return what the session keeps of a summary: no statistics, and not `source`, which it has by a neutral name."""
    return {key: value for key, value in summary.items() if key not in ("density", "source")}


def why_incomplete(end: EndOfStream, mode: Mode) -> str:
    """Return why a run is incomplete; empty if it is whole, as is a live run that the user ended."""
    if mode != "replay":
        return "" if end.reason == STOPPED else end.reason
    missing = end.frames_expected is not None and end.frames_read < end.frames_expected
    counted = f"{end.frames_read} of {end.frames_expected} frames" if missing else ""
    if end.reason:
        return f"{end.reason} ({counted})" if counted else end.reason
    if missing:
        return f"{counted}: the recording ends early or is damaged"
    return "" if end.frames_read else "the source holds no frame that can be read"


def exit_code(end: EndOfStream, summary: dict[str, Any], mode: Mode) -> int:
    """Return 0 if done, 1 if no frame could be analysed, 3 if no frame came or a live source broke, 5 if incomplete."""
    if mode != "replay":
        broke = end.reason not in ("", STOPPED)
        return 3 if broke else 5 if summary.get("frames_not_stored") else 0
    if not summary["frames_read"]:
        return 3
    if summary["frames_failed"] == summary["frames_read"]:
        return 1
    return 0 if summary["status"] == "complete" else 5


def sentence(summary: dict[str, Any]) -> str:
    """Return the summary as one line for a person."""
    reason = summary["reason"].rstrip(".")
    if reason and not summary["frames_read"]:
        return f"{reason}."[:MAX_SENTENCE]
    density = summary["density"]
    mean = density["density_mean_pct"]
    spread = density["density_sd_pct"]
    value = "no good frame" if mean is None else f"{DENSITY.label} {DENSITY.text(mean)} (sd {spread:.2f})"
    counts = f"{counted(summary['frames_analysed'], 'frame')} analysed, {density['good_frames']} good"
    lost = "".join(
        f", {summary[f'frames_{what}']} {what.replace('_', ' ')}"
        for what in ("failed", "dropped", "late", "not_stored", "lost")
        if summary[f"frames_{what}"]
    )
    status = "" if summary["status"] == "complete" else f" Incomplete: {reason}."
    return f"{counts}{lost}; {value}; {summary['frames_per_s']:.1f} frames/s.{status}"[:MAX_SENTENCE]
