"""Text as a cell of a table that somebody may open in a spreadsheet. Pure."""

from typing import Final

_BEGINS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""OWASP, CSV Injection: a cell that begins so is carried out by spreadsheets."""


def harmless(text: str) -> str:
    """The text, after an apostrophe where a spreadsheet would take it for a formula; numbers stay as they are."""
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
