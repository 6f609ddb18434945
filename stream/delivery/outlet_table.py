"""What the table of an outlet says to this program, and what it says to the sender behind it. Pure."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from stream.errors import ConfigError
from stream.outlets.outlet import KINDS, SenderExtras

_MOST_WAITING: Final = 200_000
"""An hour at 60 readings per second, some 150 MB on disk."""


class DeliverySettings(Struct, frozen=True, kw_only=True):
    """The keys that every outlet's table may have."""

    use: Annotated[str, Meta(max_length=300, description="the outlet behind this name; empty: the name is its own")] = (
        ""
    )
    messages: Annotated[
        tuple[str, ...] | None,
        Meta(description='what is sent, of "reading", "status", "alarm" and "marker"; by default all it can take'),
    ] = None
    every_s: Annotated[
        Annotated[float, Meta(ge=0, le=86_400)] | None,
        Meta(description="one reading of every so many seconds; 0: all; by default the outlet's own"),
    ] = None
    most_waiting: Annotated[
        int, Meta(ge=1, le=10_000_000, description="messages kept while it is away; beyond, the oldest are given up")
    ] = _MOST_WAITING


def split(name: str, table: Mapping[str, Any]) -> tuple[DeliverySettings, dict[str, Any]]:
    """Return the settings of the delivery, and the table without them. Raises ConfigError."""
    common = {key: value for key, value in table.items() if key in DeliverySettings.__struct_fields__}
    try:
        settings = msgspec.convert(common, DeliverySettings)
    except msgspec.ValidationError as error:
        raise ConfigError(f'the outlet "{name}": {error}') from None
    unknown = [kind for kind in settings.messages or () if kind not in KINDS.values()]
    if unknown:
        raise ConfigError(f'the outlet "{name}" has no messages "{unknown[0]}"; there are: {", ".join(KINDS.values())}')
    return settings, {key: value for key, value in table.items() if key not in common}


def chosen(settings: DeliverySettings, extras: SenderExtras) -> tuple[frozenset[str], float]:
    """Return the kinds of messages that are sent, and of how many seconds one reading is.

    Raises ConfigError if the receiver cannot take what it is to be sent.
    """
    by_default = extras.messages if extras.by_default is None else extras.by_default
    wanted = by_default if settings.messages is None else settings.messages
    impossible = [kind for kind in wanted if kind not in extras.messages]
    if impossible:
        raise ConfigError(f'this outlet takes no messages "{impossible[0]}", only: {", ".join(extras.messages)}')
    return frozenset(wanted), extras.every_s if settings.every_s is None else settings.every_s
