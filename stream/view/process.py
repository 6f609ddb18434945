"""The view process: serves the page from a feed, which the sink's messages fill.

Requests of pages go to the sink. Capture learns how many pages want pictures.
"""

import contextlib
import logging
import threading
from typing import Final

from stream.bedside.requests import PREVIOUS_DISMISSED
from stream.config.run_plan import RunPlan
from stream.errors import OutputError
from stream.protocol.bedside import Answer
from stream.protocol.frames import Looking
from stream.protocol.processes import PeerUp, Stop
from stream.protocol.readings import DensityReading
from stream.run.child import Child
from stream.session.archive import Archive
from stream.session.store import FILE_NAME
from stream.view.live.feed import Feed
from stream.view.live.request_broker import SinkBroker
from stream.view.live.session_info import session_info
from stream.view.live.websocket import LEAVING_S
from stream.view.review.previous import previous_session
from stream.view.server.access_rules import access_rules, certificate_files
from stream.view.server.address import page_address
from stream.view.server.app import make_app
from stream.view.server.http_server import ViewServer
from stream.view.server.previous_review import PreviousReview

log = logging.getLogger("capillary.view")

_TICK_MS: Final = 200
CLOSING_S: Final = LEAVING_S + 0.2
"""How long open pages have to receive the end of the run, and to fetch its report."""


def run(child: Child, plan: RunPlan) -> None:
    """Serve the page until the supervisor stops it.

    Raises OutputError if the port is in use, ConfigError if token or certificate are missing.
    """
    waker = child.inbox.waker()
    page = plan.config.view
    feed = Feed(session_info(plan), pictures_kept=page.pictures_kept, site_s=page.site_s)
    broker, archive = SinkBroker(waker.wake), Archive(plan.folder / FILE_NAME)
    review = PreviousReview(page.site_s, child.events)
    app = make_app(feed, broker=broker, archive=archive, rules=access_rules(page), events=child.events, previous=review)
    server = ViewServer(app, page.host, page.port, certificate_files(page), child.events)
    server.start()
    child.hello(page_address(page, server.port))
    threading.Thread(target=name_previous, args=(plan, archive, feed, review), name="previous", daemon=True).start()
    looking = 0
    stopping = False
    while not stopping:
        message = child.receive(_TICK_MS)
        stopping = isinstance(message, Stop)
        if isinstance(message, DensityReading) and len(feed.trend) == 0:
            load_earlier_trend(feed, archive, message.seq)
        if isinstance(message, Answer):
            broker.answered(message)
        elif message is not None:
            feed.receive(message)
        broker.send(lambda request: child.tell("sink", request))
        # Capture encodes pictures only while a page wants them; one that has just started does not know how many do.
        capture_started = isinstance(message, PeerUp) and message.peer.role == "capture"
        if feed.viewers.wanting_pictures != looking or capture_started:
            looking = feed.viewers.wanting_pictures
            child.tell("capture", Looking(viewers=looking))
    review.say_over()  # first: its pages leave while those of this session do
    feed.end(CLOSING_S)
    review.end(CLOSING_S)
    server.stop()
    review.close()
    waker.close()


def name_previous(plan: RunPlan, archive: Archive, feed: Feed, review: PreviousReview) -> None:
    """Let the session before this one be opened, and every page name it unless a person has dismissed that."""
    found = previous_session(plan)
    if found is None:
        return
    review.offer(found.path)
    with contextlib.suppress(OutputError):  # a session that cannot be read has other troubles, and says so
        if not archive.facts().get(PREVIOUS_DISMISSED):
            feed.name_previous(found.notice)


def load_earlier_trend(feed: Feed, archive: Archive, before_seq: int) -> None:
    """Load the readings before `before_seq` from the session's file, if it can be read.

    An earlier incarnation of this process has shown them; without them the trend of a restarted page would be empty.
    """
    if before_seq == 0:
        return
    try:
        rows = archive.columns(feed.info.media_time)
    except OutputError as error:
        log.warning("the page begins without a past: %s", error)
    else:
        feed.load(rows[rows["seq"] < before_seq])
