"""What the documents promise works as written, from outside the repository."""

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from stream.commands.protocol_doc import protocol_markdown
from stream.version import VERSION
from tests.running import ROOT, free_port, page_address, rows, run, running

DOCS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(document: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", document.read_text(), re.DOTALL)


def test_the_protocol_document_is_what_the_code_says() -> None:
    written = (ROOT / "docs" / "protocol.md").read_text()
    assert written == protocol_markdown(), "run: uv run python -m stream.commands.protocol_doc > docs/protocol.md"


def test_the_citation_names_this_version_and_the_model_that_ships() -> None:
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"version: {VERSION}\n" in citation
    research = (ROOT / "docs" / "research.md").read_text()
    card = (ROOT / "workers" / "weights" / "default.md").read_text()
    (model,) = re.findall(r"^\| identifier \| `(.*)` \|$", card, re.MULTILINE)
    assert f"Capillary Stream {VERSION} (model {model})" in research


def test_the_example_analyser_replaces_the_whole_analysis(tmp_path: Path) -> None:
    document = ROOT / "docs" / "extending" / "analysers.md"
    (code,), (config, _package) = blocks(document, "python"), blocks(document, "toml")
    (tmp_path / "my_analysis.py").write_text(code)
    (tmp_path / "mine.toml").write_text(config + "\n[publish]\nenabled = false\n")
    arguments = ("-c", tmp_path / "mine.toml", "replay", "synthetic:?frames=3", "--output", tmp_path / "out")
    done = run(*arguments, PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert [row["model_id"] for row in rows(tmp_path / "out")] == ["dark-spots-1"] * 3


def test_the_example_outlet_gets_what_a_run_publishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = ROOT / "docs" / "extending" / "outlets.md"
    (code, *_), (config,) = blocks(document, "python"), blocks(document, "toml")
    monkeypatch.chdir(tmp_path)
    Path("my_outlet.py").write_text(code)
    Path("mine.toml").write_text(config)
    done = run("-c", "mine.toml", "replay", "synthetic:?frames=3", "--output", "out")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in Path("readings.jsonl").read_text().splitlines()]
    assert [line["seq"] for line in lines if line["type"] == "reading"] == [0, 1, 2]
    assert (lines[-1]["type"], lines[-1]["state"]) == ("progress", "ended")


def test_wrong_settings_of_an_outlet_end_the_run_before_its_first_frame(tmp_path: Path) -> None:
    code = blocks(ROOT / "docs" / "extending" / "outlets.md", "python")[0]
    (tmp_path / "my_outlet.py").write_text(code)
    (tmp_path / "mine.toml").write_text('[outlets."my_outlet:JsonLines"]\npath = 3\n')
    arguments = ("-c", tmp_path / "mine.toml", "replay", "synthetic:?frames=3", "--output", tmp_path / "out")
    done = run(*arguments, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "needs a path" in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_few_lines_of_the_protocol_receive_readings() -> None:
    (script,) = blocks(ROOT / "docs" / "protocol.md", "python")
    endpoint = f"tcp://127.0.0.1:{free_port()}"
    with running("demo", CAPILLARY_STREAM_VIEW_PORT="0", CAPILLARY_STREAM_PUBLISH_ENDPOINT=endpoint) as process:
        page_address(process)
        reader = subprocess.Popen(
            [sys.executable, "-u", "-c", script.replace("tcp://127.0.0.1:5560", endpoint)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert reader.stdout is not None
        said = iter(reader.stdout.readline, "")
        while not next(said).startswith("reading.synthetic "):
            pass
        process.kill()
        while not next(said).startswith("stale"):
            pass
        reader.kill()
        reader.communicate()


def test_what_waited_in_a_reader_that_stood_still_is_old_by_its_own_clock() -> None:
    (script,) = blocks(ROOT / "docs" / "protocol.md", "python")
    known: dict[str, Any] = {}
    exec(script.partition("socket = ")[0], known)
    captured_ns = time.time_ns() - 3_000_000_000
    reading = {"t_capture_ns": captured_ns, "t_published_ns": captured_ns + 100_000_000}
    assert known["age_s"](reading, time.monotonic()) >= 3
    known["ONE_CLOCK"] = False
    assert 0.1 <= known["age_s"](reading, time.monotonic()) < 1
    assert known["age_s"](reading, time.monotonic() - 1) > 1


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{document.name} points at {target}"


@pytest.mark.parametrize("document", DOCS, ids=lambda path: path.name)
def test_files_that_a_document_names_exist(document: Path) -> None:
    for path in re.findall(r"`((?:stream|capture|workers|tests|docs|configs|\.ci)/[^\s`:]*)", document.read_text()):
        assert list(ROOT.glob(path)), f"{document.name} names {path}"


def test_the_architecture_says_what_each_folder_is_for() -> None:
    document = (ROOT / "docs" / "architecture.md").read_text()
    for folder in (ROOT / "stream").iterdir():
        if (folder / "__init__.py").exists():
            assert f"| `stream/{folder.name}/` |" in document


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the program's files as they are now."""
    names = run_in(ROOT, "git", "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in names:
        if (ROOT / name).is_file():  # not one that was removed since the last commit
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def run_in(folder: Path, *command: str) -> str:
    """Run the command in the folder, and return what it prints; it must succeed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_commits_of_the_walked_example_apply_and_their_tests_pass(copy: Path) -> None:
    """If not: make them anew on a branch, and put what `git show --format= -U1` prints into the document."""
    commits = blocks(ROOT / "docs" / "extending" / "walked-example.md", "diff")
    assert len(commits) == 2
    for commit in commits:
        (copy / "commit.diff").write_text(commit)
        run_in(copy, "git", "apply", "commit.diff")
        files = re.findall(r"^\+\+\+ b/(.*\.py)$", commit, re.MULTILINE)
        for check in (["ruff", "check"], ["ruff", "format", "--check"]):
            run_in(copy, sys.executable, "-m", *check, *files)
        run_in(copy, sys.executable, "-m", "pytest", "-q", *(file for file in files if file.startswith("tests/")))


def test_every_fault_has_a_test_that_exists() -> None:
    document, _, _ = (ROOT / "docs" / "faults.md").read_text().partition("## How long it takes")
    table_rows = [
        line for line in document.splitlines() if line.startswith("| ") and not line.startswith(("| fault", "| ---"))
    ]
    assert len(table_rows) > 40
    for row in table_rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row)
        assert named, f"no test in: {row}"
        for path, name in named:
            assert f"def {name}(" in (ROOT / path).read_text(), f"{path} has no {name}"
