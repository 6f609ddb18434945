"""Open a finished session for review: its file becomes a feed. Knows no server."""

from pathlib import Path
from typing import Any

from msgspec.structs import asdict, replace

from stream.alarms.past import past_of
from stream.config.sections import AlarmsConfig
from stream.protocol.bedside import AlarmsNow, Marker, MarkersNow
from stream.protocol.readings import RunStatus
from stream.protocol.types import Mode
from stream.session.archive import Archive
from stream.session.finished import mode_of
from stream.session.store import counted_by
from stream.view.live.feed import Feed
from stream.view.live.session_info import SessionInfo


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
