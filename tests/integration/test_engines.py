"""Every engine keeps the contract; those beside the program's own refuse what they cannot do."""

from pathlib import Path

import pytest

from tests.contracts.engine_contract import EngineContract, reference_readings
from tests.running import run


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    return reference_readings(tmp_path_factory.mktemp("reference"))


class TestSerial(EngineContract):
    engine = "serial"


class TestRouter(EngineContract):
    engine = "router"


@pytest.mark.slow
class TestStream(EngineContract):
    engine = "stream"


@pytest.mark.slow
class TestRay(EngineContract):
    engine = "ray"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--engine", "router", "--address", "127.0.0.1:6379"), "--address names a Ray cluster"),
        (("--engine", "serial", "--resume"), "are for --engine stream"),
        (("--engine", "serial", "--speed", "1"), "are for --engine stream"),
    ],
)
def test_what_an_engine_cannot_do_is_refused(options: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    done = run("replay", "synthetic:?frames=1", *options, "--output", tmp_path / "out")
    assert done.returncode == 2
    assert sentence in done.stderr
    assert not (tmp_path / "out").exists()
