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

CHANNELS: Final = 4
USUAL_DEPTH: Final = 0.15
"""Depth that a frame's contrast is evened out to, see `workers.capillary.regions.depth_of`."""


class Pose(NamedTuple):
    """How a crop lies in the picture.

    x, y: centre, in half-resolution pixels. side: in half-resolution pixels.
    angle: of the crop's x axis, radians. mirror_x, mirror_y: 1.0, or -1.0 if that axis of the crop is reversed.
    """

    x: float
    y: float
    side: float
    angle: float = 0.0
    mirror_x: float = 1.0
    mirror_y: float = 1.0


def picture(flat: Flat, found: Candidates) -> Pixels:
    """Make the picture that crops are cut from, (height, width, 4) uint8 at half resolution.

    Channels: the flat field's blue, green and red with the frame's contrast evened out, and 255 in proposed patches.
    Frames differ threefold in how dark their capillaries are. Half of that, on a logarithmic scale, is evened out: a
    patch that is faint beside its neighbours still looks faint, and so does one in a frame of faint patches.
    """
    contrast = math.sqrt(USUAL_DEPTH / found.depth)
    raised = cv2.addWeighted(flat, contrast, flat, 0.0, PLAIN_SKIN * (1.0 - contrast))
    with_mask = cv2.cvtColor(raised, cv2.COLOR_BGR2BGRA)
    return cv2.insertChannel(found.mask * np.uint8(255), with_mask, 3).astype(np.uint8, copy=False)


def pose(proposal: Proposal, context: float, min_side_px: int) -> Pose:
    """Return the pose of a proposal's crop: `context` times its longer side, at least `min_side_px`, turned upright.

    The crop's x axis is the patch's principal axis, and both axes point to its heavier tail (the sign of the third
    central moment): the network sees the same crop, however the picture is turned or mirrored.
    """
    left, top, width, height = proposal.box
    side = max(context * max(width, height), float(min_side_px))
    angle, mirror_x, mirror_y = _axes(cv2.moments(proposal.outline))
    return Pose(left + (width - 1) / 2, top + (height - 1) / 2, side, angle, mirror_x, mirror_y)


def _axes(moments: Mapping[str, float]) -> tuple[float, float, float]:
    """Return the angle of the principal axis in radians, and the direction of the heavier tail along and across it."""
    angle = 0.5 * math.atan2(2 * moments["mu11"], moments["mu20"] - moments["mu02"])
    c, s = math.cos(angle), math.sin(angle)
    m30, m21, m12, m03 = (moments[name] for name in ("mu30", "mu21", "mu12", "mu03"))
    along = c**3 * m30 + 3 * c * c * s * m21 + 3 * c * s * s * m12 + s**3 * m03
    across = c**3 * m03 - 3 * c * c * s * m12 + 3 * c * s * s * m21 - s**3 * m30
    return angle, math.copysign(1.0, along), math.copysign(1.0, across)


def placement(pose: Pose, size: int) -> npt.NDArray[np.float64]:
    """Return the (2, 3) float64 map from pixel centres of a `size` x `size` crop to those of the picture."""
    scale, middle = pose.side / size, (size - 1) / 2
    c, s = math.cos(pose.angle) * scale, math.sin(pose.angle) * scale
    xx, xy, yx, yy = c * pose.mirror_x, -s * pose.mirror_y, s * pose.mirror_x, c * pose.mirror_y
    return np.array([[xx, xy, pose.x - (xx + xy) * middle], [yx, yy, pose.y - (yx + yy) * middle]])


def cut(source: Pixels, maps: Sequence[npt.NDArray[np.float64]], size: int) -> npt.NDArray[np.uint8]:
    """Cut one crop per map, bilinear, with the border repeated: (n, size, size, channels) uint8."""
    crops = np.empty((len(maps), size, size, source.shape[2]), np.uint8)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    for crop, inverse in zip(crops, maps, strict=True):
        cv2.warpAffine(source, inverse, (size, size), dst=crop, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return crops
