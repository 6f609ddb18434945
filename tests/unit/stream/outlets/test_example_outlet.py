"""The outlet that docs/extending/outlets.md shows keeps the contract."""

import json
import re
import sys
from typing import Any

import pytest

from stream.errors import ConfigError
from stream.outlets.outlet import Outlet, QueuedOutlet
from tests.contracts.outlet_contract import OutletContract
from tests.running import ROOT

DOCUMENT = ROOT / "docs" / "extending" / "outlets.md"


def sender(**settings: object) -> Any:
    """Return the document's sender, made with these settings."""
    found = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None
    module: dict[str, Any] = {}
    exec(found[1], module)
    return module["JsonLines"](settings)


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux' file that takes nothing")
class TestJsonLines(OutletContract):
    def open(self) -> Outlet:
        self.file = self.folder / "readings.jsonl"
        return QueuedOutlet("json-lines", sender(path=str(self.file)))

    def received(self) -> list[int]:
        return [json.loads(line)["seq"] for line in self.file.read_text().split("\n")[:-1]]  # the last may be partial

    def open_dead(self) -> Outlet:
        return QueuedOutlet("json-lines", sender(path="/dev/full"))


def test_wrong_settings_are_said_in_a_sentence() -> None:
    with pytest.raises(ConfigError, match="needs a path"):
        sender(path=3)
