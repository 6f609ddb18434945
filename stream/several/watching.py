"""The command that watches several sources: begins a run for each, publishes and shows all of them, ends them in order.

Each run is a process with children of its own: what happens to one, or to its source, does not touch another.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stream.config.parts import Parts
from stream.config.sections import Config
from stream.config.source_place import SourcePlace
from stream.console import logs
from stream.machine.processes import cores
from stream.machine.run_folder import RunFolder
from stream.machine.signals import stop_asked
from stream.outlets.outlet import extras_of
from stream.security.audit_log import AuditLog
from stream.security.events import SecurityEvents
from stream.security.token import read_token, write_token
from stream.session.folders import new_session_id
from stream.several.collector import Collector
from stream.several.shares import check_sources, share_of, worker_shares
from stream.several.source_run import Monitor, SourceRun
from stream.several.status_board import SourceState
from stream.several.tabs_page import TabsPage
from stream.several.terminal import Terminal, named_line
from stream.version import VERSION
from stream.view.server.address import token_hint

if TYPE_CHECKING:
    from stream.delivery.process import ConfiguredOutlet

MakeMonitor = Callable[[str, Config, Path, SourcePlace], Monitor]
"""Makes what runs one source: from the source, its share of the configuration, its session's folder, its place."""

_ENDED_WELL: Final = frozenset({0, 5, 130})


def watch(parts: Parts, config: Config, sources: Sequence[str], sessions: Path, make_monitor: MakeMonitor) -> int:
    """Watch the sources until all have ended, and return the highest of their exit codes.

    sessions: the folder in which each gets one for its session.
    Raises UsageError if they cannot be watched together, OutputError if endpoint or port are in use, ConfigError if
    keys, token or certificate are missing.
    """
    check_sources(sources)
    workers = worker_shares(config.workers.count, cores(), len(sources))
    logs.set_up(parts.log_level, parts.log_format)
    for source in sources:
        logs.hide(source)
    stale_after_s = config.sink.stale_after_s
    shared = _shared_outlets(config)
    states = [SourceState(number, new_session_id(), stale_after_s) for number in range(1, len(sources) + 1)]
    name, events = new_session_id(), SecurityEvents()
    with contextlib.ExitStack() as opened:
        folder = opened.enter_context(contextlib.closing(RunFolder(name))).path
        collector = opened.enter_context(contextlib.closing(Collector(config, states, folder, events, shared)))
        terminal = opened.enter_context(contextlib.closing(Terminal(quiet=parts.quiet)))
        token_file = folder / "token"
        write_token(token_file)
        own = partial(share_of, config, workers=workers, token_file=token_file, shared=[made.name for made in shared])
        monitors = [
            make_monitor(source, own(place), sessions / state.session, collector.place(state))
            for place, (source, state) in enumerate(zip(sources, states, strict=True))
        ]
        if config.view.enabled:
            token = read_token(str(token_file)) or ""
            page = opened.enter_context(contextlib.closing(TabsPage(config.view, states, token, events)))
            terminal.say(f"Live page: {page.address}{token_hint(config.view)}")
        audit = _audit_log(sessions / name)
        audit.run_started(name, "live", VERSION)
        audit.write("sources", sessions=[state.session for state in states])
        code = Watching(states, collector, terminal, lambda: _write(audit, events)).run(monitors)
        # A source that gave no frame has left no folder.
        audit.write("sources", sessions=[state.session for state in states if (sessions / state.session).is_dir()])
        audit.write("ended", exit_code=code)
        return code


def _shared_outlets(config: Config) -> "list[ConfiguredOutlet]":
    """Return the outlets that all sources have together. Raises ConfigError."""
    if not config.outlets:
        return []
    from stream.delivery.process import outlets_of

    return [made for made in outlets_of(config) if extras_of(made.sender).shared]


def _audit_log(folder: Path) -> AuditLog:
    """Return the log of what concerns no single source: who was refused by the page with the tabs and the publisher."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return AuditLog(folder)


def _write(audit: AuditLog, events: SecurityEvents) -> None:
    for event in events.take(time.monotonic()):
        audit.security_event(event)


def _run_of(state: SourceState, monitor: Monitor) -> SourceRun:
    """Begin the run of a source; it tells the address of its page."""
    return SourceRun(f"source-{state.number}", monitor, partial(setattr, state, "address"))


class Watching:
    """The runs of several sources, from the first to the last."""

    def __init__(
        self, states: list[SourceState], collector: Collector, terminal: Terminal, upkeep: Callable[[], None]
    ) -> None:
        """Take what the runs have in common. upkeep: called some twenty times per second."""
        self._states, self._collector, self._terminal, self._upkeep = states, collector, terminal, upkeep
        self._runs: list[tuple[SourceState, SourceRun]] = []
        self._asked: Callable[[], bool] = lambda: False
        self._failed_code: int | None = None  # of the source that was not there at the start

    def run(self, monitors: Sequence[Monitor]) -> int:
        """Begin a run for each source, and return when the last one has ended: the highest of their exit codes.

        If one cannot be opened at the start, all end, with its exit code.
        """
        with stop_asked() as self._asked:
            try:
                self._runs = [
                    (state, _run_of(state, monitor)) for state, monitor in zip(self._states, monitors, strict=True)
                ]
                while any(state.exit_code is None for state in self._states):
                    self._turn()
            finally:
                for _, run in self._runs:
                    run.end()
                    run.close()
        codes = [state.exit_code or 0 for state in self._states]
        return max(codes) if self._failed_code is None else self._failed_code

    @property
    def _stopping(self) -> bool:
        """True once all runs are to end: a signal asked for that, or a source was not there at the start."""
        return self._failed_code is not None or self._asked()

    def _turn(self) -> None:
        going_on = [(state, run) for state, run in self._runs if state.exit_code is None]
        self._collector.turn([handle for _, run in going_on for handle in run.handles])
        for state, run in going_on:
            code = run.exit_code  # first: what it wrote before its end is all there then
            for line in run.take():
                self._terminal.say(named_line(state.title, line))
            if code is not None:
                self._note_end(state, code)
        if self._stopping:
            for _, run in going_on:
                run.end()
        self._terminal.show(state.words for state in self._states)
        self._upkeep()

    def _note_end(self, state: SourceState, code: int) -> None:
        """Note the end of a run. Before all sources are open, one that fails ends all: its name may be mistyped."""
        state.exit_code, state.address = code, ""
        all_open = all(one.name for one in self._states)
        if code in _ENDED_WELL or state.name or all_open or self._stopping:
            return
        self._terminal.say(f"All sources end: {state.title} cannot be opened, and each must be there at the start.")
        self._failed_code = code
