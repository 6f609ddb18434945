"""Messages between a run and a worker on another machine."""

from typing import Annotated

from msgspec import Meta

from stream.protocol.types import Message, Session, Transfer


class Engage(Message, frozen=True, kw_only=True, tag="engage"):
    """A run to a worker on another machine: who asks, and what readings are to hold. Each of its requests begins so."""

    session: Session
    worker: Annotated[int, Meta(ge=0, description="its number in that run")]
    regions: Annotated[bool, Meta(description="outlines are wanted with every reading")]
    picture_width_px: Annotated[int, Meta(ge=16, le=16384, description="width of the pictures for the page, px")]
    version: Annotated[str, Meta(max_length=50, description="of the program")]
    analyser: Annotated[str, Meta(max_length=64, description="SHA-256 of the analyser's settings")]


class Engaged(Message, frozen=True, kw_only=True, tag="engaged"):
    """A worker on another machine to the run: what analyses there, or why it will not."""

    model_id: Annotated[str, Meta(max_length=100, description="name and hash of the model")]
    transfer: Transfer = ""
    refusal: Annotated[str, Meta(max_length=500, description="why it will not; empty if it will")] = ""
