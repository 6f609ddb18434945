"""The session before this one, of the same device: when it ended, and which limits it had. Reads files, no page."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from msgspec.structs import asdict

from stream.alarms.past import past_of
from stream.config.run_plan import RunPlan
from stream.config.sections import AlarmsConfig
from stream.errors import StreamError
from stream.machine.owner_lock import is_held
from stream.session.archive import Archive
from stream.session.folders import sessions_folder
from stream.session.output_folder import OWNER
from stream.session.provenance import device_of
from stream.session.store import FILE_NAME, FILES, merge_write_ahead_file
from stream.view.live.session_info import PreviousSession

LIMITS_OFFERED_NS: Final = 24 * 3600 * 10**9
"""How long after its end the limits of a session are offered again."""
OFFERED_NS: Final = 600 * 10**9
"""How long after its end a session that had the configured limits is named."""


@dataclass(frozen=True, slots=True)
class FoundSession:
    """The session's file, and what pages say of it."""

    path: Path
    notice: PreviousSession


def previous_session(plan: RunPlan) -> FoundSession | None:
    """Return the session before that of the plan, if it ended, or broke off, so lately that a page should name it.

    Only sessions that are kept follow each other. One that is damaged or still being written is passed over.
    """
    base = sessions_folder(plan.config.sink.sessions_dir)
    if plan.replaying or plan.folder.parent != base:
        return None
    for folder in sorted(base.iterdir(), reverse=True):  # a session's name begins with the time of its beginning
        try:
            found = _read(folder / FILE_NAME, plan) if _is_recent(folder, plan) else None
        except (StreamError, OSError):
            continue
        if found is not None:
            age_ns = plan.started_ns - found.notice.ended_ns
            return found if age_ns < (LIMITS_OFFERED_NS if found.notice.limits else OFFERED_NS) else None
    return None


def _is_recent(folder: Path, plan: RunPlan) -> bool:
    """Return whether another session in the folder was written to so lately that it may have to be named."""
    written_ns = [(folder / name).stat().st_mtime_ns for name in FILES if (folder / name).is_file()]
    return folder != plan.folder and any(plan.started_ns - t_ns < LIMITS_OFFERED_NS for t_ns in written_ns)


def _read(path: Path, plan: RunPlan) -> FoundSession | None:
    """Return the session in a file; None if it is of another device or mode, is being written, or holds nothing.

    Raises OutputError if the file is damaged, ConfigError if its limits are none.
    """
    if is_held(path.parent / OWNER):
        return None
    archive = Archive(path)
    try:
        facts = archive.facts()
        same_device = device_of(str(facts.get("asked_source"))) == device_of(plan.source)
        if facts.get("mode") != plan.mode or not same_device:
            return None
        session = str(facts.get("session") or "")
        events = archive.events(session, "")
        newest = archive.read("SELECT t_published_ns FROM readings ORDER BY seq DESC LIMIT 1")
    finally:
        archive.close()
        merge_write_ahead_file(path)
    times_ns = [t_ns for (t_ns,) in newest] + [event.t_ns for event in events[-1:]]
    if not times_ns:
        return None
    limits = _other_than(plan.config.alarms, past_of(events)[1])
    return FoundSession(path, PreviousSession(session=session, ended_ns=max(times_ns), limits=limits))


def _other_than(configured: AlarmsConfig, had: AlarmsConfig | None) -> dict[str, Any]:
    """Return the limits that differ from the configured ones, by name; None: they are not known."""
    own = asdict(configured)
    return {} if had is None else {name: value for name, value in asdict(had).items() if value != own[name]}
