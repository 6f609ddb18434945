"""Random variations of crops that leave a capillary a capillary.

Crops are (n, size, size, channels) uint8; the first three channels are blue, green and red, the last the outlines.
Movements move all channels; changes of light leave the outlines as they are.
"""

from collections.abc import Sequence
from typing import Annotated

import cv2
import numpy as np
import numpy.typing as npt
from msgspec import Meta, Struct

from workers.capillary.background import PLAIN_SKIN
from workers.capillary.crops import Poses

Crops = npt.NDArray[np.uint8]
Colour = npt.NDArray[np.float32]
"""(n, size, size, 3) float32: blue, green, red, from which plain skin is subtracted."""

NOT_NEGATIVE = Meta(ge=0)
CHANCE = Meta(ge=0, le=1)


class Strength(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How far crops are varied at random; 0 leaves that variation out. Lengths in crop px, light in grey levels."""

    turn: Annotated[float, NOT_NEGATIVE, Meta(description="greatest rotation, radians")] = np.pi
    mirrored: Annotated[float, CHANCE, Meta(description="share of crops that are flipped")] = 0.5
    zoom: Annotated[float, NOT_NEGATIVE, Meta(description="greatest change of the logarithm of scale")] = 0.22
    shift: Annotated[float, NOT_NEGATIVE, Meta(description="greatest shift, as a share of the crop's side")] = 0.06
    bend: Annotated[float, NOT_NEGATIVE, Meta(description="standard deviation of the elastic displacement")] = 0.0
    contrast: Annotated[float, NOT_NEGATIVE, Meta(description="greatest change of the logarithm of contrast")] = 0.25
    tint: Annotated[float, NOT_NEGATIVE, Meta(description="the same, each colour its own")] = 0.12
    cast: Annotated[float, NOT_NEGATIVE, Meta(description="greatest brightness added, each colour its own")] = 5.0
    brightness: Annotated[float, NOT_NEGATIVE, Meta(description="greatest brightness added to all colours")] = 0.0
    grain: Annotated[float, NOT_NEGATIVE, Meta(description="greatest standard deviation of noise")] = 4.0
    blur: Annotated[float, NOT_NEGATIVE, Meta(description="greatest Gaussian sigma")] = 0.0
    compressed: Annotated[float, CHANCE, Meta(description="share of crops that pass through JPEG at 4:2:0")] = 0.0


def varied_poses(poses: Poses, random: np.random.Generator, strength: Strength) -> Poses:
    """Return poses of crops, see `workers.capillary.crops.poses`, turned, mirrored, zoomed and shifted at random."""
    limits = np.array([strength.shift, strength.shift, strength.zoom, strength.turn])
    drawn = np.array([[*random.uniform(-limits, limits), *random.random(2)] for _ in poses.x]).reshape(-1, 6)
    x, y, zoom, turn = drawn[:, :4].T
    mirrored = np.where(strength.mirrored > drawn[:, 4:].T, -1.0, 1.0)
    return Poses(
        poses.x + x * poses.side,
        poses.y + y * poses.side,
        poses.side * np.exp(zoom),
        poses.angle + turn,
        poses.mirror_x * mirrored[0],
        poses.mirror_y * mirrored[1],
    )


def varied(crops: Crops, random: np.random.Generator, strength: Strength) -> Crops:
    """Bend, light, blur and compress every crop its own way; returns the same shape."""
    bent = elastic(crops, random, strength.bend)
    colour = bent[..., :3].astype(np.float32) - PLAIN_SKIN
    colour = contrast(colour, random, strength.contrast, strength.tint)
    colour = brightness(colour, random, strength.brightness, strength.cast)
    colour = blur(colour, random, strength.blur)
    colour = grain(colour, random, strength.grain)
    lit = bent.copy()
    lit[..., :3] = np.clip(np.rint(colour + PLAIN_SKIN), 0, 255)
    return compression(lit, random, strength.compressed)


def elastic(crops: Crops, random: np.random.Generator, bend: float) -> Crops:
    """Displace all channels by a smooth random field, `bend` pixels in each direction (Simard 2003)."""
    if not bend:
        return crops
    size = crops.shape[1]
    y, x = np.mgrid[:size, :size].astype(np.float32)
    knots = random.normal(0.0, bend, (len(crops), 4, 4, 2)).astype(np.float32)
    bent = np.empty_like(crops)
    for crop, coarse, out in zip(crops, knots, bent, strict=True):
        field = cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)
        cv2.remap(crop, x + field[..., 0], y + field[..., 1], cv2.INTER_LINEAR, out, cv2.BORDER_REPLICATE)
    return bent


def contrast(colour: Colour, random: np.random.Generator, amount: float, tint: float) -> Colour:
    """Raise or lower the contrast to plain skin, by up to `amount` in all colours and `tint` in each."""
    n = len(colour)
    logarithm = random.uniform(-amount, amount, (n, 1, 1, 1)) + random.uniform(-tint, tint, (n, 1, 1, 3))
    return colour * np.exp(logarithm).astype(np.float32)


def brightness(colour: Colour, random: np.random.Generator, amount: float, cast: float) -> Colour:
    """Add or take light, up to `amount` grey levels in all colours and `cast` in each: a colour cast."""
    n = len(colour)
    added = random.uniform(-amount, amount, (n, 1, 1, 1)) + random.uniform(-cast, cast, (n, 1, 1, 3))
    return colour + added.astype(np.float32)


def blur(colour: Colour, random: np.random.Generator, sigma: float) -> Colour:
    """Put half of the crops out of focus, by a Gaussian of up to `sigma` pixels."""
    if not sigma:
        return colour
    blurred = colour.copy()
    sigmas = random.uniform(-sigma, sigma, len(colour))
    for crop, own in zip(blurred, sigmas, strict=True):
        if own > 0.2:  # less changes nothing
            crop[:] = cv2.GaussianBlur(crop, (0, 0), float(own))
    return blurred


def grain(colour: Colour, random: np.random.Generator, deviation: float) -> Colour:
    """Add noise with a standard deviation of up to `deviation` grey levels, each crop its own."""
    own = random.uniform(0.0, deviation, (len(colour), 1, 1, 1)).astype(np.float32)
    return colour + random.standard_normal(colour.shape, np.float32) * own


def compression(crops: Crops, random: np.random.Generator, share: float) -> Crops:
    """Pass a `share` of the crops' colours through JPEG of quality 30 to 80, colour at half resolution (4:2:0)."""
    if not share:
        return crops
    compressed = crops.copy()
    for number in np.flatnonzero(random.random(len(crops)) < share):
        crop = compressed[number]
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(30, 81))]
        crop[..., :3] = cv2.imdecode(cv2.imencode(".jpg", crop[..., :3], quality)[1], cv2.IMREAD_COLOR)
    return compressed


def seeded(seed: int, parts: Sequence[int]) -> np.random.Generator:
    """Return a generator of its own for each use (`parts`), so that no use shifts the random numbers of another."""
    return np.random.default_rng([seed, *parts])
