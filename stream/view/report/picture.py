"""The picture of the report, with its outlines, as SVG. Pure: what is known of a frame in, text out."""

from collections.abc import Sequence
from html import escape

from msgspec import Struct

from stream.protocol.measures import DENSITY
from stream.view.review.evidence import FrameEvidence


class ReportPicture(Struct, frozen=True, kw_only=True):
    """A good frame that has a picture.

    width, height: of the full frame, px. regions: an outline each, x, y, x, y, … in these pixels. x: on the axis, s.
    """

    seq: int
    x: float | None
    width: int
    height: int
    density_pct: float
    regions: Sequence[Sequence[int]]


def report_picture(frame: FrameEvidence) -> ReportPicture:
    """Return the picture of a good frame."""
    return ReportPicture(
        seq=frame.seq,
        x=frame.x,
        width=frame.width,
        height=frame.height,
        density_pct=frame.density_pct or 0.0,
        regions=[region.polygon for region in frame.regions or ()],
    )


def picture_figure(picture: ReportPicture, moment: str) -> str:
    """Draw the picture with its outlines, and say which one it is. moment: its time in words."""
    outlines = "".join(f'<polygon points="{_points(region)}"/>' for region in picture.regions)
    outlined = "outlined" if picture.regions else "its outlines are not kept"
    width, height = picture.width, picture.height
    image = f'<image href="api/frames/{picture.seq}.jpg" width="{width}" height="{height}"/>'
    return (
        f'<figure><svg viewBox="0 0 {width} {height}" role="img" aria-label="Microscope picture">'
        f"{image}{outlines}</svg>"
        f"<figcaption>The newest good picture: {escape(moment)}, density {DENSITY.text(picture.density_pct)}, "
        f"{outlined}.</figcaption></figure>"
    )


def _points(region: Sequence[int]) -> str:
    return " ".join(f"{x},{y}" for x, y in zip(region[::2], region[1::2], strict=True))
