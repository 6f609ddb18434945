"""Outlines as COCO object detection: images, categories, annotations (https://cocodataset.org/#format-data)."""

import json
from pathlib import Path
from typing import Any, Final

from stream.console.text import counted
from stream.session.archive import Archive
from stream.session.exports.outlines import OutlinePoints, area_px, outlines_of
from stream.version import VERSION

CAPILLARY: Final = "capillary"


def write(archive: Archive, path: Path) -> str:
    """Write all outlines as one JSON file, and say how many. Raises UsageError, OutputError, OSError."""
    document = coco(archive)
    path.write_text(json.dumps(document) + "\n", encoding="utf-8")
    return f"{counted(len(document['annotations']), 'outline')} on {counted(len(document['images']), 'frame')}"


def coco(archive: Archive) -> dict[str, Any]:
    """Return the document. An image has the name of its picture, or of its frame in the recording."""
    facts = archive.facts()
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    categories = {CAPILLARY: 1}
    size = {"width": facts.get("width"), "height": facts.get("height")}
    for frame in outlines_of(archive):
        named_by = {"file_name": frame.frame, "frame": frame.frame, "time_s": frame.time_s}
        images.append({"id": frame.seq + 1, **named_by, **size})
        named = [(CAPILLARY, polygon, score) for polygon, score in frame.capillaries]
        for name, polygon, score in [*named, *((name, polygon, None) for name, polygon in frame.objects)]:
            category = categories.setdefault(name, len(categories) + 1)
            annotations.append(_annotation(len(annotations) + 1, frame.seq + 1, category, polygon, score))
    info = {
        "description": f"Capillary Stream {VERSION}, {facts.get('model_id') or 'unknown model'}",
        "version": VERSION,
    }
    return {
        "info": info,
        "images": images,
        "categories": [{"id": number, "name": name} for name, number in categories.items()],
        "annotations": annotations,
    }


def _annotation(number: int, image: int, category: int, polygon: OutlinePoints, score: float | None) -> dict[str, Any]:
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    annotation = {
        "id": number,
        "image_id": image,
        "category_id": category,
        "segmentation": [polygon.ravel().tolist()],
        "bbox": [*low.tolist(), *(high - low + 1).tolist()],
        "area": area_px(polygon),
        "iscrowd": 0,
    }
    return annotation if score is None else annotation | {"score": score}
