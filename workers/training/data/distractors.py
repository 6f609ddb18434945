"""Large vessels in the plane of the skin, painted into labelled frames: no capillaries, and rare among the labels.

One scene of the labelled frames holds four fifths of all such vessels: if it is held out, almost none is left to train
on.
"""

import zlib
from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from stream.protocol.contracts import Pixels
from workers.runtimes.card import ProposalsName
from workers.training.data.augment import seeded
from workers.training.data.disturbances.mix import disturbed
from workers.training.data.labels import Label, Mask, read_frame, shares
from workers.training.data.samples import Samples, read_samples, samples_of

BLUE: Final = (0.4, 0.6)
RED: Final = (0.15, 0.5)
"""Darkening of blue and red relative to green, as of labelled vessels."""

# Ranges (least, most) of what is drawn at random for each frame or vessel.
COUNT: Final = (6, 12)
DARKNESS: Final = (0.06, 0.13)  # share of the light that is lost in green
WIDTH_PX: Final = (12.0, 38.0)
LENGTH_PX: Final = (90.0, 420.0)
STEP_PX: Final = 12.0
BRANCHING: Final = 0.5  # share of vessels with a branch
PAINTED: Final = 0.5
"""A patch is a painted vessel if at least half of it is painted, and none of it is a labelled capillary."""

Paint = npt.NDArray[np.float32]
"""(height, width) float32: share of the light that is lost in green, 0..1."""


def painted_samples(folder: Path, proposals_by: ProposalsName, times: int, copies: int = 0) -> dict[str, Samples]:
    """Read every labelled frame under `folder`, and make its painted copies; returns samples by frame.

    times: copies with vessels painted in. copies: disturbed copies of the whole frame. Raises SourceError.
    """
    samples = read_samples(folder, proposals_by)

    def painted(name: str, frame: Samples) -> tuple[Samples, ...]:
        pixels = read_frame(folder, name)
        vessels = (with_vessels(pixels, frame.label, n, proposals_by) for n in range(times))
        return (*vessels, *(with_disturbance(pixels, frame.label, n, proposals_by) for n in range(copies)))

    return {
        name: replace(frame, painted=painted(name, frame))
        for name, frame in tqdm(samples.items(), desc="painting frames", disable=None, leave=False)
    }


def with_disturbance(pixels: Pixels, label: Label, seed: int, proposals_by: ProposalsName = "contrast") -> Samples:
    """Disturb a frame in light, focus and by drawn objects; returns all its regions as samples, those on objects as 0.

    pixels: (height, width, 3) uint8 BGR frame of `label`. The same disturbance for the same seed and frame.
    """
    disturbed_pixels, drawn = disturbed(pixels, seed, label.frame)
    return samples_of(disturbed_pixels, label, proposals_by, drawn)


def with_vessels(pixels: Pixels, label: Label, seed: int, proposals_by: ProposalsName = "contrast") -> Samples:
    """Paint vessels into a frame; returns those that are proposed as regions, as samples that are no capillaries.

    pixels: (height, width, 3) uint8 BGR frame of `label`. The same vessels for the same seed and frame.
    """
    random = seeded(seed, [zlib.crc32(label.frame.encode())])
    paint, mask = painting((label.height_px, label.width_px), random)
    colour = np.array([random.uniform(*BLUE), 1.0, random.uniform(*RED)], np.float32)
    darker = pixels * (1.0 - paint[..., np.newaxis] * colour)
    samples = samples_of(np.clip(np.rint(darker), 0, 255).astype(np.uint8), label, proposals_by)
    return _vessels(samples, [shares(p.polygon_px, [mask])[0] >= PAINTED for p in samples.proposals])


def _vessels(samples: Samples, painted: list[bool]) -> Samples:
    """Return those of the painted proposals that touch no labelled capillary, as vessels."""
    free = (samples.target == 0) & np.array(painted, bool)
    return replace(
        samples,
        proposals=[p for p, kept in zip(samples.proposals, free, strict=True) if kept],
        right=samples.right[free],
        ignored=np.ones(int(free.sum()), bool),
        target=samples.target[free],
        coverage=samples.coverage[:, free],
        traits=samples.traits[free],
    )


def painting(shape: tuple[int, int], random: np.random.Generator) -> tuple[Paint, Mask]:
    """Paint some vessels on an empty frame of `shape` (height, width); returns the paint, and the vessels' mask."""
    paint, everywhere = np.zeros(shape, np.float32), np.zeros(shape, np.uint8)
    for _ in range(random.integers(*COUNT)):
        vessel = np.zeros(shape, np.uint8)
        start = random.uniform(0.0, 1.0, 2) * shape[::-1]
        heading, width = random.uniform(0.0, 2.0 * np.pi), random.uniform(*WIDTH_PX)
        bends = draw(vessel, start, heading, width, random)
        if random.random() < BRANCHING:
            draw(vessel, bends[len(bends) // 2], heading + random.choice([-1.0, 1.0]), 0.8 * width, random)
        soft = cv2.GaussianBlur(vessel.astype(np.float32), (0, 0), random.uniform(3.0, 0.35 * width + 3.0))
        paint = np.maximum(paint, soft * np.float32(random.uniform(*DARKNESS)))
        everywhere |= vessel
    return paint, everywhere


def draw(
    vessel: Mask, start: npt.NDArray[np.float64], heading: float, width: float, random: np.random.Generator
) -> list[npt.NDArray[np.float64]]:
    """Draw one winding tube into a mask; returns its middle line, points x, y in px. heading: radians; width: px."""
    points = [start]
    for _ in range(int(random.uniform(*LENGTH_PX) / STEP_PX)):
        heading += random.normal(0.0, 0.18)
        points.append(points[-1] + STEP_PX * np.array([np.cos(heading), np.sin(heading)]))
        thickness = max(4, round(width * float(np.exp(random.normal(0.0, 0.15)))))
        ends = [tuple(int(v) for v in np.rint(point)) for point in points[-2:]]
        cv2.line(vessel, ends[0], ends[1], (1,), thickness)
    return points
