"""The bedside without TensorFlow: everything but training runs from requirements-edge.lock, with the same values."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.doubles.frames.labelled_drawings import drawn
from tests.running import ROOT, run, values

SOURCE = "synthetic:?seed=4&frames=6"


@dataclass(frozen=True)
class Edge:
    """A Python without TensorFlow, and what its environment needs for that."""

    python: Path
    environment: dict[str, str]

    def run(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        """Run the program to its end."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.python.parent), "CAPILLARY_STREAM_VIEW_PORT": "0"}
        environment |= {"CAPILLARY_STREAM_PUBLISH_ENABLED": "false", **self.environment}
        given = [str(self.python), str(ROOT / "run_stream.py"), *map(str, arguments)]
        return subprocess.run(given, capture_output=True, text=True, timeout=90, check=False, env=environment)


def hidden(folder: Path) -> Edge:
    """Return this Python, in which TensorFlow cannot be imported."""
    hide = "import sys\nsys.modules.update(dict.fromkeys(('tensorflow', 'keras')))\n"
    (folder / "sitecustomize.py").write_text(hide)
    return Edge(Path(sys.executable), {"PYTHONPATH": str(folder), "HOME": str(folder)})


def locked(folder: Path) -> Edge:
    """Return a Python with what requirements-edge.lock pins, and nothing else."""
    uv = shutil.which("uv")
    if uv is None:
        missing("no uv on this machine: pip install uv")
    subprocess.run([uv, "venv", "--quiet", folder], check=True)
    lock = ROOT / "requirements-edge.lock"
    environment = os.environ | {"VIRTUAL_ENV": str(folder)}
    subprocess.run([uv, "pip", "install", "--quiet", "--require-hashes", "-r", lock], check=True, env=environment)
    return Edge(folder / "bin" / "python", {})


@pytest.fixture(scope="module", params=[hidden, pytest.param(locked, marks=pytest.mark.nightly)])
def edge(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Edge:
    made: Edge = request.param(tmp_path_factory.mktemp("edge"))
    return made


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_bedside_needs_no_tensorflow(edge: Edge, tmp_path: Path) -> None:
    code = [str(edge.python), "-c", "import tensorflow"]
    loaded = subprocess.run(code, capture_output=True, check=False, env=os.environ | edge.environment)
    assert loaded.returncode != 0, "TensorFlow is there"
    assert " ok  model" in edge.run("doctor").stdout
    for arguments in (("demo", "--seconds", "2"), ("live", "synthetic:?seed=4&fps=10&seconds=2")):
        done = edge.run(*arguments)
        assert (done.returncode, "frames analysed" in done.stderr) == (0, True), done.stderr
    assert edge.run("replay", SOURCE, "--output", tmp_path / "edge").returncode == 0
    assert run("replay", SOURCE, "--output", tmp_path / "whole").returncode == 0
    assert values(tmp_path / "edge") == values(tmp_path / "whole")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_needs_tensorflow_says_so(edge: Edge, tmp_path: Path) -> None:
    keras = tmp_path / "keras.toml"
    keras.write_text('[analyser.settings]\nruntime = "keras"\n')
    labelled = drawn(tmp_path, 5)
    for arguments in (
        ("models", "train", labelled, "-o", tmp_path / "mine.tflite"),
        ("models", "export", "default", "--to", "onnx", "-o", tmp_path / "mine.onnx"),
        ("-c", keras, "replay", SOURCE, "--output", tmp_path / "out"),
    ):
        done = edge.run(*arguments)
        assert (done.returncode, "needs TensorFlow" in done.stderr) == (4, True), done.stderr
        assert "Traceback" not in done.stderr
