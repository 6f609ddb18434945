"""Analysers as plug-ins may be: each wrong in one way, found by name."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from stream.protocol.contracts import Analyser, Analysis, Frame, PictureObject, Quality, Region

_SPECKS: Final = 250


class _Fixed:
    """An analyser with the same answer to every frame."""

    def __init__(self, *, model_id: str = "fixed", score: float = 0.5, points: int = 3, **measures: float) -> None:
        self.model_id = model_id
        region = Region(np.zeros((points, 2), np.int32), score, 1.0)
        self._analysis = Analysis(5.0, 4.0, 6.0, [region], Quality("good", (), measures))

    def analyse(self, _frame: Frame) -> Analysis:
        return self._analysis


class _Measured(_Fixed):
    """One that also says how good it is on scenes it had not seen."""

    def __init__(self, transfer: str) -> None:
        super().__init__()
        self.transfer = transfer


class _Hairy:
    """An analyser that finds a hair across every frame, and more specks of dirt than a reading holds."""

    model_id = "hairy"

    def analyse(self, frame: Frame) -> Analysis:
        height, width = frame.pixels.shape[:2]
        hair = [(x, height // 4) for x in range(width)] + [(x, height // 2) for x in range(width - 1, -1, -1)]
        specks = [self._speck(x, x % height) for x in range(_SPECKS)]
        objects = [*specks, PictureObject("hair", np.array(hair, np.int32), width * height / 4)]
        return Analysis(5.0, 4.0, 6.0, [], Quality("good"), {"analysed_pct": 74.96}, objects)

    @staticmethod
    def _speck(x: int, y: int) -> PictureObject:
        return PictureObject("dirt", np.array([(x, y), (x + 2, y), (x + 2, y + 2)], np.int32), 4.0)


def hairy(_table: Mapping[str, Any]) -> Analyser:
    """Make one that finds objects in every frame."""
    return _Hairy()


class _Raising:
    """An analyser with an error for every frame."""

    model_id = "raising"

    def analyse(self, _frame: Frame) -> Analysis:
        raise KeyError("a mistake of the plug-in")


def good(_table: Mapping[str, Any]) -> Analyser:
    """Make an analyser without a fault."""
    return _Fixed(sharpness=1.0)


def measured(_table: Mapping[str, Any]) -> Analyser:
    """Make one that says how good it is on scenes it had not seen."""
    return _Measured("On new scenes: within 9 %.")


def boasting(_table: Mapping[str, Any]) -> Analyser:
    """Make one that says so at too great a length."""
    return _Measured("On new scenes: within 9 %. " * 10)


def no_number(_table: Mapping[str, Any]) -> Analyser:
    """Make one with a measure that is no number."""
    return _Fixed(sharpness=float("nan"))


def score_above_one(_table: Mapping[str, Any]) -> Analyser:
    """Make one with a probability above 1."""
    return _Fixed(score=1.5)


def endless_outline(_table: Mapping[str, Any]) -> Analyser:
    """Make one with an outline longer than a message takes."""
    return _Fixed(points=100_000)


class _Unsayable:
    """An analyser whose error has half of a surrogate pair, which no UTF-8 text holds."""

    model_id = "unsayable"

    def analyse(self, _frame: Frame) -> Analysis:
        raise RuntimeError("a file named \udcff")


def unsayable(_table: Mapping[str, Any]) -> Analyser:
    """Make one with an exception whose words no message holds."""
    return _Unsayable()


def raising(_table: Mapping[str, Any]) -> Analyser:
    """Make one with an exception for every frame."""
    return _Raising()


def nameless(_table: Mapping[str, Any]) -> Analyser:
    """Make one that has no model id."""
    return _Fixed(model_id="")


def long_named(_table: Mapping[str, Any]) -> Analyser:
    """Make one with a model id that no reading holds."""
    return _Fixed(model_id="m" * 101)


def not_made(_table: Mapping[str, Any]) -> Analyser:
    """Fail at start."""
    raise RuntimeError("weights are missing")
