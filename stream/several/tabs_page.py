"""The page with the tabs at the configured address, in a thread of the command."""

from collections.abc import Callable, Sequence

from msgspec import structs

from stream.config.sections import ViewConfig
from stream.security.events import SecurityEvents
from stream.several.status_board import SourceState
from stream.version import VERSION
from stream.view.server.access_rules import access_rules, certificate_files
from stream.view.server.address import page_address
from stream.view.server.http_server import ViewServer
from stream.view.tabs.answers import AllSources, SourceStatus
from stream.view.tabs.app import make_tabs_app
from stream.view.tabs.page_link import PageLink


class TabsPage:
    """The page's server.

    address: at which browsers open it.
    """

    def __init__(self, view: ViewConfig, states: Sequence[SourceState], token: str, events: SecurityEvents) -> None:
        """Take the port, and begin to answer. token: opens the pages of the sources.

        Raises OutputError if the port is in use, ConfigError if token or certificate are missing.
        """
        links = [PageLink(state.number, _address_of(state), token) for state in states]
        app = make_tabs_app(links, lambda: all_sources(states), access_rules(view), events)
        self._server = ViewServer(app, view.host, view.port, certificate_files(view), events)
        self._server.start()
        self.address = page_address(view, self._server.port)

    def close(self) -> None:
        """Stop answering and free the port."""
        self._server.stop()


def _address_of(state: SourceState) -> Callable[[], str]:
    return lambda: state.address


def all_sources(states: Sequence[SourceState]) -> AllSources:
    """Return how the sources stand, as the interface has it."""
    return AllSources(sources=[_status_of(state) for state in states], version=VERSION)


def _status_of(state: SourceState) -> SourceStatus:
    running, status = state.exit_code is None, state.status
    found = SourceStatus(
        number=state.number,
        source=state.name,
        session=state.session,
        path=f"/{state.number}/",
        page=bool(state.address),
        state="starting" if running else "ended",
        running=running,
    )
    if status is None:
        return found
    return structs.replace(
        found,
        state=status.state if running else "ended",
        density_pct=status.density_pct if running else None,
        frames_per_s=status.frames_per_s if running else 0.0,
        published=status.published,
        failed=status.failed,
        dropped=status.dropped,
    )
