"""What the network sees of each region: square crops out of one picture of the flat field."""

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from stream.protocol.contracts import Pixels
from workers.capillary.background import PLAIN_SKIN, Flat
from workers.capillary.regions import Candidates, Proposal

Numbers = npt.NDArray[np.float64]

CHANNELS: Final = 4
USUAL_DEPTH: Final = 0.15
"""Depth that a frame's contrast is evened out to, see `workers.capillary.regions.depth_of`."""

_LEVELS: Final = np.arange(256.0)
_MOST_ROWS: Final = 2**15 - 2  # of what OpenCV maps at once


class Poses(NamedTuple):
    """How crops lie in the picture: (n,) float64 each.

    x, y: centre, in half-resolution pixels. side: in half-resolution pixels.
    angle: of the crop's x axis, radians. mirror_x, mirror_y: 1.0, or -1.0 if that axis of the crop is reversed.
    """

    x: Numbers
    y: Numbers
    side: Numbers
    angle: Numbers
    mirror_x: Numbers
    mirror_y: Numbers


def picture(flat: Flat, found: Candidates) -> Pixels:
    """Make the picture that crops are cut from, (height, width, 4) uint8 at half resolution.

    Channels: the flat field's blue, green and red, and 255 in proposed patches.
    """
    return cv2.merge([*flat, found.mask]).astype(np.uint8, copy=False)


def evened(crops: Pixels, depth: float) -> Pixels:
    """Return pixels of `picture`, (…, 4) uint8, with the frame's contrast evened out.

    Frames differ threefold in how dark their capillaries are. Half of that, on a logarithmic scale, is evened out: a
    patch that is faint beside its neighbours still looks faint, and so does one in a frame of faint patches.
    """
    contrast = math.sqrt(USUAL_DEPTH / depth)
    raised = np.clip(np.rint(PLAIN_SKIN + contrast * (_LEVELS - PLAIN_SKIN)), 0, 255)
    table = np.stack([raised, raised, raised, _LEVELS], axis=1).astype(np.uint8).reshape(1, 256, 4)
    return cv2.LUT(crops.reshape(-1, 1, 4), table).astype(np.uint8, copy=False).reshape(crops.shape)


def poses(proposals: Sequence[Proposal], context: float, min_side_px: int) -> Poses:
    """Return the poses of proposals' crops: `context` times the longer side, at least `min_side_px`, turned upright.

    A crop's x axis is the patch's principal axis, and both axes point to its heavier tail (the sign of the third
    central moment): the network sees the same crop, however the picture is turned or mirrored.
    """
    left, top, width, height = np.array([found.box for found in proposals], np.float64).reshape(-1, 4).T
    side = np.maximum(context * np.maximum(width, height), float(min_side_px))
    moments = [cv2.moments(found.outline) for found in proposals]
    return Poses(left + (width - 1) / 2, top + (height - 1) / 2, side, *_axes(moments))


def _axes(moments: Sequence[Mapping[str, float]]) -> tuple[Numbers, Numbers, Numbers]:
    """Return angles of the principal axes in radians, and directions of the heavier tails along and across them."""
    names = ("mu11", "mu20", "mu02", "mu30", "mu21", "mu12", "mu03")
    m11, m20, m02, m30, m21, m12, m03 = np.array([[one[name] for name in names] for one in moments]).reshape(-1, 7).T
    angle = 0.5 * np.arctan2(2 * m11, m20 - m02)
    c, s = np.cos(angle), np.sin(angle)
    along = c**3 * m30 + 3 * c * c * s * m21 + 3 * c * s * s * m12 + s**3 * m03
    across = c**3 * m03 - 3 * c * c * s * m12 + 3 * c * s * s * m21 - s**3 * m30
    return angle, np.copysign(1.0, along), np.copysign(1.0, across)


def placements(poses: Poses, size: int) -> Numbers:
    """Return (n, 2, 3) float64: maps from pixel centres of `size` x `size` crops to those of the picture."""
    scale, middle = poses.side / size, (size - 1) / 2
    c, s = np.cos(poses.angle) * scale, np.sin(poses.angle) * scale
    xx, xy, yx, yy = c * poses.mirror_x, -s * poses.mirror_y, s * poses.mirror_x, c * poses.mirror_y
    rows = (xx, xy, poses.x - (xx + xy) * middle), (yx, yy, poses.y - (yx + yy) * middle)
    maps: Numbers = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
    return maps


def cut(source: Pixels, maps: Numbers, size: int) -> npt.NDArray[np.uint8]:
    """Cut one crop per map, bilinear, with the border repeated: (n, size, size, channels) uint8."""
    crops = np.empty((len(maps), size, size, source.shape[2]), np.uint8)
    along, at_once = np.arange(size, dtype=np.float32), _MOST_ROWS // size
    for begin in range(0, len(maps), at_once):
        # Sums, not a product of matrices: a linear-algebra library may add in another order on another machine.
        x, y = (
            (row[:, :1] * along)[:, np.newaxis] + (row[:, 1:2] * along + row[:, 2:])[..., np.newaxis]
            for row in maps[begin : begin + at_once].astype(np.float32).transpose(1, 0, 2)
        )
        rows = crops[begin : begin + at_once].reshape(-1, size, source.shape[2])
        places = x.reshape(-1, size), y.reshape(-1, size)
        cv2.remap(source, *places, cv2.INTER_LINEAR, dst=rows, borderMode=cv2.BORDER_REPLICATE)
    return crops
