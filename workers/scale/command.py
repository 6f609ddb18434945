"""`run_stream.py scale PICTURE`: µm per pixel, off a picture of a ruler. Loads what it needs when it runs."""

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stream.config.parts import Parts
from stream.errors import OutputError, SourceError, UsageError
from stream.machine.files import expanded, is_picture, written_whole

if TYPE_CHECKING:
    from stream.protocol.contracts import Pixels
    from workers.scale.ruler import MeasuredRuler

_LEAST, _MOST = 0.01, 100
_CLOSEST_PX = 10


class _PixelPosition(click.ParamType[tuple[float, float]]):
    """A point of the picture, typed as X,Y in pixels."""

    name = "X,Y"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        try:
            x, y = map(float, str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is no point: write X,Y in pixels, such as 120,640", param, ctx)
        return x, y


@click.command("scale")
@click.argument("picture")
@click.option(
    "--spacing-um", type=click.FloatRange(min=0, min_open=True), help="From one mark of the ruler to the next, µm."
)
@click.option("--length-um", type=click.FloatRange(min=0, min_open=True), help="From one point to the other, µm.")
@click.option("--from", "start", type=_PixelPosition(), help="One point, by hand: X,Y in pixels.")
@click.option("--to", "end", type=_PixelPosition(), help="The other point.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="Also write the picture with the marks, to check."
)
@click.pass_obj
def scale(
    parts: Parts,
    picture: str,
    spacing_um: float | None,
    length_um: float | None,
    start: tuple[float, float] | None,
    end: tuple[float, float] | None,
    output: Path | None,
) -> None:
    """Measure µm per pixel in a PICTURE of a ruler, as lines for the configuration file.

    Either --spacing-um, and the marks are found; or --length-um with --from and --to.
    """
    by_hand = (length_um, start, end)
    if (spacing_um is None) == (None in by_hand) or (spacing_um is not None and any(by_hand)):
        raise UsageError("give --spacing-um, for a ruler to be found, or --length-um with --from and --to")
    pixels = next(parts.frames(picture))[1]
    name = picture if is_picture(expanded(picture)) else f"the first frame of {picture}"
    if spacing_um is not None:
        ruler = _found(name, pixels)
    else:
        assert start is not None
        assert end is not None
        ruler = _between(start, end, pixels)
    um_per_px = (spacing_um or length_um or 0.0) / ruler.spacing_px
    if not _LEAST <= um_per_px <= _MOST:
        raise UsageError(f"{um_per_px:.3g} µm per pixel is no scale of a microscope: check the length in µm")
    if output is not None:
        _write(output, pixels, ruler)
    if name != picture:
        print(f"Measured in {name}.", file=sys.stderr)
    marks = f"{len(ruler.marks_px)} marks, {ruler.spacing_px:.2f} px from one to the next"
    measured = marks if spacing_um is not None else f"two points, {ruler.spacing_px:.2f} px apart"
    print(f"[capture]\num_per_px = {um_per_px:.4g}  # ± {100 * ruler.error:.1g} %: {measured}")
    print(f"scale_width_px = {pixels.shape[1]}")


def _found(name: str, pixels: "Pixels") -> "MeasuredRuler":
    from workers.scale.ruler import find_ruler

    ruler = find_ruler(pixels)
    if ruler is None:
        raise SourceError(
            f"no evenly spaced marks are clear in {name}: name a sharp picture in which at least 8 marks are seen, or "
            "two points with --length-um, --from and --to"
        )
    return ruler


def _between(start: tuple[float, float], end: tuple[float, float], pixels: "Pixels") -> "MeasuredRuler":
    """Return two points as a ruler with two marks, each placed to a pixel. Raises UsageError."""
    import numpy as np

    from workers.scale.ruler import MeasuredRuler

    height, width = pixels.shape[:2]
    for x, y in (start, end):
        if not (0 <= x <= width and 0 <= y <= height):
            raise UsageError(f"the point {x:g},{y:g} lies outside the picture, which has {width}x{height} pixels")
    length_px = math.dist(start, end)
    if length_px < _CLOSEST_PX:
        raise UsageError(f"the points are {length_px:.1f} px apart: name two that are far from each other")
    return MeasuredRuler(np.array([start, end]), length_px, math.sqrt(2) / length_px)


def _write(path: Path, pixels: "Pixels", ruler: "MeasuredRuler") -> None:
    """Write the picture with the marks that were found. Raises OutputError."""
    import cv2

    from workers.scale.drawing import with_marks

    try:
        _, encoded = cv2.imencode(path.suffix or ".png", with_marks(pixels, ruler))
        with written_whole(path) as partial:
            partial.write_bytes(encoded.tobytes())
    except (OSError, cv2.error) as error:
        reason = error.strerror if isinstance(error, OSError) else "its ending names no kind of picture; use .png"
        raise OutputError(f"{path} cannot be written: {reason}") from error
    print(f"Check the marks: {path}", file=sys.stderr)
