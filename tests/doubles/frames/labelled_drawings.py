"""A few small labelled frames: drawings, in the form of a data set. Makes them; asserts nothing."""

from pathlib import Path

import cv2
import msgspec
import numpy as np

SIZE = (240, 320)


def drawn(folder: Path, count: int, **about: object) -> Path:
    """Draw frames n0, n1, … with labels and a dataset.json, which says `about` too; returns the folder."""
    for part in ("frames", "labels"):
        (folder / part).mkdir()
    random = np.random.default_rng(3)
    for number in range(count):
        draw(folder, f"n{number}", random)
    facts = {"data": f"{count} drawings", "readers": "none", "licence": "CC0", "limits": ["drawings"], **about}
    (folder / "dataset.json").write_bytes(msgspec.json.encode(facts))
    return folder


def draw(folder: Path, name: str, random: np.random.Generator) -> None:
    """Plain skin with dark red commas, which are capillaries, and dark round spots, which are not."""
    pixels = np.full((*SIZE, 3), (150, 140, 160), np.uint8)
    regions = []
    for number in range(16):
        x, y = (
            30 + 60 * (number % 5) + int(random.integers(0, 20)),
            30 + 55 * (number // 5) + int(random.integers(0, 15)),
        )
        if number % 2:
            cv2.circle(pixels, (x, y), 7, (105, 98, 130), -1)
            continue
        cv2.ellipse(pixels, (x, y), (14, 5), int(random.integers(0, 180)), 0, 360, (110, 95, 150), -1)
        box = [(x - 15, y - 15), (x + 15, y - 15), (x + 15, y + 15), (x - 15, y + 15)]
        regions.append({"label": "capillary", "reader_a": "C", "reader_b": "C", "polygon_px": box})
    label = {"frame": name, "width_px": SIZE[1], "height_px": SIZE[0], "regions": regions, "missed": {}}
    noisy = np.clip(cv2.GaussianBlur(pixels, (0, 0), 1.5) + random.normal(0, 1, pixels.shape), 0, 255)
    cv2.imwrite(str(folder / "frames" / f"{name}.png"), noisy.astype(np.uint8))
    (folder / "labels" / f"{name}.json").write_bytes(msgspec.json.encode(label))
