"""Reports in documents."""

from pathlib import Path

import pytest

from stream.engines.bench.document import fill, fill_column
from stream.errors import UsageError


def test_a_report_replaces_that_of_its_processor_and_nothing_else(tmp_path: Path) -> None:
    document = tmp_path / "doc.md"
    document.write_text("before\n<!-- bench --><!-- /bench -->\nafter <!-- stages --><!-- /stages -->\n")
    fill(document, "bench", "one, 2 cores", "old\n")
    fill(document, "bench", "two, 8 cores", "other\n")
    fill(document, "bench", "one, 2 cores", "new \\1 report\n")
    assert document.read_text() == (
        "before\n<!-- bench -->\n\n### one, 2 cores\n\nnew \\1 report\n\n### two, 8 cores\n\nother\n\n<!-- /bench -->\n"
        "after <!-- stages --><!-- /stages -->\n"
    )


def test_a_document_without_a_place_is_left_alone(tmp_path: Path) -> None:
    document = tmp_path / "doc.md"
    document.write_text("text\n")
    with pytest.raises(UsageError, match="has no place for it"):
        fill(document, "bench", "c", "report")
    with pytest.raises(UsageError, match="cannot be read"):
        fill(tmp_path / "absent.md", "bench", "c", "report")
    fill_column(document, "processors", "c", {"speed": "1"})
    assert document.read_text() == "text\n"


def test_a_processor_has_its_column_and_the_others_keep_theirs(tmp_path: Path) -> None:
    document = tmp_path / "doc.md"
    document.write_text("<!-- processors -->\n<!-- /processors -->\n")
    fill_column(document, "processors", "one", {"speed": "1", "floor": "2"})
    fill_column(document, "processors", "two", {"speed": "3", "start": "4"})
    fill_column(document, "processors", "one", {"speed": "5"})
    assert document.read_text() == (
        "<!-- processors -->\n\n"
        "|       | one | two |\n"
        "| ----- | --- | --- |\n"
        "| speed | 5   | 3   |\n"
        "| floor | 2   |     |\n"
        "| start |     | 4   |\n\n"
        "<!-- /processors -->\n"
    )
