"""The bedside without TensorFlow: everything but training runs from requirements-edge.lock, with the same values."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.running import ROOT, run, values

SOURCE = "synthetic:?seed=4&frames=6"


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with what the lock file pins, and nothing else."""
    uv = shutil.which("uv")
    if uv is None:
        missing("no uv on this machine: pip install uv")
    folder = tmp_path_factory.mktemp("edge") / "venv"
    subprocess.run([uv, "venv", "--quiet", folder], check=True)
    lock = ROOT / "requirements-edge.lock"
    environment = os.environ | {"VIRTUAL_ENV": str(folder)}
    subprocess.run([uv, "pip", "install", "--quiet", "--require-hashes", "-r", lock], check=True, env=environment)
    return folder / "bin" / "python"


def by(python: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "HOME": str(python.parent), "CAPILLARY_STREAM_VIEW_PORT": "0"}
    environment["CAPILLARY_STREAM_PUBLISH_ENABLED"] = "false"
    given = [str(python), str(ROOT / "run_stream.py"), *map(str, arguments)]
    return subprocess.run(given, capture_output=True, text=True, timeout=90, check=False, env=environment)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_bedside_needs_no_tensorflow(edge: Path, tmp_path: Path) -> None:
    loaded = subprocess.run([edge, "-c", "import tensorflow"], capture_output=True, check=False)
    assert loaded.returncode != 0, "the lock file has TensorFlow in it"
    assert " ok  model" in by(edge, "doctor").stdout
    for arguments in (("demo", "--seconds", "2"), ("live", "synthetic:?seed=4&fps=10&seconds=2")):
        done = by(edge, *arguments)
        assert (done.returncode, "frames analysed" in done.stderr) == (0, True), done.stderr
    assert by(edge, "replay", SOURCE, "--output", tmp_path / "edge").returncode == 0
    assert run("replay", SOURCE, "--output", tmp_path / "whole").returncode == 0
    assert values(tmp_path / "edge") == values(tmp_path / "whole")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_needs_tensorflow_says_so(edge: Path, tmp_path: Path, labelled_frames: Path) -> None:
    keras = tmp_path / "keras.toml"
    keras.write_text('[analyser.settings]\nruntime = "keras"\n')
    for arguments in (
        ("models", "train", labelled_frames, "-o", tmp_path / "mine.tflite"),
        ("models", "export", "default", "--to", "onnx", "-o", tmp_path / "mine.onnx"),
        ("-c", keras, "replay", SOURCE, "--output", tmp_path / "out"),
    ):
        done = by(edge, *arguments)
        assert (done.returncode, "needs TensorFlow" in done.stderr) == (4, True), done.stderr
        assert "Traceback" not in done.stderr
