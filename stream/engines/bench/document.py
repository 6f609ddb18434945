"""Puts a report between its marks in a Markdown file, so that documents hold what the program said and nothing else.

Each processor has its own section of a report and its own column of the comparison: what is measured on one replaces
what was measured on it before, and leaves the others as they are.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from stream.engines.bench.markdown import markdown, table_in
from stream.errors import UsageError

_HEADING: Final = re.compile(r"^### (.+)$", re.MULTILINE)


def fill(document: Path, mark: str, processor: str, report: str) -> None:
    """Write a report as the section of a processor between `<!-- MARK -->` and `<!-- /MARK -->`.

    Raises UsageError if the marks are missing.
    """
    before = _between(document, mark)
    if before is None:
        opening, closing = _marks(mark)
        raise UsageError(f"{document} has no place for it: put the lines {opening} and {closing} where it should stand")
    _, *parts = _HEADING.split(before)
    sections = dict(zip(parts[::2], parts[1::2], strict=True)) | {processor: report}
    _replace(document, mark, "\n\n".join(f"### {name}\n\n{text.strip()}" for name, text in sections.items()))


def fill_column(document: Path, mark: str, processor: str, cells: Mapping[str, str]) -> None:
    """Enter cells, by the name of their row, into the column of a processor, if the document has such a table."""
    before = _between(document, mark)
    if before is None:
        return
    (_, *heads), *rows = table_in(before) or [[""]]
    columns = {head: {row[0]: row[place] for row in rows} for place, head in enumerate(heads, 1)}
    columns[processor] = columns.get(processor, {}) | dict(cells)
    names = dict.fromkeys(name for column in columns.values() for name in column)
    filled = [[name, *(column.get(name, "") for column in columns.values())] for name in names]
    _replace(document, mark, markdown(["", *columns], filled))


def _marks(mark: str) -> tuple[str, str]:
    return f"<!-- {mark} -->", f"<!-- /{mark} -->"


def _pattern(mark: str) -> re.Pattern[str]:
    opening, closing = map(re.escape, _marks(mark))
    return re.compile(f"{opening}(.*?){closing}", re.DOTALL)


def _between(document: Path, mark: str) -> str | None:
    """Return what lies between the marks; None if they are missing. Raises UsageError if there is no such document."""
    found = _pattern(mark).search(_read(document))
    return None if found is None else found.group(1)


def _replace(document: Path, mark: str, text: str) -> None:
    opening, closing = _marks(mark)
    filled = f"{opening}\n\n{text.strip()}\n\n{closing}"
    document.write_text(_pattern(mark).sub(lambda _: filled, _read(document)), encoding="utf-8")


def _read(document: Path) -> str:
    try:
        return document.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{document} cannot be read: {error.strerror}") from error
