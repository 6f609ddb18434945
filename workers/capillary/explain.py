"""Pictures that show why: the frame with every verdict, and a sheet with a heat map for every region.

Arrays in, arrays out: knows no file, no model, and no library that runs networks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from stream.protocol.contracts import PictureObject, Pixels, Region
from workers.capillary.crops import cut, placements, poses
from workers.capillary.regions import proposal
from workers.runtimes.card import Input

Grade = Literal["accepted", "borderline", "rejected"]
Heat = npt.NDArray[np.float32]

MARGIN: Final = 0.15
"""A score this close to the threshold is borderline: another reader, or the next frame, might decide otherwise."""

GRADES: Final[tuple[Grade, ...]] = ("accepted", "borderline", "rejected")
_COLOUR: Final = {"accepted": (80, 220, 90), "borderline": (255, 176, 0), "rejected": (170, 170, 170)}
"""RGB."""

_HATCH: Final = (255, 255, 255)
_HATCH_PX: Final = 12
"""From one line of a hatching to the next, along a row."""

_CUT_PX: Final = 132
_GAP_PX: Final = 10
_TEXT_PX: Final = 22
_CONTRAST: Final = 4.0
_FOR: Final = (255, 40, 0)
_AGAINST: Final = (30, 90, 255)
_COLUMNS: Final = 6
_SHOWN: Final = 48
_PAPER: Final = (24, 24, 27)
_INK: Final = (235, 235, 235)


@dataclass(frozen=True, slots=True)
class RegionVerdict:
    """One proposal, judged. `number` counts from 1 in order of falling score and stands in both pictures."""

    number: int
    region: Region
    grade: Grade
    capillary: bool
    heat: Heat


def judged(regions: Sequence[Region], heats: Heat, threshold: float) -> list[RegionVerdict]:
    """Return the verdicts on all proposals, most probable first. `heats`: (n, rows, columns), one map per region."""
    order = sorted(range(len(regions)), key=lambda i: -regions[i].score)
    return [
        RegionVerdict(number, regions[i], grade(regions[i].score, threshold), regions[i].score >= threshold, heats[i])
        for number, i in enumerate(order, start=1)
    ]


def grade(score: float, threshold: float) -> Grade:
    """Return accepted, rejected, or borderline: too close to the threshold to be either."""
    if abs(score - threshold) < MARGIN:
        return "borderline"
    return "accepted" if score > threshold else "rejected"


def annotated(
    pixels: Pixels,
    verdicts: Sequence[RegionVerdict],
    objects: Sequence[PictureObject],
    threshold: float,
    note: str,
) -> Pixels:
    """Draw every proposal's outline into the frame, thick if it counts as a capillary, and a legend below.

    What is not tissue is hatched, with its name. (height + 40, width, 3) uint8 BGR from (height, width, 3) uint8 BGR.
    """
    height, width = pixels.shape[:2]
    drawn = _hatched(np.ascontiguousarray(pixels[:, :, ::-1]), objects)
    for verdict in reversed(verdicts):
        line = 2 if verdict.capillary else 1
        cv2.polylines(drawn, [verdict.region.polygon_px], True, _COLOUR[verdict.grade], line, cv2.LINE_AA)
    page = Image.new("RGB", (width, height + 40), _PAPER)
    page.paste(Image.fromarray(drawn))
    draw = ImageDraw.Draw(page)
    for found in objects:
        left, top = found.polygon_px.min(axis=0).tolist()
        place = (min(left, width - 60), max(0, top - 17))
        draw.text(place, found.name, _HATCH, ImageFont.load_default(14), stroke_width=2, stroke_fill=(0, 0, 0))
    for verdict in reversed(verdicts):
        if verdict.grade != "rejected":
            left, top, *_ = verdict.region.bbox_xywh_px
            text, colour = f"{verdict.number}: {verdict.region.score:.2f}", _COLOUR[verdict.grade]
            place = (min(left, width - 60), max(0, top - 17))
            draw.text(place, text, colour, ImageFont.load_default(14), stroke_width=2, stroke_fill=(0, 0, 0))
    _legend(draw, (12, height + 10), verdicts, f"threshold {threshold:.2f}   {note}")
    return _bgr(page)


def _hatched(frame: Pixels, objects: Sequence[PictureObject]) -> Pixels:
    """Return the frame with lines over its objects, and a line around each."""
    covered = np.zeros(frame.shape[:2], np.uint8)
    for found in objects:
        cv2.fillPoly(covered, [found.polygon_px], 1)
    rows, columns = np.nonzero(covered)
    lines = (rows + columns) % _HATCH_PX < _HATCH_PX // 4
    frame[rows[lines], columns[lines]] = _HATCH
    cv2.polylines(frame, [found.polygon_px for found in objects], True, _HATCH, 1, cv2.LINE_AA)
    return frame


def contact_sheet(pixels: Pixels, verdicts: Sequence[RegionVerdict], view: Input, title: str) -> Pixels:
    """Draw each region enlarged beside its heat map: accepted, borderline, rejected. (height, width, 3) uint8 BGR.

    All heat maps have one scale, so that a pale one means little evidence. Of each kind at most 48 are shown, those
    nearest to the other side.
    """
    groups = [(grade, _nearest(grade, verdicts)) for grade in GRADES]
    width = _COLUMNS * (2 * _CUT_PX + _GAP_PX) + _GAP_PX
    step = _CUT_PX + _TEXT_PX + _GAP_PX
    rows = [-(-len(shown) // _COLUMNS) for _, shown in groups]
    page = Image.new("RGB", (width, 84 + sum(40 + row * step for row in rows)), _PAPER)
    draw = ImageDraw.Draw(page)
    _title(draw, title)
    scale = max([float(np.percentile(np.abs([v.heat for v in verdicts]), 95)), 1e-9] if verdicts else [1.0])
    top = 84
    for (kind, shown), row in zip(groups, rows, strict=True):
        total = sum(verdict.grade == kind for verdict in verdicts)
        count = f"{total}" if total == len(shown) else f"{len(shown)} of {total}, those nearest to the threshold"
        draw.text((_GAP_PX, top + 8), f"{kind} ({count})", _COLOUR[kind], ImageFont.load_default(18))
        for place, verdict in enumerate(shown):
            corner = (_GAP_PX + place % _COLUMNS * (2 * _CUT_PX + _GAP_PX), top + 40 + place // _COLUMNS * step)
            _tile(page, draw, corner, pixels, verdict, view, scale)
        top += 40 + row * step
    return _bgr(page)


def _nearest(kind: Grade, verdicts: Sequence[RegionVerdict]) -> list[RegionVerdict]:
    own = [verdict for verdict in verdicts if verdict.grade == kind]
    return own[-_SHOWN:] if kind == "accepted" else own[:_SHOWN]


def _tile(
    page: Image.Image,
    draw: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    pixels: Pixels,
    verdict: RegionVerdict,
    view: Input,
    scale: float,
) -> None:
    seen, outline = enlarged(pixels, verdict.region, view)
    warm = overlaid(seen, verdict.heat / scale)
    for x, image in ((corner[0], seen), (corner[0] + _CUT_PX, warm)):
        cv2.polylines(image, [outline], True, _COLOUR[verdict.grade], 1, cv2.LINE_AA)
        page.paste(Image.fromarray(image), (x, corner[1]))
    text = f"{verdict.number}:  score {verdict.region.score:.2f}   {verdict.region.area_px:.0f} px"
    draw.text((corner[0], corner[1] + _CUT_PX + 2), text, _INK, ImageFont.load_default(14))


def enlarged(pixels: Pixels, region: Region, view: Input) -> tuple[Pixels, npt.NDArray[np.int32]]:
    """Return what the network was shown of the frame, (132, 132, 3) uint8 RGB, and the outline in it, (n, 2) int32.

    Contrast is raised around the part's mean colour, by the same factor for every part: a faint one stays faint.
    """
    at = poses([proposal(region.polygon_px // 2)], view.context, view.min_side_px)
    maps = placements(at._replace(x=2 * at.x, y=2 * at.y, side=2 * at.side), _CUT_PX)
    seen = cut(pixels, maps, _CUT_PX)[0, :, :, ::-1].astype(np.float32)
    tint = seen.mean(axis=(0, 1))
    raised = np.clip(tint + _CONTRAST * (seen - tint), 0, 255).astype(np.uint8)
    outline = (region.polygon_px - maps[0, :, 2]) @ np.linalg.inv(maps[0, :, :2]).T
    return np.ascontiguousarray(raised), np.rint(outline).astype(np.int32)


def overlaid(seen: Pixels, heat: Heat) -> Pixels:
    """Return the part in grey, reddened by evidence for a capillary and blued by evidence against; `heat` in -1..1."""
    size = seen.shape[0]
    strength = np.clip(cv2.resize(heat, (size, size), interpolation=cv2.INTER_CUBIC), -1.0, 1.0)[:, :, np.newaxis]
    grey = np.repeat(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY)[:, :, np.newaxis], 3, axis=2).astype(np.float32)
    tint = np.where(strength > 0, np.array(_FOR, np.float32), np.array(_AGAINST, np.float32))
    share = 0.65 * np.abs(strength)
    return np.ascontiguousarray(grey * (1 - share) + tint * share).astype(np.uint8)


def _title(draw: ImageDraw.ImageDraw, title: str) -> None:
    draw.text((_GAP_PX, 10), title, _INK, ImageFont.load_default(20))
    draw.text(
        (_GAP_PX, 44),
        "left: the frame, contrast raised; right: Grad-CAM, red speaks for a capillary, blue against; one scale",
        _INK,
        ImageFont.load_default(15),
    )


def _legend(draw: ImageDraw.ImageDraw, place: tuple[int, int], verdicts: Sequence[RegionVerdict], note: str) -> None:
    x, y = place
    font = ImageFont.load_default(16)
    for kind in GRADES:
        text = f"{kind} ({sum(verdict.grade == kind for verdict in verdicts)})"
        draw.rectangle((x, y + 4, x + 18, y + 16), fill=_COLOUR[kind])
        draw.text((x + 26, y), text, _INK, font)
        x += 50 + int(draw.textlength(text, font))
    draw.text((x, y), f"thick line: counts as a capillary   hatched: not tissue   {note}", _INK, font)


def _bgr(page: Image.Image) -> Pixels:
    return np.ascontiguousarray(np.asarray(page, dtype=np.uint8)[:, :, ::-1])
