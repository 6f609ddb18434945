"""A region's outline as it travels: its corners, in 16 bits. Knows arrays and messages, no picture."""

import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Region
from stream.protocol.readings import RegionOutline


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
    return RegionOutline(corners(region.polygon_px).astype("<i2").tobytes(), round(float(region.score), 4))
