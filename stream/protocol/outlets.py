"""Messages to the sink: how outlets stand, and signals of other devices that are recorded."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from stream.protocol.types import LONGEST_NAME, MAX_SENTENCE, Message, UtcNs

OutletCondition = Literal["idle", "connected", "failing"]
MOST_CHANNELS: Final = 64
"""Of a signal."""
MOST_SAMPLES: Final = 500
"""Of one message."""
SignalName = Annotated[str, Meta(max_length=LONGEST_NAME, description="name of the signal")]
SignalValue = Annotated[str, Meta(max_length=200)] | float | None


class OutletState(Struct, frozen=True, kw_only=True):
    """How one outlet stands."""

    name: Annotated[str, Meta(max_length=300, description="its name in the configuration")]
    condition: Annotated[
        OutletCondition,
        Meta(description="idle: no message, or no subscriber, so far; connected: the newest attempt succeeded"),
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
    detail: Annotated[str, Meta(max_length=MAX_SENTENCE, description="what else is known of it, in plain words")] = ""


class OutsideNews(Message, frozen=True, kw_only=True):
    """A message to the sink about what is outside the program: receivers, and signals of other devices."""


class OutletsNow(OutsideNews, frozen=True, kw_only=True, tag="outlets"):
    """Delivery to sink: how all outlets stand."""

    states: Annotated[tuple[OutletState, ...], Meta(description="in the order of the configuration")] = ()
    settled: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="number of the newest message that no outlet waits for, nor any before it; null: of all"),
    ] = 0


class SubscribersNow(OutsideNews, frozen=True, kw_only=True, tag="subscribers"):
    """Publisher to sink: how the subscribers' socket stands."""

    state: Annotated[OutletState, Meta(description="how it stands")]


class SignalChannel(Struct, frozen=True):
    """One channel of a signal."""

    label: Annotated[str, Meta(max_length=LONGEST_NAME, description="what its device calls it")]
    unit: Annotated[str, Meta(max_length=40, description="as its device says it; empty: it does not")] = ""


class SignalFound(OutsideNews, frozen=True, kw_only=True, tag="signal"):
    """Delivery to sink: this signal is recorded from now on, or again."""

    name: SignalName
    content: Annotated[str, Meta(max_length=LONGEST_NAME, description='what it is, as its device says it: "ECG"')]
    nominal_per_s: Annotated[float, Meta(ge=0, description="samples per second; 0: irregular")]
    channels: Annotated[tuple[SignalChannel, ...], Meta(max_length=MOST_CHANNELS, description="in order of values")]


class SignalSample(Struct, frozen=True, array_like=True):
    """What a signal was at one moment."""

    t_ns: UtcNs
    values: Annotated[
        tuple[SignalValue, ...], Meta(max_length=MOST_CHANNELS, description="of its channels; null: none")
    ]


class SignalSamples(OutsideNews, frozen=True, kw_only=True, tag="signal-samples"):
    """Delivery to sink: the next samples of a signal, on the clock of the session's frames."""

    name: SignalName
    samples: Annotated[tuple[SignalSample, ...], Meta(max_length=MOST_SAMPLES, description="in order of time")]
