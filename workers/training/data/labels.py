"""The labelled frames: pictures, the outlines that two readers drew, and what they call each.

A folder holds frames/NAME.png or .jpg and labels/NAME.json.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import cv2
import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from stream.errors import SourceError
from stream.machine.text_files import TextError, read_text
from stream.protocol.contracts import Pixels

GROWTH_PX: Final = 6
COVER: Final = 0.25
"""A region is right if a quarter of it lies on capillary labels grown by 6 px: the measure's own words."""

Polygon = list[tuple[int, int]]
"""Corners x, y, in px of the full frame."""
Mask = npt.NDArray[np.uint8]
"""(height, width) uint8: 1 inside, 0 outside."""


class LabelledRegion(Struct, frozen=True):
    """One outline with what the two readers call it: C capillary, B faint capillary, V other vessel, X nothing."""

    label: Literal["capillary", "uncertain", "vessel", "other"]
    reader_a: Literal["C", "B", "V", "X"]
    reader_b: Literal["C", "B", "V", "X"]
    polygon_px: Polygon


class Missed(Struct, frozen=True):
    """A capillary without an outline: left, top, width, height in px."""

    bbox: tuple[int, int, int, int]


class Label(Struct, frozen=True):
    """All labels of a frame."""

    frame: str
    width_px: int
    height_px: int
    regions: list[LabelledRegion]
    missed: dict[str, list[Missed]]

    def polygons(self, *labels: str) -> list[Polygon]:
        """Return the outlines with one of these labels."""
        return [region.polygon_px for region in self.regions if region.label in labels]

    def boxes(self) -> list[Polygon]:
        """Return the boxes of missed capillaries, as polygons."""
        corners = [missed.bbox for reader in self.missed.values() for missed in reader]
        return [[(x, y), (x + w, y), (x + w, y + h), (x, y + h)] for x, y, w, h in corners]


def filled(polygons: Sequence[Polygon], shape: tuple[int, int], grow: int = 0) -> Mask:
    """Return the mask, of `shape` (height, width), of the polygons and of `grow` px around them."""
    mask = np.zeros(shape, np.uint8)
    for polygon in polygons:
        cv2.drawContours(mask, [np.asarray(polygon, np.int32).reshape(-1, 1, 2)], -1, (1,), -1)
    if not grow:
        return mask
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grow + 1, 2 * grow + 1))
    return cv2.dilate(mask, disc).astype(np.uint8, copy=False)


def readers_masks(label: Label) -> list[Mask]:
    """Return for each reader the mask of what that reader calls a capillary, faint or clear."""
    by_reader: list[list[Polygon]] = [
        [region.polygon_px for region in label.regions if region.reader_a in "CB"],
        [region.polygon_px for region in label.regions if region.reader_b in "CB"],
    ]
    return [filled(polygons, (label.height_px, label.width_px)) for polygons in by_reader]


def readers_density(label: Label) -> float:
    """Return the mean of the two readers' own densities, as a share of the frame."""
    return float(np.mean([mask.mean() for mask in readers_masks(label)]))


def shares(polygon: npt.NDArray[np.int32], masks: Sequence[Mask]) -> list[float]:
    """Return for each mask the share of the polygon's pixels that it covers; 0 for a polygon outside the frame.

    polygon: (n, 2) int32, x then y.
    """
    left, top, width, height = cv2.boundingRect(polygon)
    x0, y0 = max(0, left), max(0, top)
    window = np.s_[y0 : max(0, top + height), x0 : max(0, left + width)]
    inside = np.zeros(masks[0][window].shape, np.uint8)
    if not inside.size:
        return [0.0] * len(masks)
    cv2.drawContours(inside, [(polygon - [x0, y0]).astype(np.int32)], -1, (1,), -1)
    chosen = inside > 0
    return [float(mask[window][chosen].mean()) if chosen.any() else 0.0 for mask in masks]


def read_labels(folder: Path) -> dict[str, Label]:
    """Read `folder`/labels/*.json; returns labels by frame. Raises SourceError if there are none, or one is broken."""
    try:
        paths = sorted((folder / "labels").glob("*.json"))
        labels = [msgspec.json.decode(read_text(path), type=Label) for path in paths]
    except (TextError, msgspec.DecodeError) as error:
        raise SourceError(f"A label file under {folder} is not as its README describes: {error}.") from error
    if not labels:
        raise SourceError(f"No labels/*.json under {folder}: give the folder that holds frames/ and labels/.")
    return {label.frame: label for label in labels}


def frame_path(folder: Path, name: str) -> Path:
    """Return the path of the picture of frame `name`. Raises SourceError if there is none."""
    for suffix in (".png", ".jpg", ".jpeg"):
        path = folder / "frames" / (name + suffix)
        if path.is_file():
            return path
    raise SourceError(f"No picture {name}.png or .jpg under {folder / 'frames'}.")


def read_frame(folder: Path, name: str) -> Pixels:
    """Read frame `name`; returns (height, width, 3) uint8 BGR. Raises SourceError."""
    path = frame_path(folder, name)
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise SourceError(f"{path} cannot be decoded as a picture.")
    return pixels.astype(np.uint8, copy=False)
