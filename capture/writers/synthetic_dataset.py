"""Writes synthetic frames with their true outlines as a folder of labelled frames: training data free of any patient.

The folder has the shape that `models train` reads: frames/NAME.png, labels/NAME.json, and dataset.json, which says
what a model's card must pass on.
"""

import json
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from tqdm import tqdm

from capture.sources.synthetic import SyntheticMicroscope, SyntheticSettings
from stream.errors import OutputError
from stream.protocol.contracts import Pixels

_EVERY_S: Final = 7.0  # far enough apart that perfusion, focus and place differ
_LICENCE: Final = "synthetic frames: no patient, no restriction"
_ABOUT: Final = {
    "readers": "none: the microscope knows where it drew a capillary",
    "licence": "Apache-2.0, as the program: no patient's picture went into it, and no restriction comes from data",
    "limits": [
        "skin only: not for sublingual or nailfold video",
        "trained on a drawing of skin that resembles one microscope; its 90 % intervals hold less often on real frames",
        "faint capillaries of real skin are missed more often than drawn ones: density comes out low rather than high",
        "capillaries of 30 to 80 px",
    ],
}


def write_synthetic_dataset(output: Path, count: int, seed: int) -> None:
    """Write `count` frames, each of another synthetic patient. Same seed, same frames. Raises OutputError."""
    data = f"{count} synthetic frames, seed {seed}, drawn by this program's own microscope"
    try:
        for folder in ("frames", "labels"):
            (output / folder).mkdir(parents=True, exist_ok=True)
        (output / "dataset.json").write_text(json.dumps({"data": data, **_ABOUT}, indent=2) + "\n")
        for number in tqdm(range(count), "frames", disable=None):
            _write(output, f"s{number:04}", SyntheticSettings(seed=seed + number, episodes="steady"), number * _EVERY_S)
    except OSError as error:
        raise OutputError(f"the labelled frames cannot be written to {output}: {error.strerror}") from error


def _write(output: Path, name: str, settings: SyntheticSettings, time_s: float) -> None:
    source = SyntheticMicroscope(settings)
    index = int(time_s * settings.fps)
    source.seek(index)
    source.grab()
    pixels: Pixels = np.empty((source.height, source.width, 3), np.uint8)
    source.retrieve(pixels)
    if not cv2.imwrite(str(output / "frames" / f"{name}.png"), pixels):
        raise OSError(f"{name}.png")
    outlines = [outline for outline in source.outlines(index) if _is_inside(outline, source.width, source.height)]
    (output / "labels" / f"{name}.json").write_text(json.dumps(_label(name, source, outlines)) + "\n")


def _is_inside(outline: "np.ndarray[Any, np.dtype[np.int32]]", width: int, height: int) -> bool:
    """Return True if any part of it can be seen."""
    low, high = outline.min(axis=0), outline.max(axis=0)
    return bool(high[0] > 0 and high[1] > 0 and low[0] < width - 1 and low[1] < height - 1)


def _label(
    name: str, source: SyntheticMicroscope, outlines: "list[np.ndarray[Any, np.dtype[np.int32]]]"
) -> dict[str, Any]:
    """Return a label file: both "readers" know the truth."""
    limit = np.array([source.width - 1, source.height - 1])
    regions = []
    for number, outline in enumerate(outlines):
        polygon = np.clip(outline, 0, limit)
        x, y, width, height = cv2.boundingRect(polygon.astype(np.int32))
        regions.append(
            {
                "id": number,
                "label": "capillary",
                "reader_a": "C",
                "reader_b": "C",
                "count": 1,
                "loose": False,
                "bbox_xywh_px": [x, y, width, height],
                "area_px": float(cv2.contourArea(polygon.astype(np.int32))),
                "polygon_px": polygon.tolist(),
            }
        )
    return {
        "frame": name,
        "width_px": source.width,
        "height_px": source.height,
        "licence": _LICENCE,
        "regions": regions,
        "missed": {"reader_a": [], "reader_b": []},
    }
