"""How the pixels of a frame lie in memory. Pure."""

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
"""A picture: (height, width, 3), uint8, BGR. Greyscale sources repeat their channel."""
