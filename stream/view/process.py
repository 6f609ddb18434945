"""The view process: what the sink tells goes into the feed, requests of pages to the sink, how many look to capture."""

import logging
from typing import Final

from stream.config.run_plan import RunPlan
from stream.errors import OutputError
from stream.protocol.bedside import Answer
from stream.protocol.frames import Looking, SourceInfo
from stream.protocol.processes import PeerUp, Stop
from stream.protocol.readings import DensityReading, Progress
from stream.protocol.types import Message
from stream.run.child import Child
from stream.session.archive import Archive
from stream.session.store import FILE_NAME
from stream.view.live.feed import Feed
from stream.view.live.request_broker import SinkDesk, pass_on
from stream.view.live.session_info import session_info
from stream.view.server.access_rules import certificate, rules_of
from stream.view.server.address import address_of
from stream.view.server.app import ViewServer, make_app

log = logging.getLogger("capillary.view")

_TICK_MS: Final = 200
FAREWELL_S: Final = 0.2
"""How long open pages have for hearing of the end."""


def run(child: Child, plan: RunPlan) -> None:
    """Entry point. Raises OutputError where the port is in use, ConfigError where token or certificate are missing."""
    waker = child.inbox.waker()
    page = plan.config.view
    feed = Feed(session_info(plan), pictures_kept=page.pictures_kept, site_s=page.site_s)
    desk, archive = SinkDesk(waker.wake), Archive(plan.folder / FILE_NAME)
    app = make_app(feed, desk=desk, archive=archive, rules=rules_of(page), notes=child.notes)
    server = ViewServer(app, page.host, page.port, certificate(page), child.notes)
    server.start()
    child.hello(address_of(page, server.port))
    lookers = 0
    stopping = False
    while not stopping:
        message = child.receive(_TICK_MS)
        stopping = isinstance(message, Stop)
        if isinstance(message, DensityReading) and len(feed.trend) == 0:
            remember(feed, archive, message.seq)
        _take(message, feed, desk)
        desk.send(lambda request: child.tell("sink", request))
        if feed.viewers.wanting_pictures != lookers or (isinstance(message, PeerUp) and message.peer.role == "capture"):
            lookers = feed.viewers.wanting_pictures
            child.tell("capture", Looking(viewers=lookers))
    feed.end(FAREWELL_S)
    server.stop()
    waker.close()


def remember(feed: Feed, archive: Archive, before_seq: int) -> None:
    """The trend of earlier readings, which an earlier incarnation of this process showed, where it can be read."""
    if before_seq == 0:
        return
    try:
        rows = archive.columns(feed.info.media_time)
    except OutputError as error:
        log.warning("the page begins without a past: %s", error)
    else:
        feed.trend.load(rows[rows["seq"] < before_seq])


def _take(message: Message | None, feed: Feed, desk: SinkDesk) -> None:
    match message:
        case DensityReading():
            feed.accept(message)
        case Progress():
            feed.progress(message)
        case SourceInfo():
            feed.source(message)
        case Answer():
            desk.answered(message)
        case None:
            pass
        case _:
            pass_on([message], feed)
