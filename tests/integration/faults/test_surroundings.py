"""Modes, proxies, passwords and limits are as they should be, whatever shell or service starts the program."""

import os
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.running import command

SECRET = "geheim9"


def shell(script: str, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program after a line of shell, to its end."""
    return subprocess.run(
        ["bash", "-c", f'{script}; exec "$@"', "bash", *command(*arguments)],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        env=os.environ | environment,
        start_new_session=True,
    )


def open_to_others(folder: Path) -> list[str]:
    """Return what lies in a folder, itself included, and may be read by others, with its mode."""
    found = [folder, *folder.rglob("*")]
    return [f"{one}: {one.stat().st_mode & 0o777:o}" for one in found if one.stat().st_mode & 0o077]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Make a folder of two pictures."""
    (folder := tmp_path / "pictures").mkdir()
    for number in range(2):
        noise = np.random.default_rng(number).integers(60, 200, (240, 320, 3), np.uint8)
        cv2.imwrite(str(folder / f"{number}.png"), noise)
    return folder


@pytest.mark.parametrize("umask", ["000", pytest.param("022", marks=pytest.mark.slow)])
def test_results_are_for_their_owner_alone(pictures: Path, tmp_path: Path, umask: str) -> None:
    output = tmp_path / "deep" / "results"
    options = ("replay", pictures, "--output", output, "--regions", "--engine", "serial")
    first = shell(f"umask {umask}", *options)
    assert first.returncode == 0, first.stderr
    assert open_to_others(tmp_path / "deep") == []
    for file in output.iterdir():
        file.chmod(0o666)
    again = shell(f"umask {umask}", *options, "--overwrite")
    assert again.returncode == 0, again.stderr
    assert open_to_others(output) == []


def test_a_folder_that_the_user_made_keeps_its_mode(pictures: Path, tmp_path: Path) -> None:
    (output := tmp_path / "shared").mkdir()
    output.chmod(0o755)
    done = shell("umask 000", "replay", pictures, "--output", output, "--engine", "serial")
    assert done.returncode == 0, done.stderr
    assert open_to_others(output) == [f"{output}: 755"]


@pytest.mark.parametrize("limit", [24, 32, 48, 64])
def test_too_few_file_descriptors_are_said_before_anything_is_begun(tmp_path: Path, limit: int) -> None:
    done = shell(
        f"ulimit -n {limit}",
        *("live", "synthetic:?seed=1", "--no-publish"),
        CAPILLARY_STREAM_SINK_SESSIONS_DIR=str(tmp_path / "sessions"),
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: too few file descriptors: {limit}, at least ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "sessions").exists()
