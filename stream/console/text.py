"""Text for a terminal or a table: counts in words, and what others wrote made harmless. Pure."""

from typing import Final


def counted(number: int, noun: str) -> str:
    """Return `1 frame`, `2 frames`, `12000 frames`; `noun` is one whose plural takes an s."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def plain(text: str) -> str:
    """Escape what cannot be printed, as Python does, so that a terminal does not obey it."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


_BEGINS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""OWASP, CSV Injection: spreadsheets execute a cell that begins with one of these."""


def harmless(text: str) -> str:
    """Put an apostrophe before the text if a spreadsheet would take it for a formula; numbers stay as they are."""
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
