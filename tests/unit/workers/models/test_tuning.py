"""What `doctor --tune` advises."""

from pathlib import Path

import pytest

from stream.config.loading import load
from workers.analysers import settings_of
from workers.models.tuning import advice


def test_a_runtime_that_is_much_faster_comes_with_lines_that_the_program_reads(tmp_path: Path) -> None:
    said = advice("litert", {"litert": 0.09, "onnx": 0.07, "openvino": 0.03})
    assert said.startswith("openvino is 3.0 times as fast as litert.")
    own = tmp_path / "own.toml"
    own.write_text(said.split("\n\n")[1])
    assert settings_of(load(own, {}, {}).analyser.settings).runtime == "openvino"


@pytest.mark.parametrize("other", [0.10, 0.07])
def test_what_is_hardly_faster_is_not_worth_other_densities(other: float) -> None:
    assert "Nothing to change" in advice("litert", {"litert": 0.1, "onnx": other})


def test_the_runtime_in_use_may_be_another_one() -> None:
    assert advice("openvino", {"openvino": 0.1, "litert": 0.01}).startswith("litert is 10.0 times as fast as openvino.")
