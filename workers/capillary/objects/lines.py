"""Long dark lines: a brown or fair hair is too faint and too red for its pixels, but longer than a capillary."""

from typing import Final

import cv2
import numpy as np

from stream.protocol.contracts import Pixels

LENGTH_PX: Final = 80
"""In pixels of a quarter of the frame's resolution. In the labelled frames no dark and steep line of tissue is longer
than 40, at a gamma of 1.25 than 43; vessels in the plane of the picture are not dark
enough in red."""

_GAP: Final = np.ones((3, 3), np.uint8)


def long_lines(marked: Pixels) -> Pixels:
    """Return the pixels of a (height, width) uint8 mask that hang together over LENGTH_PX; gaps of 2 px are closed."""
    closed = cv2.dilate(marked, _GAP)
    lines = np.zeros_like(marked)
    outlines, tree = cv2.findContours(closed, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    for index, outline in enumerate(outlines):
        # A step to the next point is 1.41 px long at most. A hole's outline has a parent, and is left open.
        if len(outline) < 2 * LENGTH_PX / 1.42 or tree[0, index, 3] >= 0:
            continue
        if cv2.arcLength(outline, closed=True) > 2 * LENGTH_PX:
            cv2.drawContours(lines, outlines, index, (255,), -1, cv2.LINE_8, tree, 1)
    return cv2.bitwise_and(lines, marked).astype(np.uint8, copy=False)
