"""How a decoded picture is shown: turned and mirrored as the recorder says, with square pixels. Pure.

A display matrix (ISO/IEC 14496-12, 8.3.2.3) takes a place in the coded picture to one in the shown picture:
x' = ax + cy, y' = bx + dy. Only turns by a quarter and mirrors keep pixels what they are; others are not applied.
"""

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import cv2
import numpy as np

from stream.protocol.contracts import Pixels

_UNIT: Final = 1 << 16
_QUARTER_TURNS: Final = frozenset({(1, 0, 0, 1), (-1, 0, 0, 1), (1, 0, 0, -1), (-1, 0, 0, -1),
                                   (0, 1, 1, 0), (0, 1, -1, 0), (0, -1, 1, 0), (0, -1, -1, 0)})  # fmt: skip
_AS_IT_IS: Final = (1, 0, 0, 1)
_LEAST_ASPECT: Final = Fraction(1, 4)
_MOST_ASPECT: Final = Fraction(4)
_NEARLY_SQUARE: Final = Fraction(1, 100)
"""A shape of pixels this near to square is rounding of the size of the picture in a container."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Coded width and height in px; how wide a pixel is for its height; the matrix (a, b, c, d)."""

    width: int
    height: int
    aspect: Fraction = Fraction(1)
    matrix: tuple[int, int, int, int] = _AS_IT_IS

    @property
    def square(self) -> tuple[int, int]:
        """Width and height in px with square pixels, before it is turned: the longer side of a pixel counts."""
        if self.aspect >= 1:
            return round(self.width * self.aspect), self.height
        return self.width, round(self.height / self.aspect)

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height as shown, px."""
        width, height = self.square
        return (height, width) if self.matrix[0] == 0 else (width, height)

    @property
    def plain(self) -> bool:
        """True if the coded picture is shown as it is."""
        return self.square == (self.width, self.height) and self.matrix == _AS_IT_IS

    def show(self, coded: Pixels, out: Pixels) -> None:
        """Write the coded picture into `out` as it is shown; both (height, width, 3) uint8."""
        picture: Pixels = coded
        if self.square != (self.width, self.height):
            picture = cv2.resize(coded, self.square, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
        a, b, c, d = self.matrix
        if a == 0:
            picture = picture.transpose(1, 0, 2)
            a, d = c, b
        out[:] = picture[:: d or 1, :: a or 1]

    def words(self) -> list[str]:
        """Return what was done, in words."""
        said = []
        if self.square != (self.width, self.height):
            said.append(f"pixels made square: {self.width}x{self.height} to {self.square[0]}x{self.square[1]}")
        if self.matrix != _AS_IT_IS:
            said.append("turned or mirrored as the recording says")
        return said


def geometry_of(width: int, height: int, aspect: Fraction | None, matrix: bytes | None) -> Geometry:
    """Return the geometry by what a recording says. An aspect or a matrix that makes no sense is not applied.

    aspect: sample aspect ratio, None or 0 if it is not known. matrix: nine int32 of a display matrix.
    """
    shape = aspect if aspect and _LEAST_ASPECT <= aspect <= _MOST_ASPECT else Fraction(1)
    if abs(shape - 1) < _NEARLY_SQUARE:
        shape = Fraction(1)
    return Geometry(width, height, shape, _turn(matrix))


def _turn(matrix: bytes | None) -> tuple[int, int, int, int]:
    if matrix is None or len(matrix) != struct.calcsize("=9i"):
        return _AS_IT_IS
    a, b, _, c, d, *_ = struct.unpack("=9i", matrix)
    turn = (round(a / _UNIT), round(b / _UNIT), round(c / _UNIT), round(d / _UNIT))
    exact = all(value == unit * _UNIT for value, unit in zip((a, b, c, d), turn, strict=True))
    return turn if exact and turn in _QUARTER_TURNS else _AS_IT_IS
