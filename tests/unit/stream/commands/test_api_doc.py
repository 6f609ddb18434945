"""The documents for programs say what the code says."""

from stream.commands.api_doc import documents
from tests.running import ROOT


def test_openapi_and_schemas_are_what_the_code_says() -> None:
    for path, text in documents().items():
        file = ROOT / "docs" / path
        assert file.exists(), "run: uv run python -m stream.commands.api_doc"
        assert file.read_text(encoding="utf-8") == text, "run: uv run python -m stream.commands.api_doc"
    assert {f"schema/{file.name}" for file in (ROOT / "docs" / "schema").iterdir()} < set(documents())
