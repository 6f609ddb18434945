"""What a camera made of the settings that it was asked for, and how it differs, in words."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from stream.protocol.types import MAX_TREATMENT

_NEAR: Final = 0.01
"""A camera has steps: a value within one percent is what was asked for."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AppliedSettings:
    """Values as the camera tells them, by option, and a phrase for each that differs."""

    values: Mapping[str, str] = field(default_factory=dict)
    differences: tuple[str, ...] = ()

    def treatment(self, label: str) -> str:
        """Return the differences in one sentence, and log it with the camera's label; empty if there are none."""
        if not self.differences:
            return ""
        said = "; ".join(self.differences)
        log.warning("%s gives %s", label, said)
        return f"the camera gives {said}"[:MAX_TREATMENT]


def difference(option: str, asked: str, given: str | None, refused: str = "") -> str:
    """Return in a phrase how a value differs from what was asked for; empty if it does not.

    given: None if the camera names no such value. refused: why it did not take the value, if it said so.
    """
    if given is None:
        return f"no {option}"
    try:
        same = abs(float(given) - float(asked)) <= _NEAR * abs(float(asked))
    except ValueError:
        same = given == asked
    return "" if same else f"{option} {given} instead of {asked}{f' ({refused})' if refused else ''}"
