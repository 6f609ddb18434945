"""What each of several sources gets of the machine and of the configuration. Pure."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from stream.config.sections import Config, ViewConfig
from stream.console.public_source import public_source
from stream.console.text import counted
from stream.errors import UsageError

MOST_SOURCES: Final = 8


def check_sources(sources: Sequence[str]) -> None:
    """Raise UsageError if there are more sources than one command watches, or one is named twice."""
    if len(sources) > MOST_SOURCES:
        raise UsageError(f"{len(sources)} sources are named; one command watches at most {MOST_SOURCES}")
    for place, source in enumerate(sources):
        if not source:
            raise UsageError("a source is empty: name each one, such as camera:0")
        if source in sources[:place]:
            raise UsageError(f"{public_source(source)} is named twice; name each source once")


def worker_shares(count: int, cores: int, sources: int) -> list[int]:
    """Return how many workers each source gets: as equal as can be, one at least; the first ones get what is over.

    count: workers that were asked for; 0: one per core. Raises UsageError if there are fewer than sources.
    """
    if 0 < count < sources:
        raise UsageError(f"{counted(count, 'worker')} cannot analyse {sources} sources: each needs one at least")
    each, over = divmod(max(count or cores, sources), sources)
    return [each + (place < over) for place in range(sources)]


def is_room_for_another(busy: Sequence[int], workers: int) -> bool:
    """Return whether a further run may begin beside others of an archive.

    busy: workers that each of them still needs, 0 while it writes its files. workers: of all together. Runs that only
    write, such as overlays, must not pile up: there are at most twice as many runs as workers.
    """
    return sum(busy) < workers and len(busy) < 2 * workers


def share_of(
    config: Config, place: int, workers: Sequence[int], token_file: Path, shared: Collection[str] = ()
) -> Config:
    """Return the configuration of the source at `place`, from 0.

    workers: of each source. Workers on other machines are dealt out in turn. Its page is for the page with the tabs
    alone: on loopback, at any free port, opened by the token in `token_file`. shared: outlets that the command has.
    """
    page = ViewConfig()
    hidden = replace(
        config.view,
        host=page.host,
        port=0,
        names=(),
        token_file=str(token_file),
        certificate_file="",
        key_file="",
    )
    remote = config.workers.remote[place :: len(workers)]
    outlets = {name: table for name, table in config.outlets.items() if name not in shared}
    own_workers = replace(config.workers, count=workers[place], remote=remote)
    return replace(config, workers=own_workers, view=hidden, outlets=outlets)
