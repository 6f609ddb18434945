"""`models explain`: from a frame to the files that show why each region was accepted or rejected."""

from pathlib import Path

import cv2
import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from stream.errors import ModelError, OutputError
from stream.protocol.contracts import Pixels
from stream.protocol.measures import ANALYSED
from stream.protocol.outlines import corners
from workers.capillary.examine import Examined, examine
from workers.capillary.explain import Grade, RegionVerdict, annotated, contact_sheet, judged
from workers.runtimes.card import Card, checked_weights, read_card
from workers.runtimes.loading import load
from workers.shipped import own_runtime, weights_path


class ExplainedRegion(Struct, frozen=True, kw_only=True):
    """A proposal in explain.json; `number` is the one in the pictures."""

    number: int
    verdict: Grade
    capillary: bool
    score: float
    area_px: float
    polygon_px: list[tuple[int, int]]


class ExplainedObject(Struct, frozen=True, kw_only=True):
    """Something in explain.json that is not tissue; `share_pct` of the frame."""

    name: str
    area_px: float
    share_pct: float
    polygon_px: list[tuple[int, int]]


class Explanation(Struct, frozen=True, kw_only=True):
    """explain.json: densities in percent, as a reading has them. `analysed_pct`: None if unknown."""

    frame: str
    width_px: int
    height_px: int
    model_id: str
    threshold: float
    density_pct: float
    density_low_pct: float
    density_high_pct: float
    analysed_pct: float | None
    quality: str
    quality_reasons: tuple[str, ...]
    regions: list[ExplainedRegion]
    objects: list[ExplainedObject]


def explain(name: str, pixels: Pixels, output: Path, model: str = "default") -> Explanation:
    """Write annotated.png, regions.png and explain.json into `output`, and return what the last one says.

    pixels: (height, width, 3) uint8 BGR; `name` is written beside the picture. Scores are those of the runtime that the
    weights are made for; heat maps come from the model's Keras weights. Raises ModelError, OutputError.
    """
    weights = weights_path(model)
    card = read_card(weights)
    if card.keras is None:
        raise ModelError(f"The model {card.name} has no Keras weights, and heat maps need them.")
    content = checked_weights(weights.parent, card.keras)
    examined = examine(card, load(card, weights, own_runtime(weights)), pixels)
    from workers.runtimes.keras import KerasRuntime

    heats = KerasRuntime(content, card.shape).heat_maps(examined.crops)
    verdicts = judged(examined.regions, heats, examined.threshold)
    result = _explanation(name, pixels, card, examined, verdicts)
    note = f"density {result.density_pct:.2f} %   quality {', '.join((result.quality, *result.quality_reasons))}"
    _write(
        output, "annotated.png", _png(annotated(pixels, verdicts, examined.analysis.objects, examined.threshold, note))
    )
    title = f"{name}   {card.model_id}   threshold {examined.threshold:.2f}   {note}"
    _write(output, "regions.png", _png(contact_sheet(pixels, verdicts, card.input, title)))
    _write(output, "explain.json", msgspec.json.format(msgspec.json.encode(result), indent=0) + b"\n")
    return result


def _explanation(
    name: str, pixels: Pixels, card: Card, examined: Examined, verdicts: list[RegionVerdict]
) -> Explanation:
    analysis = examined.analysis
    return Explanation(
        frame=name,
        width_px=pixels.shape[1],
        height_px=pixels.shape[0],
        model_id=card.model_id,
        threshold=examined.threshold,
        density_pct=analysis.density_pct,
        density_low_pct=analysis.density_low_pct,
        density_high_pct=analysis.density_high_pct,
        analysed_pct=analysis.measures.get(ANALYSED.keys[0]),
        quality=analysis.quality.verdict,
        quality_reasons=analysis.quality.reasons,
        regions=[
            ExplainedRegion(
                number=verdict.number,
                verdict=verdict.grade,
                capillary=verdict.capillary,
                score=round(verdict.region.score, 4),
                area_px=verdict.region.area_px,
                polygon_px=_pairs(verdict.region.polygon_px),
            )
            for verdict in verdicts
        ],
        objects=[
            ExplainedObject(
                name=found.name,
                area_px=found.area_px,
                share_pct=round(100 * found.area_px / (pixels.shape[0] * pixels.shape[1]), 2),
                polygon_px=_pairs(corners(found.polygon_px)),
            )
            for found in analysis.objects
        ],
    )


def _pairs(polygon: npt.NDArray[np.int32]) -> list[tuple[int, int]]:
    return [(x, y) for x, y in polygon.tolist()]


def _png(pixels: Pixels) -> bytes:
    return cv2.imencode(".png", pixels)[1].tobytes()


def _write(folder: Path, name: str, content: bytes) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    except OSError as error:
        raise OutputError(f"Cannot write {folder / name}: {error.strerror}.") from error
