"""An outline as it travels: its corners, in 16 bits. Knows arrays and messages, no picture."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import PictureObject, Region
from stream.protocol.readings import ObjectOutline, RegionOutline
from stream.protocol.types import MAX_OBJECTS


def corners(polygon: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return the points at which a polygon turns: fewer points, the same shape to the pixel.

    polygon: (n, 2) int32, x then y, in full-frame pixels; its last point is joined to its first.
    """
    ahead = np.roll(polygon, -1, axis=0) - polygon
    behind = np.roll(ahead, 1, axis=0)
    cross = behind[:, 0] * ahead[:, 1] - behind[:, 1] * ahead[:, 0]
    onward = (behind * ahead).sum(axis=1) > 0
    straight = (cross == 0) & onward
    kept: npt.NDArray[np.int32] = polygon[~straight]
    return kept if len(kept) else polygon


def outline_of(region: Region) -> RegionOutline:
    """Return the region's outline and score as they stand in a message."""
    return RegionOutline(_packed(region.polygon_px), round(float(region.score), 4))


def object_outlines(objects: Iterable[PictureObject]) -> tuple[ObjectOutline, ...]:
    """Return the objects' names and outlines as they stand in a message: the largest, as many as it holds."""
    largest = sorted(objects, key=lambda found: -found.area_px)[:MAX_OBJECTS]
    return tuple(ObjectOutline(found.name, _packed(found.polygon_px)) for found in largest)


def points(outline: RegionOutline | ObjectOutline) -> npt.NDArray[np.int32]:
    """Return the corners of an outline that arrived, (n, 2) int32: x then y, in full-frame pixels.

    Raises ValueError if its bytes are not pairs of 16-bit numbers.
    """
    return np.frombuffer(outline.polygon, "<i2").reshape(-1, 2).astype(np.int32)


def _packed(polygon: npt.NDArray[np.int32]) -> bytes:
    return corners(polygon).astype("<i2").tobytes()
