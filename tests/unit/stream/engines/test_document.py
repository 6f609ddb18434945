"""Reports in documents."""

from pathlib import Path

import pytest

from stream.engines.bench.document import fill
from stream.errors import UsageError


def test_a_report_replaces_the_one_before_and_nothing_else(tmp_path: Path) -> None:
    document = tmp_path / "doc.md"
    document.write_text("before\n<!-- bench -->\nold\n<!-- /bench -->\nafter <!-- stages --><!-- /stages -->\n")
    fill(document, "bench", "new \\1 report\n")
    assert document.read_text() == (
        "before\n<!-- bench -->\n\nnew \\1 report\n\n<!-- /bench -->\nafter <!-- stages --><!-- /stages -->\n"
    )


def test_a_document_without_a_place_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "doc.md"
    document.write_text("text\n")
    with pytest.raises(UsageError, match="has no place for it"):
        fill(document, "bench", "report")
    with pytest.raises(UsageError, match="cannot be read"):
        fill(tmp_path / "absent.md", "bench", "report")
