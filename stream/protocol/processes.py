"""Messages between the supervisor and its children: start, life, peers, stop."""

from typing import Annotated, Literal

from msgspec import Meta

from stream.protocol.types import MAX_SENTENCE, Message, Role


class Hello(Message, frozen=True, kw_only=True, tag="hello"):
    """Child to supervisor: I am up, and this is where I listen."""

    role: Role
    index: Annotated[int, Meta(ge=0, description="0, or the worker's number")]
    incarnation: Annotated[int, Meta(ge=0, description="counts the restarts of this role and index")]
    endpoint: Annotated[str, Meta(max_length=300, description="ZeroMQ endpoint of its inbox")]
    pid: Annotated[int, Meta(ge=0)]
    detail: Annotated[str, Meta(max_length=300, description="model id of a worker, address of the page")] = ""


class Alive(Message, frozen=True, kw_only=True, tag="alive"):
    """Child to supervisor, twice a second: I am not hung."""

    role: Role
    index: int
    incarnation: int
    busy: Annotated[bool, Meta(description="at something that takes its time: do not wait for the next one")] = False


class PeerUp(Message, frozen=True, kw_only=True, tag="peer-up"):
    """Supervisor to child: this peer is there."""

    peer: Hello


class PeerDown(Message, frozen=True, kw_only=True, tag="peer-down"):
    """Supervisor to child: this peer is dead, and what was queued for it with it."""

    role: Role
    index: int
    incarnation: int


class Noted(Message, frozen=True, kw_only=True, tag="noted"):
    """Child to supervisor, for the audit log, and to the sink, which counts what was refused."""

    what: Annotated[Literal["connected", "refused", "changed"], Meta(description="what happened")]
    where: Annotated[str, Meta(max_length=60, description="process or socket where it happened")]
    who: Annotated[str, Meta(max_length=200, description="name, key or address of who did it; empty: unknown")] = ""
    detail: Annotated[str, Meta(max_length=500, description="why it was refused, or what was changed")] = ""
    count: Annotated[int, Meta(ge=1, description="how many times")] = 1


class Finished(Message, frozen=True, kw_only=True, tag="finished"):
    """Sink to supervisor: everything is on disk; the exit code and the one-line result."""

    exit_code: int
    summary: Annotated[str, Meta(max_length=MAX_SENTENCE)] = ""


class Fatal(Message, frozen=True, kw_only=True, tag="fatal"):
    """Child to supervisor: restarting will not help (a user's mistake); this is the sentence to show."""

    role: Role
    exit_code: int
    sentence: Annotated[str, Meta(max_length=MAX_SENTENCE)]


class Stop(Message, frozen=True, kw_only=True, tag="stop"):
    """Supervisor to child: end. To capture, first of all with `final` false: grab no more, finish what you have.

    at_once: and wait no longer for frames that somebody is still at.
    """

    final: bool = True
    at_once: bool = False
