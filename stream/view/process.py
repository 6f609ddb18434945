"""The view process: what the sink tells goes into the feed; how many look goes to capture."""

from typing import Final

from stream.child import Child
from stream.messages import DensityReading, Looking, Message, PeerUp, Progress, SourceInfo, Stop
from stream.view.feed import Feed
from stream.view.server import ViewServer, make_app
from stream.view.settings import ViewSettings

_TICK_MS: Final = 200


def run(child: Child, settings: ViewSettings) -> None:
    """Entry point. Raises OutputError where the port is in use."""
    feed = Feed(settings.info)
    server = ViewServer(make_app(feed), settings.view.host, settings.view.port)
    server.start()
    child.hello(server.address)
    viewers = 0
    stopping = False
    while not stopping:
        message = child.receive(_TICK_MS)
        stopping = isinstance(message, Stop)
        _pass_on(message, feed)
        if feed.viewers() != viewers or (isinstance(message, PeerUp) and message.peer.role == "capture"):
            viewers = feed.viewers()
            child.tell("capture", Looking(viewers=viewers))
    server.stop()


def _pass_on(message: Message | None, feed: Feed) -> None:
    match message:
        case DensityReading():
            feed.accept(message)
        case Progress():
            feed.progress(message)
        case SourceInfo():
            feed.source(message)
        case _:
            pass
