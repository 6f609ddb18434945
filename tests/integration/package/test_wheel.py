"""The program as a wheel in an environment of its own: its command, its own names, plug-ins from other folders."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.running import ROOT, rows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ANALYSER = """
from capillary_stream import Analysis, Frame, Quality


class Half:
    model_id = "half-1"

    def __init__(self, settings):
        pass

    def analyse(self, frame: Frame) -> Analysis:
        return Analysis(50.0, 50.0, 50.0, [], Quality("good"))
"""
QUIET = {"CAPILLARY_STREAM_VIEW_PORT": "0", "CAPILLARY_STREAM_PUBLISH_ENABLED": "false"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it into an empty environment, and return that environment's folder of commands."""
    uv = shutil.which("uv")
    if uv is None:
        missing("no uv on this machine: pip install uv")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], check=True, cwd=ROOT)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    subprocess.run([uv, "venv", "--quiet", environment], check=True)
    install = [uv, "pip", "install", "--quiet", "--constraints", str(ROOT / "requirements.lock"), str(wheel)]
    subprocess.run(install, check=True, env=os.environ | {"VIRTUAL_ENV": str(environment)})
    return environment / "bin"


def run(installed: Path, folder: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run the installed command in a folder of a user's own."""
    environment = {"PATH": f"{installed}:{os.environ['PATH']}", "HOME": str(folder), **QUIET}
    given = ["capillary-stream", *map(str, arguments)]
    return subprocess.run(given, cwd=folder, env=environment, capture_output=True, text=True, timeout=90, check=False)


def test_the_installed_command_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "demo", "--seconds", "2")
    assert done.returncode == 0, done.stderr
    assert "Live page: http://127.0.0.1:" in done.stderr
    assert "frames analysed" in done.stderr


def test_an_analyser_from_another_folder_is_found(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "my_analysis.py").write_text(ANALYSER)
    (tmp_path / "mine.toml").write_text('[analyser]\nname = "my_analysis:Half"\n')
    done = run(installed, tmp_path, "-c", "mine.toml", "replay", "synthetic:?frames=3", "--output", "out")
    assert done.returncode == 0, done.stderr
    assert [row["model_id"] for row in rows(tmp_path / "out")] == ["half-1"] * 3


def test_the_wheel_takes_one_top_level_name(installed: Path) -> None:
    (record,) = installed.parent.glob("lib/*/site-packages/capillary_stream-*.dist-info/RECORD")
    tops = {line.split("/")[0] for line in record.read_text().splitlines()}
    assert tops - {".."} == {"capillary_stream", record.parent.name}
