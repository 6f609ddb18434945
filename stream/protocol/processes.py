"""Messages between the supervisor and its children: start, life, peers, stop.

The supervisor alone knows which processes live. A child that has its sockets says `Hello`; the supervisor introduces
it to its peers with `PeerUp`, and buries it with `PeerDown`. Role and index name a place in the run, the incarnation
one process in that place: a message of a dead incarnation can arrive after its successor's `Hello`, and is known by it.
"""

from typing import Annotated, Literal, Protocol

from msgspec import Meta

from stream.protocol.types import MAX_SENTENCE, Incarnation, Index, Message, Role, Transfer


class Hello(Message, frozen=True, kw_only=True, tag="hello"):
    """Child to supervisor: I am up, and I listen at this endpoint."""

    role: Annotated[Role, Meta(description="which process this is")]
    index: Index
    incarnation: Incarnation
    endpoint: Annotated[str, Meta(max_length=300, description="ZeroMQ endpoint of its inbox")]
    pid: Annotated[int, Meta(ge=0, description="process id")]
    detail: Annotated[str, Meta(max_length=300, description="model id of a worker, address of the page")] = ""
    transfer: Transfer = ""


class Alive(Message, frozen=True, kw_only=True, tag="alive"):
    """Child to supervisor, twice a second: I am not hung."""

    role: Annotated[Role, Meta(description="which process this is")]
    index: Index
    incarnation: Incarnation
    busy: Annotated[bool, Meta(description="at something that takes its time: do not wait for the next one")] = False


class PeerUp(Message, frozen=True, kw_only=True, tag="peer-up"):
    """Supervisor to child: this peer is there."""

    peer: Annotated[Hello, Meta(description="what the peer said of itself")]


class PeerDown(Message, frozen=True, kw_only=True, tag="peer-down"):
    """Supervisor to child: this peer is dead, and what was queued for it with it."""

    role: Annotated[Role, Meta(description="which process died")]
    index: Index
    incarnation: Incarnation


class SecurityEvent(Message, frozen=True, kw_only=True, tag="noted"):
    """Child to supervisor, for the audit log, and to the sink, which counts what was refused."""

    what: Annotated[Literal["connected", "refused", "changed"], Meta(description="what happened")]
    where: Annotated[str, Meta(max_length=60, description="process or socket where it happened")]
    who: Annotated[str, Meta(max_length=200, description="name, key or address of who did it; empty: unknown")] = ""
    detail: Annotated[str, Meta(max_length=500, description="why it was refused, or what was changed")] = ""
    count: Annotated[int, Meta(ge=1, description="how many times")] = 1


class Finished(Message, frozen=True, kw_only=True, tag="finished"):
    """Sink to supervisor: everything is on disk."""

    exit_code: Annotated[int, Meta(description="of the program")]
    summary: Annotated[str, Meta(max_length=MAX_SENTENCE, description="the result in one line")] = ""


class Fatal(Message, frozen=True, kw_only=True, tag="fatal"):
    """Child to supervisor: restarting will not help (a user's mistake)."""

    role: Annotated[Role, Meta(description="which process ends")]
    exit_code: Annotated[int, Meta(description="of the program")]
    sentence: Annotated[str, Meta(max_length=MAX_SENTENCE, description="what was wrong, for the user")]


class Stop(Message, frozen=True, kw_only=True, tag="stop"):
    """Supervisor to child: end.

    Capture gets it twice. With `final` false, while the others work on: grab no more, so that every captured frame
    gets its reading and the sink can finish. With `final` true, as all others: exit.
    """

    final: Annotated[bool, Meta(description="exit now; false: grab no more, and finish what was captured")] = True
    at_once: Annotated[bool, Meta(description="do not wait for frames that a worker is still at")] = False


class Tell(Protocol):
    """Sends a message to a peer, as `stream.run.child.Child.tell` does."""

    def __call__(self, role: Role, message: Message, index: int = 0) -> bool:
        """Return False, and send nothing, if the peer is not there or takes nothing more."""
