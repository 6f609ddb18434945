"""Pictures of the page as it should look: small, in shades of grey, compared with some tolerance.

A quarter of the size in grey forgets how letters are smoothed, and keeps what is there and where. Boxes of the elements
say in words what a difference of pictures only shows.
"""

import json
import os
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]

RENEW: Final = os.environ.get("CAPILLARY_EXPECTED") == "renew"
"""Whether pictures and boxes are kept as what is expected from now on, instead of being compared."""
_KEPT: Final = Path(os.environ["CAPILLARY_SCREENSHOTS"]) if "CAPILLARY_SCREENSHOTS" in os.environ else None
"""Where all pictures are kept in full size, for people to look at."""
_FOLDER: Final = Path(__file__).parent / "expected"
_SMALLER: Final = 4
_UNLIKE: Final = 26
"""Difference of two blurred pictures, of 255, that is more than another smoothing of letters."""
_MOVED_PX: Final = 6


def unlike_picture(name: str, pngs: list[bytes], left_in: Path) -> list[str]:
    """Return what is wrong with pictures of a page, one below the other: a sentence that names where it is left."""
    whole = np.vstack([_decoded(png) for png in pngs])
    seen, path, stem = _reduced(whole), _FOLDER / f"{name}.png", name.replace("/", "-")
    if _KEPT:
        _write(_KEPT / f"{stem}.png", whole)
    found, difference = _compared(path, seen)
    if not found:
        return []
    if RENEW:
        _write(path, seen)
        return []
    left = (_KEPT or left_in) / f"{stem}.png"
    _write(left, whole)
    _write(left.with_stem(f"{stem}-difference"), cv2.convertScaleAbs(difference, alpha=4).astype(np.uint8))
    return [f"{name}: {found}; see {left} and {stem}-difference.png"]


def moved_boxes(name: str, boxes: dict[str, list[int]]) -> list[str]:
    """Return which elements are missing, new, or not where they should be."""
    path = _FOLDER / f"{name.split('/')[0]}.json"
    known: dict[str, dict[str, list[int]]] = json.loads(path.read_text()) if path.is_file() else {}
    expected = known.get(name, {})
    gone = [f"{name}: #{key} is missing" for key in expected if key not in boxes]
    new = [f"{name}: #{key} is new" for key in boxes if key not in expected]
    moved = [
        f"{name}: #{key} lies at {boxes[key]} instead of {box} (left, top, width, height)"
        for key, box in expected.items()
        if key in boxes and np.abs(np.subtract(boxes[key], box)).max() > _MOVED_PX
    ]
    if RENEW and (gone or new or moved):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_compact(known | {name: boxes}))
        return []
    return gone + new + moved


def _compared(path: Path, seen: Picture) -> tuple[str, Picture]:
    """Return in what a small picture differs from the one that is kept (nothing: empty), and the difference."""
    if not path.is_file():
        return "there is no picture to compare with", seen
    expected = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
    if expected.shape != seen.shape:
        return f"{seen.shape[::-1]} instead of {expected.shape[::-1]} px", seen
    difference = cv2.absdiff(cv2.blur(expected, (3, 3)), cv2.blur(seen, (3, 3))).astype(np.uint8)
    row, column = np.unravel_index(int(difference.argmax()), difference.shape)
    if difference[row, column] <= _UNLIKE:
        return "", difference
    return f"unlike around ({column * _SMALLER}, {row * _SMALLER}) by {difference[row, column]}", difference


def _write(path: Path, picture: Picture) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])


def _compact(known: dict[str, Any]) -> str:
    """Return JSON with a line per screen."""
    lines = (f"{json.dumps(name)}: {json.dumps(known[name], separators=(',', ':'))}" for name in sorted(known))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _decoded(png: bytes) -> Picture:
    return np.asarray(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def _reduced(whole: Picture) -> Picture:
    height, width, _ = whole.shape
    size = (width // _SMALLER, height // _SMALLER)
    return cv2.resize(cv2.cvtColor(whole, cv2.COLOR_BGR2GRAY), size, interpolation=cv2.INTER_AREA).astype(np.uint8)
