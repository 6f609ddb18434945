"""Which part of a source's picture is analysed, and how it is turned. Pure."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

Edge = Annotated[int, Meta(ge=0, le=16384)]
Side = Annotated[int, Meta(ge=16, le=16384)]
Rotation = Literal[0, 90, 180, 270]
Flip = Literal["none", "horizontal", "vertical"]


class Framing(Struct, frozen=True, kw_only=True):
    """A region of the source's picture, then flipped, then rotated.

    region: left, top, width, height, in pixels of the source's own picture; None: all of it. flip: "horizontal" swaps
    left and right, "vertical" top and bottom. rotate_deg: clockwise.
    """

    region: tuple[Edge, Edge, Side, Side] | None = None
    flip: Flip = "none"
    rotate_deg: Rotation = 0

    def size_of(self, width: int, height: int) -> tuple[int, int]:
        """Return width and height of what becomes of a picture of that size."""
        if self.region is not None:
            _, _, width, height = self.region
        return (height, width) if self.rotate_deg in (90, 270) else (width, height)

    def in_words(self) -> str:
        """Return it as people read it, in the order in which it is done; empty if pictures stay as they are."""
        parts = []
        if self.region is not None:
            left, top, width, height = self.region
            parts.append(f"region {width}x{height} px at {left}, {top}")
        if self.flip != "none":
            parts.append("left and right swapped" if self.flip == "horizontal" else "top and bottom swapped")
        if self.rotate_deg:
            parts.append(f"turned {self.rotate_deg}° clockwise")
        return ", ".join(parts)

    def as_text(self) -> str | None:
        """Return it as a session keeps it; None if pictures stay as they are."""
        return None if self == AS_IT_IS else msgspec.json.encode(self).decode()


AS_IT_IS: Final = Framing()


def framing_from(text: str | None) -> Framing:
    """Return the framing that a session keeps. Raises ValueError if it is not one."""
    return AS_IT_IS if text is None else msgspec.json.decode(text, type=Framing)
