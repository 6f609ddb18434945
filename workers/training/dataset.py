"""The labelled frames, and what each proposed region in them should be called. Cuts regions with the run-time code."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import cv2
import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct
from tqdm import tqdm

from stream.errors import SourceError
from stream.protocol.contracts import Pixels
from workers.capillary.background import flat_field, halved
from workers.capillary.crops import picture
from workers.capillary.proposing import proposer
from workers.capillary.regions import Proposal
from workers.capillary.traits import measured
from workers.runtimes.card import ProposalsName

GROWTH_PX: Final = 6
COVER: Final = 0.25
"""A region is right when a quarter of it lies on capillary labels grown by 6 px: the measure's own words."""

Polygon = list[tuple[int, int]]
Mask = npt.NDArray[np.uint8]


class LabelledRegion(Struct, frozen=True):
    """One outline with the two readers' verdicts: C capillary, B faint capillary, V other vessel, X none."""

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
        """Outlines with one of these labels."""
        return [region.polygon_px for region in self.regions if region.label in labels]

    def boxes(self) -> list[Polygon]:
        """Boxes of missed capillaries, as polygons."""
        corners = [missed.bbox for reader in self.missed.values() for missed in reader]
        return [[(x, y), (x + w, y), (x + w, y + h), (x, y + h)] for x, y, w, h in corners]


@dataclass(frozen=True)
class Samples:
    """One labelled frame, made ready for the network.

    picture: (height, width, 4) uint8 at half resolution, see `workers.capillary.crops.picture`.
    proposals: the patches found in it; the arrays below have one entry for each.
    right, ignored: what the measure would say of each, were it called a capillary.
    target: the share of the two readers who call what lies there a capillary, 0, 0.5 or 1.
    coverage: (capillary labels, proposals), the share of each label that each proposal covers.
    traits: (proposals, columns), see `workers.capillary.traits.measured`.
    painted: the same frame with vessels painted into it, those vessels alone.
    """

    label: Label
    picture: Pixels
    proposals: list[Proposal]
    right: npt.NDArray[np.bool_]
    ignored: npt.NDArray[np.bool_]
    target: npt.NDArray[np.float32]
    coverage: npt.NDArray[np.float32]
    traits: npt.NDArray[np.float64]
    painted: tuple["Samples", ...] = ()

    @property
    def areas_px(self) -> npt.NDArray[np.float64]:
        """(n,) area of each proposal, full-frame px."""
        return np.array([proposal.area_px for proposal in self.proposals])


def filled(polygons: Sequence[Polygon], shape: tuple[int, int], grow: int = 0) -> Mask:
    """(height, width) uint8, 1 inside the polygons and within `grow` px of them."""
    mask = np.zeros(shape, np.uint8)
    for polygon in polygons:
        cv2.drawContours(mask, [np.asarray(polygon, np.int32).reshape(-1, 1, 2)], -1, (1,), -1)
    if not grow:
        return mask
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grow + 1, 2 * grow + 1))
    return cv2.dilate(mask, disc).astype(np.uint8, copy=False)


def shares(polygon: npt.NDArray[np.int32], masks: Sequence[Mask]) -> list[float]:
    """For each mask, the share of the polygon's pixels that it covers; 0 for a polygon outside the frame."""
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
    """Labels by frame from `folder`/labels/*.json. Raises SourceError."""
    try:
        paths = sorted((folder / "labels").glob("*.json"))
        labels = [msgspec.json.decode(path.read_bytes(), type=Label) for path in paths]
    except msgspec.DecodeError as error:
        raise SourceError(f"A label file under {folder} is not as its README describes: {error}.") from error
    if not labels:
        raise SourceError(f"No labels/*.json under {folder}: give the folder that holds frames/ and labels/.")
    return {label.frame: label for label in labels}


def frame_path(folder: Path, name: str) -> Path:
    """The picture of frame `name`. Raises SourceError."""
    for suffix in (".png", ".jpg", ".jpeg"):
        path = folder / "frames" / (name + suffix)
        if path.is_file():
            return path
    raise SourceError(f"No picture {name}.png or .jpg under {folder / 'frames'}.")


def read_frame(folder: Path, name: str) -> Pixels:
    """(height, width, 3) uint8 BGR pixels of frame `name`. Raises SourceError."""
    path = frame_path(folder, name)
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise SourceError(f"{path} cannot be decoded as a picture.")
    return pixels.astype(np.uint8, copy=False)


def samples_of(pixels: Pixels, label: Label, proposals_by: ProposalsName = "contrast") -> Samples:
    """Propose regions in a frame and judge them by its labels."""
    half = halved(pixels)
    flat = flat_field(half)
    found = proposer(proposals_by)(half, flat)
    proposals = found.proposals
    shape = (label.height_px, label.width_px)
    masks = [
        filled(label.polygons("capillary") + label.boxes(), shape, GROWTH_PX),
        filled(label.polygons("uncertain", "vessel"), shape, GROWTH_PX),
        filled(label.polygons("uncertain"), shape, GROWTH_PX),
    ]
    covered = np.array([shares(p.polygon_px, masks) for p in proposals]).reshape(-1, 3)
    right = covered[:, 0] >= COVER
    uncertain = ~right & (covered[:, 2] >= COVER)
    target = np.where(right, 1.0, np.where(uncertain, 0.5, 0.0)).astype(np.float32)
    ignored = ~right & (covered[:, 1] >= COVER)
    return Samples(
        label,
        picture(flat, found),
        proposals,
        right,
        ignored,
        target,
        coverage_of(label, proposals),
        measured(flat, found, proposals),
    )


def coverage_of(label: Label, proposals: Sequence[Proposal]) -> npt.NDArray[np.float32]:
    """(capillary labels, proposals) float32: the share of each label that each proposal covers."""
    owner = np.zeros((label.height_px, label.width_px), np.int32)
    for number, found in enumerate(proposals, start=1):
        cv2.drawContours(owner, [found.polygon_px], -1, (number,), -1)
    capillaries = label.polygons("capillary")
    coverage = np.zeros((len(capillaries), len(proposals)), np.float32)
    for row, polygon in zip(coverage, capillaries, strict=True):
        corners = np.asarray(polygon, np.int32)
        left, top, width, height = cv2.boundingRect(corners)
        inside = filled([(corners - [left, top]).tolist()], (height, width)) > 0
        counts = np.bincount(owner[top : top + height, left : left + width][inside], minlength=len(proposals) + 1)
        row[:] = counts[1:] / inside.sum()
    return coverage


def read_samples(folder: Path, proposals_by: ProposalsName = "contrast") -> dict[str, Samples]:
    """Every labelled frame under `folder`, by name. Raises SourceError."""
    labels = tqdm(read_labels(folder).items(), desc="reading frames", disable=None, leave=False)
    return {name: samples_of(read_frame(folder, name), label, proposals_by) for name, label in labels}


def scenes_of(names: Sequence[str], same_scene: Sequence[Sequence[str]]) -> list[list[str]]:
    """`names` by scene, in order of first appearance."""
    scene: Mapping[str, str] = {name: min(group) for group in same_scene for name in group}
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(scene.get(name, name), []).append(name)
    return list(groups.values())


def folds_of(names: Sequence[str], count: int, seed: int, same_scene: Sequence[Sequence[str]] = ()) -> list[list[str]]:
    """`names` in `count` folds of nearly equal size, each scene in one fold alone, the same for the same seed."""
    scenes = scenes_of(names, same_scene)
    order = sorted(scenes, key=lambda scene: (-len(scene), zlib.crc32(f"{seed} {min(scene)}".encode())))
    folds: list[list[str]] = [[] for _ in range(count)]
    for scene in order:
        min(folds, key=len).extend(scene)
    return [sorted(fold) for fold in folds]
