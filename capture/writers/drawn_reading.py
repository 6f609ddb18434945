"""A frame with what its reading found drawn in, as a JPEG for other programs."""

from typing import Final

import simplejpeg

from capture.writers.overlay import Drawn, draw
from stream.protocol.contracts import Pixels
from stream.protocol.outlines import points
from stream.protocol.readings import DensityReading
from stream.session.result_files import drawn_line

_QUALITY: Final = 90


def drawn_jpeg(pixels: Pixels, reading: DensityReading) -> bytes:
    """Return the frame, (height, width, 3) uint8 BGR, with the outlines of its reading drawn in.

    8 bits, Y'CbCr with half the columns of colour (4:2:2), the only one of these that DICOM allows in JPEG.
    """
    values = (reading.density_pct, reading.density_low_pct, reading.density_high_pct, reading.quality)
    drawn = Drawn(
        [points(outline) for outline in reading.regions or ()],
        [(outline.name, points(outline)) for outline in reading.objects or ()],
        drawn_line(reading.frame, reading.time_s, *values),
        reading.quality == "good",
    )
    encoded: bytes = simplejpeg.encode_jpeg(draw(pixels.copy(), drawn), _QUALITY, "BGR", "422")
    return encoded
