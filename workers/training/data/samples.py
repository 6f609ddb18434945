"""What the network learns from: regions proposed in labelled frames, and what each should be called.

Regions are proposed and cut with the code that runs at the bedside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from stream.pixels.colours import Colours
from stream.pixels.conversion import halved
from stream.protocol.contracts import Pixels
from workers.capillary.background import flat_field
from workers.capillary.crops import evened, picture
from workers.capillary.objects import find_objects
from workers.capillary.proposing import proposer
from workers.capillary.regions import Proposal
from workers.capillary.traits import measured
from workers.runtimes.card import ProposalsName
from workers.training.data.labels import COVER, GROWTH_PX, Label, Mask, filled, read_frame, read_labels, shares

HIDDEN: Final = 0.3
"""A patch of which an object covers this much shows the object, not what lies below."""


@dataclass(frozen=True)
class Samples:
    """One labelled frame, made ready for the network.

    picture: (height, width, 4) uint8 at half resolution, see `workers.capillary.crops.picture`, its contrast evened.
    proposals: the patches found in it; the arrays below have one entry for each.
    right, ignored: what the measure (`workers.training.evaluation.score`) says of each if it is called a capillary.
    target: the share of the two readers who call what lies there a capillary, 0, 0.5 or 1.
    coverage: (capillary labels, proposals) float32, the share of each label that each proposal covers.
    traits: (proposals, columns), see `workers.capillary.traits.measured`.
    painted: vessels that were painted into the same frame, without its other regions; see `distractors`.
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
        """Area of each proposal: (n,), full-frame px."""
        return np.array([proposal.area_px for proposal in self.proposals])


def samples_of(
    pixels: Pixels, label: Label, proposals_by: ProposalsName = "contrast", drawn: Mask | None = None
) -> Samples:
    """Propose regions in a frame, (height, width, 3) uint8 BGR, and judge them by its labels.

    drawn: (height, width) uint8, 1 where an object was drawn over the tissue: what lies on it is no capillary.
    """
    half = Colours.split(halved(pixels))
    quarter = half.halved()
    flat = flat_field(half, quarter, find_objects(quarter).mask)
    found = proposer(proposals_by)(half, flat)
    source = picture(flat, found)
    proposals = found.proposals
    shape = (label.height_px, label.width_px)
    masks = [
        filled(label.polygons("capillary") + label.boxes(), shape, GROWTH_PX),
        filled(label.polygons("uncertain", "vessel"), shape, GROWTH_PX),
        filled(label.polygons("uncertain"), shape, GROWTH_PX),
        np.zeros(shape, np.uint8) if drawn is None else drawn,
    ]
    covered = np.array([shares(p.polygon_px, masks) for p in proposals]).reshape(-1, 4)
    hidden = covered[:, 3] >= HIDDEN
    right = ~hidden & (covered[:, 0] >= COVER)
    uncertain = ~hidden & ~right & (covered[:, 2] >= COVER)
    target = np.where(right, 1.0, np.where(uncertain, 0.5, 0.0)).astype(np.float32)
    ignored = ~right & ((covered[:, 1] >= COVER) | hidden)
    return Samples(
        label,
        evened(source, found.depth),
        proposals,
        right,
        ignored,
        target,
        coverage_of(label, proposals),
        measured(source, found, proposals),
    )


def coverage_of(label: Label, proposals: Sequence[Proposal]) -> npt.NDArray[np.float32]:
    """Return the share of each capillary label that each proposal covers: (labels, proposals) float32."""
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
    """Read every labelled frame under `folder`; returns samples by frame. Raises SourceError."""
    labels = tqdm(read_labels(folder).items(), desc="reading frames", disable=None, leave=False)
    return {name: samples_of(read_frame(folder, name), label, proposals_by) for name, label in labels}
