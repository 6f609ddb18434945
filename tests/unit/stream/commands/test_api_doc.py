"""The documents for programs say what the code says."""

import json

from jsonschema import Draft7Validator

from stream.commands.api_doc import documents
from stream.commands.protocol_doc import PUBLISHED
from tests.conftest import missing
from tests.running import ROOT

_STANDARD = ROOT / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0-without-$id.json"


def test_openapi_and_schemas_are_what_the_code_says() -> None:
    for path, text in documents().items():
        file = ROOT / "docs" / path
        assert file.exists(), "run: uv run python -m stream.commands.api_doc"
        assert file.read_text(encoding="utf-8") == text, "run: uv run python -m stream.commands.api_doc"
    assert {f"schema/{file.name}" for file in (ROOT / "docs" / "schema").iterdir()} < set(documents())


def test_the_document_of_the_feed_is_valid_asyncapi_and_has_every_topic() -> None:
    document = json.loads(documents()["asyncapi.json"])
    topics = {topic.replace("<", "{").replace(">", "}") for topic, _, _ in PUBLISHED}
    assert {channel["address"] for channel in document["channels"].values()} == topics
    if not _STANDARD.exists():
        missing("no schema of AsyncAPI: npm ci")
    Draft7Validator(json.loads(_STANDARD.read_text())).validate(document)
