"""What the interfaces of several sources answer."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from stream.protocol.types import Pct, RunState


class SourceStatus(Struct, frozen=True, kw_only=True):
    """One source.

    number: its place, from 1. path: of its page; page: whether there is one now.
    source: its short name, as in topics; empty until it is open.
    state: as in its own status; `starting` before the first one; `ended` too when its run was killed.
    running: its run goes on. density_pct: the newest density, null unless it is good and current.
    """

    number: Annotated[int, Meta(ge=1)]
    source: str
    session: str
    path: str
    page: bool
    state: RunState | Literal["starting"]
    running: bool
    density_pct: Pct | None = None
    frames_per_s: Annotated[float, Meta(ge=0)] = 0.0
    published: Annotated[int, Meta(ge=0)] = 0
    failed: Annotated[int, Meta(ge=0)] = 0
    dropped: Annotated[int, Meta(ge=0)] = 0


class AllSources(Struct, frozen=True, kw_only=True):
    """All sources of the command, in their order."""

    sources: list[SourceStatus]
    version: str
