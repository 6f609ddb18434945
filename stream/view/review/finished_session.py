"""Open a finished session for review: its file becomes a feed. Knows no server."""

from pathlib import Path
from typing import Any, Final

from msgspec.structs import asdict, replace

from stream.alarms.past import past_of
from stream.config.sections import AlarmsConfig
from stream.errors import OutputError, UsageError
from stream.machine.files import reach
from stream.machine.owner_lock import is_held
from stream.protocol.bedside import AlarmsNow, Marker, MarkersNow
from stream.protocol.readings import RunStatus
from stream.protocol.types import Mode
from stream.session.archive import Archive
from stream.session.output_folder import OWNER
from stream.session.store import FILE_NAME, counted_by
from stream.view.live.feed import Feed
from stream.view.live.session_info import SessionInfo

_MODES: Final[tuple[Mode, ...]] = ("live", "demo", "replay")


def session_file(named: Path) -> Path:
    """Return the file of the session that a user names: the file itself, or the folder of a replay or session.

    Raises UsageError if there is no session there, OutputError if it is still being written.
    """
    reach(named)
    path = named / FILE_NAME if named.is_dir() else named
    if not path.is_file():
        several = sorted(named.glob(f"*/{FILE_NAME}"))
        if several:
            raise UsageError(
                f"{named} is a folder of sessions: name one of them, such as {several[-1].parent}, or use `view --last`"
            )
        raise UsageError(f"there is no session in {named}: name a folder with a {FILE_NAME}, or that file")
    writer = path.parent / OWNER
    if path.name == FILE_NAME and is_held(writer):
        raise OutputError(
            f"the session in {path.parent} is still being written; look at its own page, or wait for its end"
        )
    return path


def mode_of(path: Path, facts: dict[str, Any]) -> Mode:
    """Return how a session was made. Old sessions do not say so, but a replay leaves its summary beside the file."""
    if facts.get("mode") in _MODES:
        mode: Mode = facts["mode"]
        return mode
    return "replay" if (path.parent / "summary.json").is_file() else "live"


def review_feed(archive: Archive, version: str, *, site_s: float) -> Feed:
    """Return the feed of a finished session: all of its trend, markers and counts.

    site_s: good signal that each of the five sites needs. Raises OutputError if the file cannot be read.
    """
    facts = archive.facts()
    recorded = mode_of(archive.path, facts)
    feed = Feed(
        SessionInfo(
            session=str(facts.get("session") or ""),
            name=session_name(archive.path, facts),
            mode="review",
            recorded=recorded,
            media_time=recorded == "replay",
            source=str(facts.get("source") or ""),
            width=int(facts.get("width") or 1920),
            height=int(facts.get("height") or 1080),
            um_per_px=facts.get("um_per_px"),
            workers=int(facts.get("workers") or 0),
            version=version,
        ),
        site_s=site_s,
    )
    feed.load(archive.columns(recorded == "replay"))
    markers = archive.markers(feed.info.session, feed.info.source)
    feed.receive(MarkersNow(markers=tuple(_ended(marker, feed) for marker in markers)))
    _, limits = past_of(archive.events(feed.info.session, feed.info.source))
    feed.receive(AlarmsNow(limits=asdict(limits or AlarmsConfig())))
    model_id, transfer = (str(facts.get(key) or "") for key in ("model_id", "transfer"))
    feed.set_finished(_counted(archive, feed.info, recorded), model_id, transfer)
    return feed


def session_name(path: Path, facts: dict[str, Any]) -> str:
    """Return the user's own word: the session's name, else that of its folder, unless the program has chosen that."""
    folder = path.resolve().parent.name
    return str(facts.get("name") or ("" if folder == facts.get("session") else folder))


def _ended(marker: Marker, feed: Feed) -> Marker:
    """Return the marker; if a crash cut its measurement off, as one that lasted to the last reading."""
    rows = feed.trend.rows()
    if not marker.measuring or len(rows) == 0:
        return marker
    return replace(marker, measuring=False, until_seq=int(rows["seq"][-1]), until_ns=int(rows["t_ns"][-1]))


def _counted(archive: Archive, info: SessionInfo, recorded: Mode) -> RunStatus:
    """Return the counts of the session's readings and drops as the sink would have reported them at its end."""
    counts = counted_by(archive.read)
    return RunStatus(
        session=info.session,
        source=info.source,
        mode=recorded,
        state="ended",
        published=counts["published"],
        failed=counts["failed"],
        late=counts["late"],
        dropped=counts["dropped"],
        kept=bool(archive.facts().get("kept", True)),
    )
