"""Puts a report between its marks in a Markdown file, so that documents hold what the program said and nothing else."""

import re
from pathlib import Path

from stream.errors import UsageError


def fill(document: Path, mark: str, report: str) -> None:
    """Replace what lies between `<!-- MARK -->` and `<!-- /MARK -->`. Raises UsageError if they are missing."""
    try:
        before = document.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{document} cannot be read: {error.strerror}") from error
    opening, closing = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    pattern = re.compile(re.escape(opening) + ".*?" + re.escape(closing), re.DOTALL)
    if not pattern.search(before):
        raise UsageError(f"{document} has no place for it: put the lines {opening} and {closing} where it should stand")
    filled = f"{opening}\n\n{report.strip()}\n\n{closing}"
    document.write_text(pattern.sub(lambda _: filled, before), encoding="utf-8")
