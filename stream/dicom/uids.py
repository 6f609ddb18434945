"""Unique identifiers of DICOM objects, the same whenever they are made again of the same session. Pure."""

from typing import Final
from uuid import UUID, uuid5

_NAMESPACE: Final = UUID("6f0d9d3c-2f4e-5b6a-9a53-8f1d2c7e4b10")
"""This program's own, chosen once: objects that are sent a second time must have the identifier of the first time."""


def uid(*parts: object) -> str:
    """Return the identifier of what these parts name: a UUID of version 5 under 2.25 (DICOM PS3.5, B.2)."""
    return f"2.25.{uuid5(_NAMESPACE, '/'.join(map(str, parts))).int}"


def study_uid(session: str) -> str:
    """Return the identifier of a session's study."""
    return uid(session, "study")


def series_uid(session: str, kind: str) -> str:
    """Return the identifier of a session's series of one kind, such as "report"."""
    return uid(session, "series", kind)
