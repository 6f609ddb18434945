"""Builds the wheel: all of the program as one package, `capillary_stream`, whose names collide with no other package.

In the checkout `stream`, `workers` and `capture` lie at the top; installed, they lie below `capillary_stream`. What
changes is how modules are named: in import statements, and in strings such as "capture.process:run".
"""

import io
import re
import tempfile
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE: Final = "capillary_stream"
FOLDERS: Final = ("stream", "workers", "capture")
FILES: Final = {"capillary_stream.py": "__init__.py", "run_stream.py": "run_stream.py"}
_TARGET: Final = re.compile(r"(?P<module>\w+(\.\w+)+)(:\w+)?")
_LEADING: Final = (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.NL, tokenize.COMMENT, tokenize.ENCODING)


class ProgramAsPackage(BuildHookInterface[Any]):
    """The hook that hatchling calls while it builds the wheel."""

    def initialize(self, _version: str, build_data: dict[str, Any]) -> None:
        """Add every file of the program below the package, with modules named as they are there."""
        root = Path(self.root)
        self._folder = tempfile.TemporaryDirectory()
        for source, inside in program_files(root):
            if source.suffix == ".py":
                made = Path(self._folder.name) / inside
                made.parent.mkdir(parents=True, exist_ok=True)
                made.write_text(in_package(source.read_text(encoding="utf-8"), root), encoding="utf-8")
                source = made
            build_data["force_include"][str(source)] = f"{PACKAGE}/{inside}"

    def finalize(self, _version: str, _build_data: dict[str, Any], _artifact_path: str) -> None:
        """Remove what was written for the build."""
        self._folder.cleanup()


def program_files(root: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each file with code, or beside code, and its place inside the package."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path, path.relative_to(root)
    for name, inside in FILES.items():
        yield root / name, Path(inside)


def in_package(source: str, root: Path) -> str:
    """Return a module's text with the program's modules named as parts of the package.

    Raises ValueError for `import stream.x`: its name in the code would have to change too.
    """
    lines = source.splitlines(keepends=True)
    for row, column in reversed(list(_places(source, root))):
        line = lines[row - 1]
        lines[row - 1] = f"{line[:column]}{PACKAGE}.{line[column:]}"
    return "".join(lines)


def _places(source: str, root: Path) -> Iterator[tuple[int, int]]:
    """Yield row and column of each name of a module of the program, in order."""
    begins, keyword = True, ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if keyword and token.string in FOLDERS:
            if keyword == "import":
                raise ValueError(f"line {token.start[0]}: write `from … import …`, not `{token.line.strip()}`")
            yield token.start
        elif token.type == tokenize.STRING and _names_module(token.string[1:-1], root):
            yield token.start[0], token.start[1] + 1
        keyword = token.string if begins and token.string in ("from", "import") else ""
        begins = token.type in _LEADING


def _names_module(text: str, root: Path) -> bool:
    """Return whether a string names a module of the program, or something in one."""
    match = _TARGET.fullmatch(text)
    if match is None or not text.startswith(tuple(f"{folder}." for folder in FOLDERS)):
        return False
    place = root.joinpath(*match["module"].split("."))
    return place.is_dir() or place.with_suffix(".py").is_file()
