"""Hard splits: learn from frames of one kind, score those of the other.

Faintness and the colour of the light are measured; what objects a picture has, its dataset says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from stream.protocol.contracts import Pixels
from workers.training.data.dataset_info import DatasetInfo
from workers.training.data.labels import Label, Polygon, filled, read_frame
from workers.training.data.splits import scenes_of

AROUND_PX: Final = 24
"""What surrounds a capillary: nearer than the next one, of which most are 100 px and more away."""
WARM: Final = 1.15
"""Red over blue. The microscope's own white light gives 1.00 to 1.03 on the labelled frames, other lamps 1.28 and more;
any limit in between gives the same frames."""


@dataclass(frozen=True)
class HardSplit:
    """Frames of a kind that shall be scored, and those that may be learned from: of no scene with such a frame."""

    name: str
    rule: str
    learned: list[str]
    scored: list[str]


def hard_splits(folder: Path, labels: Mapping[str, Label], info: DatasetInfo) -> list[HardSplit]:
    """Return the splits clear to faint, white light to warm, and without objects to with objects.

    Only those for which `folder` has frames to score, and two scenes to learn from.
    Raises SourceError.
    """
    pixels = {name: read_frame(folder, name) for name in labels}
    darkness = {name: darkness_of(pixels[name], label) for name, label in labels.items()}
    middle = float(np.median(list(darkness.values())))
    kinds = [
        (
            "clear to faint",
            f"faint: the median capillary is darker than its surroundings by less than {100 * middle:.1f} %, "
            "the median of all frames",
            [name for name in labels if darkness[name] < middle],
        ),
        (
            "white light to warm light",
            f"warm: the frame's mean red is more than {WARM} times its mean blue",
            [name for name in labels if warmth_of(pixels[name]) > WARM],
        ),
        (
            "without objects to with objects",
            "named by the dataset: hair, fibre, dirt or bubbles in the picture",
            [name for name in labels if name in info.with_objects],
        ),
    ]
    splits = [_split(name, rule, scored, list(labels), info.same_scene) for name, rule, scored in kinds]
    return [split for split in splits if split.scored and len(scenes_of(split.learned, info.same_scene)) > 1]


def darkness_of(pixels: Pixels, label: Label) -> float:
    """Return how much darker than its surroundings the frame's median capillary is in green, 0..1; 0 without any.

    pixels: (height, width, 3) uint8 BGR.
    """
    green = np.ascontiguousarray(pixels[:, :, 1])
    marked = filled([region.polygon_px for region in label.regions], green.shape)
    found = [_contrast(green, marked, polygon) for polygon in label.polygons("capillary")]
    return float(np.median(found)) if found else 0.0


def warmth_of(pixels: Pixels) -> float:
    """Return mean red over mean blue of a (height, width, 3) uint8 BGR frame."""
    blue, _, red, _ = cv2.mean(pixels)
    return red / max(blue, 1.0)


def _contrast(green: Pixels, marked: Pixels, polygon: Polygon) -> float:
    left, top, width, height = cv2.boundingRect(np.asarray(polygon, np.int32))
    x, y = max(0, left - AROUND_PX), max(0, top - AROUND_PX)
    window = np.s_[y : top + height + AROUND_PX, x : left + width + AROUND_PX]
    part, beside = green[window], marked[window] == 0
    inside = filled([[(px - x, py - y) for px, py in polygon]], part.shape) > 0
    if not inside.any() or not beside.any():
        return 0.0
    return 1.0 - float(np.median(part[inside])) / max(1.0, float(np.median(part[beside])))


def _split(
    name: str, rule: str, scored: Sequence[str], names: Sequence[str], same_scene: Sequence[Sequence[str]]
) -> HardSplit:
    learned = [frame for scene in scenes_of(names, same_scene) if not set(scene) & set(scored) for frame in scene]
    return HardSplit(name, rule, sorted(learned), sorted(scored))
