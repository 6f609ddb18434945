"""The program as one installable package: how its modules are named there, and the names that plug-ins rely on."""

import ast
from pathlib import Path

import as_package
import pytest

import capillary_stream

ROOT = Path(__file__).resolve().parents[2]


def in_package(source: str) -> str:
    return as_package.in_package(source, ROOT)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("from stream.errors import StreamError", "from capillary_stream.stream.errors import StreamError"),
        ("from stream import errors", "from capillary_stream.stream import errors"),
        ("def f():\n    from workers.reading import x", "def f():\n    from capillary_stream.workers.reading import x"),
        ("import cv2  # from stream", "import cv2  # from stream"),
        ("stream = make(); stream.write(capture)", "stream = make(); stream.write(capture)"),
        ('run("capture.process:run")', 'run("capillary_stream.capture.process:run")'),
        ('named = {"stream.errors": 1}', 'named = {"capillary_stream.stream.errors": 1}'),
        ('key = "capture.max_fps", "workers", "stream.py"', 'key = "capture.max_fps", "workers", "stream.py"'),
        ("yield from stream", "yield from stream"),
    ],
)
def test_modules_are_named_as_parts_of_the_package_and_nothing_else_changes(here: str, there: str) -> None:
    assert in_package(here + "\n") == there + "\n"


def test_an_import_that_would_change_a_name_in_the_code_is_refused() -> None:
    with pytest.raises(ValueError, match="line 2: write `from"):
        in_package("import cv2\nimport stream.errors\n")


def test_in_the_package_no_module_names_another_from_outside_it() -> None:
    for source, inside in as_package.program_files(ROOT):
        if inside.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(in_package(source.read_text(encoding="utf-8")))):
            if isinstance(node, ast.ImportFrom):
                assert str(node.module).partition(".")[0] not in as_package.FOLDERS, f"{inside}: {node.module}"


def test_every_public_name_is_there() -> None:
    for name in capillary_stream.__all__:
        assert getattr(capillary_stream, name) is not None


def test_an_unknown_name_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(AttributeError, match="capillary_stream has no Analyzer; it has AlarmEvent, Analyser"):
        _ = capillary_stream.Analyzer
