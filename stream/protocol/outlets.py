"""Messages about the outlets: delivery to sink, and with the run's status to the page and to subscribers."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from stream.protocol.types import MAX_SENTENCE, Message

OutletCondition = Literal["idle", "connected", "failing"]


class OutletState(Struct, frozen=True, kw_only=True):
    """How one outlet stands."""

    name: Annotated[str, Meta(max_length=300, description="its name in the configuration")]
    condition: Annotated[
        OutletCondition, Meta(description="idle: nothing was sent so far; connected: the newest attempt succeeded")
    ] = "idle"
    waiting: Annotated[int, Meta(ge=0, description="messages that are on disk, and not delivered yet")] = 0
    delivered: Annotated[int, Meta(ge=0, description="messages delivered since the start of this process")] = 0
    given_up: Annotated[
        int, Meta(ge=0, description="messages of the session that will never be delivered: missed, refused, too many")
    ] = 0
    error: Annotated[
        str, Meta(max_length=MAX_SENTENCE, description="why the newest attempt failed; empty: it did not")
    ] = ""
    since_ns: Annotated[int, Meta(ge=0, description="since when the condition lasts, ns since 1970 UTC")] = 0


class OutletsNow(Message, frozen=True, kw_only=True, tag="outlets"):
    """Delivery to sink: how all outlets stand."""

    states: Annotated[tuple[OutletState, ...], Meta(description="in the order of the configuration")] = ()
    settled: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="number of the newest message that no outlet waits for, nor any before it; null: of all"),
    ] = 0
