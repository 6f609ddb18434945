"""The two commits that docs/extending/walked-example.md shows can be made today, and their tests pass."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCUMENT = ROOT / "docs" / "extending" / "walked-example.md"
REMEDY = "make the commits anew on a branch, and put what `git show --format= -U2` prints into the document"


def output(folder: Path, *command: str) -> str:
    """Run the command in the folder, which must succeed; return what it prints."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{REMEDY}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the program's files as they are now."""
    folder = tmp_path_factory.mktemp("program")
    for name in output(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (ROOT / name).is_file():  # not one that was removed since the last commit
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.mark.slow
def test_each_commit_of_the_example_applies_and_its_tests_pass(copy: Path, tmp_path: Path) -> None:
    diffs = re.findall(r"```diff\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert len(diffs) == 2
    for diff in diffs:
        (tmp_path / "commit.diff").write_text(diff)
        output(copy, "git", "apply", str(tmp_path / "commit.diff"))
        files = re.findall(r"^\+\+\+ b/(.*\.py)$", diff, re.MULTILINE)
        python = (sys.executable, "-m")
        output(copy, *python, "ruff", "check", *files)
        output(copy, *python, "ruff", "format", "--check", *files)
        output(copy, *python, "pytest", "-q", *(file for file in files if file.startswith("tests/")))
