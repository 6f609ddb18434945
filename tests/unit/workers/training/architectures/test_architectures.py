"""The network that ships, and the one in the documents, keep the contract of all networks; others are refused."""

import re
from pathlib import Path

import pytest

from stream.errors import ModelError
from tests.contracts.architecture_contract import ArchitectureContract
from tests.running import ROOT
from workers.training.fit import architecture_of
from workers.training.plan import TrainingPlan


class TestCompact(ArchitectureContract):
    name = "compact"


class TestTheDocumentsExample(ArchitectureContract):
    name = "my_network:SMALL"

    @pytest.fixture(autouse=True)
    def example(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        document = (ROOT / "docs" / "extending" / "models.md").read_text()
        (code,) = re.findall(r"```python\n(# my_network.py\n.*?)```", document, re.DOTALL)
        (tmp_path / "my_network.py").write_text(code)
        monkeypatch.syspath_prepend(str(tmp_path))


def test_a_network_of_no_known_name_is_refused() -> None:
    with pytest.raises(ModelError, match='no architecture is called "compct"; did you mean "compact"'):
        architecture_of(TrainingPlan(architecture="compct"))
