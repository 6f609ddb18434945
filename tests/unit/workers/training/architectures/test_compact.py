"""The network that ships keeps the contract of all networks."""

from pathlib import Path

import pytest

from stream.errors import ModelError
from tests.contracts.architecture_contract import ArchitectureContract
from workers.training.fit import architecture_of
from workers.training.plan import TrainingPlan


class TestCompact(ArchitectureContract):
    name = "compact"


def test_a_network_of_ones_own_is_named_by_its_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_network.py").write_text(
        "from workers.training.architectures.architecture import Architecture\n"
        'TINY = Architecture("one dense layer", lambda view, dropout: None)\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert architecture_of(TrainingPlan(architecture="my_network:TINY")).description == "one dense layer"
    with pytest.raises(ModelError, match="architecture"):
        architecture_of(TrainingPlan(architecture="no-such"))
