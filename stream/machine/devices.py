"""Devices that are plugged in, as `sources list` shows them."""

from typing import Annotated

from msgspec import Meta, Struct


class Found(Struct, frozen=True):
    """A device. uri: what opens it, such as "aravis:GV01". description: maker, model and address, or its formats."""

    uri: str
    description: str


class FoundKind(Struct, frozen=True, kw_only=True):
    """The devices of one kind, and why it has none or not all."""

    kind: Annotated[str, Meta(description="what stands before the colon")]
    devices: tuple[Found, ...] = ()
    note: Annotated[str, Meta(description="what is missing, and what to install; empty if nothing is")] = ""
