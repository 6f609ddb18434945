"""How several sources stand, for the terminal and the page: one state each. Pure but for the moments given."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from stream.console.run_display import state_words
from stream.protocol.readings import RunStatus
from stream.run.shown_status import ShownStatus


@dataclass(slots=True)
class SourceState:
    """What is known of one source.

    number: its place, from 1. session: of its run. stale_after_s: as configured.
    name: its short name, empty until it is open. address: of its page, empty until there is one.
    status: the newest that may still be shown. exit_code: None while its run goes on. on_status: called with it.
    """

    number: int
    session: str
    stale_after_s: float
    name: str = ""
    address: str = ""
    status: RunStatus | None = None
    exit_code: int | None = None
    on_status: Callable[[RunStatus], None] = lambda _: None
    _shown: ShownStatus = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._shown = ShownStatus(self._show, self.stale_after_s)

    def take(self, status: RunStatus) -> None:
        """Take a status of its run."""
        self.name = status.source or self.name
        self._shown.take(status, time.time_ns(), time.monotonic_ns())

    def look(self) -> None:
        """Take the value back if it is no longer current."""
        self._shown.look(time.monotonic_ns())

    def _show(self, status: RunStatus) -> None:
        self.status = status
        self.on_status(status)

    @property
    def title(self) -> str:
        """Its short name, else its place."""
        return self.name or f"source {self.number}"

    @property
    def words(self) -> str:
        """Its name, state, value and rate in a few words."""
        if self.exit_code is not None:
            return f"{self.title} ENDED"
        if self.status is None:
            return f"{self.title} STARTING"
        return f"{self.title} {state_words(self.status)}"
