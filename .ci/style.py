"""Measure the house style of the Python code: `python .ci/style.py [--list] [PATH ...]`.

Prints one line per measure, with its limit, and exits with 1 if a limit is broken. `--list` adds every offender as
`file:line: text`. Paths (files or folders, tests too) narrow what is judged; without any it is all Python but tests.
Names and folders are compared over the whole repository all the same.
"""

import argparse
import ast
import io
import re
import statistics
import sys
import tokenize
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("stream", "capture", "workers", "capillary_stream.py", "run_stream.py")
MEASURED = (*PRODUCT, "clients", ".ci")
FOLDERS = (*PRODUCT, "clients", ".ci", "tests")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = Function | ast.ClassDef | ast.Module

NOT_A_VERB = re.compile(
    r"\W*(an?|the|this|that|these|those|its|their|it|he|she|they|one|two|what|which|who|whom|whose|how|why|when|where"
    r"|whether|whatever|whichever|all|any|both|each|every|everything|some|something|no|none|nothing|nobody"
    r"|true|false)\b",
    re.I,
)
WHERE = re.compile(r"\bwhere\b", re.I)
FORBIDDEN = re.compile(r"\b(somebody|nobody|whoever|whomever|told|patience|(what|who) (is|has) none)\b", re.I)
# "a row a frame" for "one row per frame"; "one row for a frame" and "once a second" are plain
PER = re.compile(
    r"\b(an?|one|once)\s"
    r"(?!(of|for|with|in|to|on|at|by|from|as|is|was|has|than|and|or|but|if|into|like|about"
    r"|where|when|while|after|before|that|which|who)\b)"
    r"(?P<noun>[a-z-]+)\san?\s(?!(second|minute|hour|day|night|week|month|year|time|longer|(?P=noun))\b)[a-z-]+\b",
    re.I,
)
UNCLEAR = re.compile(
    r"_*(of|whole|beyond|bare|all_of|why_not|looked_at|kept|wanted|asked|begun|told|growth|far|seldom)", re.I
)
QUOTED = re.compile(r'"[^"\n]*"')

# One file per process is called process.py; a route's file is called after what it serves.
CONVENTIONAL_NAMES = frozenset({"__init__.py", "process.py"})
CONVENTIONAL_FOLDERS = frozenset({"routes"})


@dataclass(frozen=True, slots=True)
class Text:
    """One docstring or comment, and the line it begins in."""

    words: str
    line: int


@dataclass(frozen=True)
class Module:
    """One Python file: its text and its syntax tree."""

    path: Path
    source: str

    @classmethod
    def read(cls, path: Path) -> "Module":
        """Read the file; its path is kept as the repository sees it."""
        return cls(path.relative_to(ROOT), path.read_text(encoding="utf-8"))

    @cached_property
    def tree(self) -> ast.Module:
        """Return the syntax tree."""
        return ast.parse(self.source)

    @cached_property
    def functions(self) -> list[Function]:
        """Return every function and method, nested ones too."""
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    @cached_property
    def classes(self) -> list[ast.ClassDef]:
        """Return every class, nested ones too."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)]

    @property
    def lines(self) -> int:
        """Return the number of lines, blank ones too."""
        return len(self.source.splitlines())

    @cached_property
    def docstrings(self) -> list[Text]:
        """Return the docstrings of the module, its classes and its functions."""
        documented: list[Documented] = [self.tree, *self.classes, *self.functions]
        return [text for node in documented if (text := docstring(node))]

    @cached_property
    def comments(self) -> list[Text]:
        """Return the comments, trailing ones too."""
        tokens = tokenize.generate_tokens(io.StringIO(self.source).readline)
        return [Text(token.string, token.start[0]) for token in tokens if token.type == tokenize.COMMENT]

    def at(self, line: int, text: str) -> str:
        """Return one offender as editors and terminals understand it."""
        return f"{self.path}:{line}: {text}"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured value, its limit (None if it is for information) and the places that break the rule."""

    name: str
    value: float
    limit: float | None = None
    offenders: tuple[str, ...] = ()

    @property
    def broken(self) -> bool:
        """Return whether the value is above the limit."""
        return self.limit is not None and self.value > self.limit

    def about(self, paths: Sequence[str]) -> "Measure":
        """Return the same count of those offenders only that name one of the paths."""
        named = tuple(offender for offender in self.offenders if any(path.rstrip("/") in offender for path in paths))
        return Measure(self.name, len(named), self.limit, named)

    def __str__(self) -> str:
        limit = "" if self.limit is None else f"at most {self.limit:g}"
        return f"{self.name:<58} {self.value:>9.4g}   {limit:<12} {'BROKEN' if self.broken else ''}".rstrip()


def docstring(node: Documented) -> Text | None:
    """Return the docstring of a module, class or function; None if it has none."""
    match node.body:
        case [ast.Expr(value=ast.Constant(value=str(words)), lineno=line), *_]:
            return Text(words, line)
    return None


def counted(name: str, offenders: Iterable[str], limit: float = 0) -> Measure:
    """Return a measure whose value is the number of offenders."""
    listed = tuple(offenders)
    return Measure(name, len(listed), limit, listed)


def share(part: int, whole: int) -> float:
    """Return the part in percent of the whole; 0 if there is no whole."""
    return 100 * part / whole if whole else 0.0


def first_words(modules: Sequence[Module]) -> Measure:
    """Measure how many function docstrings begin with an article, a question word or a pronoun, not with a verb."""
    texts = [
        (module, text)
        for module in modules
        for function in module.functions
        if (text := docstring(function)) and not is_property(function)
    ]
    offenders = tuple(module.at(text.line, first_line(text)) for module, text in texts if NOT_A_VERB.match(text.words))
    return Measure("function docstrings that begin with no verb (%)", share(len(offenders), len(texts)), 5, offenders)


def first_line(text: Text) -> str:
    """Return the first line that is not blank."""
    return text.words.strip().partition("\n")[0]


def is_property(function: Function) -> bool:
    """Decide whether the function is read as an attribute: its docstring may be a noun, as PEP 257's examples are."""
    decorators = {ast.unparse(decorator).rpartition(".")[2] for decorator in function.decorator_list}
    return bool(decorators & {"property", "cached_property"})


def where(modules: Sequence[Module]) -> Measure:
    """Measure how often docstrings say "where": for a condition, "if" is the word."""
    words = sum(len(text.words.split()) for module in modules for text in module.docstrings)
    offenders = tuple(found(modules, WHERE, lambda module: module.docstrings))
    return Measure('"where" per 1,000 words of docstrings', 1000 * len(offenders) / max(words, 1), 3, offenders)


def idioms(modules: Sequence[Module]) -> list[Measure]:
    """Count what a reader of docstrings and comments would have to decode."""
    return [
        counted("forbidden words in docstrings and comments", found(modules, FORBIDDEN, prose)),
        counted('"a row a frame" instead of "one row per frame"', found(modules, PER, prose)),
    ]


def prose(module: Module) -> list[Text]:
    """Return all that the module says to a reader."""
    return [*module.docstrings, *module.comments]


def found(
    modules: Sequence[Module], pattern: re.Pattern[str], texts: Callable[[Module], Sequence[Text]]
) -> Iterator[str]:
    """Yield one offender per match of the pattern; what stands in double quotes is quoted, not said."""
    for module in modules:
        for text in texts(module):
            for match in pattern.finditer(QUOTED.sub(lambda quoted: " " * len(quoted.group()), text.words)):
                offset = text.words.count("\n", 0, match.start())
                yield module.at(text.line + offset, text.words.splitlines()[offset].strip())


def unclear(modules: Sequence[Module]) -> Measure:
    """Count the names of functions and classes that do not say what they stand for."""
    return counted(
        "names that do not explain themselves",
        (
            module.at(node.lineno, node.name)
            for module in modules
            for node in (*module.classes, *module.functions)
            if UNCLEAR.fullmatch(node.name)
        ),
    )


def sizes(modules: Sequence[Module]) -> list[Measure]:
    """Count the files, functions and classes that are too long to be read at once."""
    return [
        counted(
            "files over 400 lines",
            (module.at(1, f"{module.lines} lines") for module in modules if module.lines > 400),
        ),
        counted("functions over 60 lines", too_long(modules, lambda module: module.functions, 60)),
        counted("classes over 250 lines", too_long(modules, lambda module: module.classes, 250)),
    ]


def too_long(
    modules: Sequence[Module], parts: Callable[[Module], Sequence[Function | ast.ClassDef]], most: int
) -> Iterator[str]:
    """Yield the parts of the modules that have more lines than `most`."""
    for module in modules:
        for part in parts(module):
            if length(part) > most:
                yield module.at(part.lineno, f"{part.name} has {length(part)} lines")


def length(part: Function | ast.ClassDef) -> int:
    """Return the number of lines, from the line of the name on."""
    return (part.end_lineno or part.lineno) - part.lineno + 1


def folders(modules: Sequence[Module]) -> Measure:
    """Count the folders with more than 14 Python files; `__init__.py` does not count."""
    files: defaultdict[Path, int] = defaultdict(int)
    for module in modules:
        files[module.path.parent] += module.path.name != "__init__.py"
    return counted(
        "folders with more than 14 Python files",
        (f"{folder}: {number} files" for folder, number in sorted(files.items()) if number > 14),
    )


def file_names(modules: Sequence[Module]) -> Measure:
    """Count the file names that three files or more share, outside the conventions."""
    paths = defaultdict(list)
    for module in modules:
        if module.path.name not in CONVENTIONAL_NAMES and module.path.parent.name not in CONVENTIONAL_FOLDERS:
            paths[module.path.name].append(str(module.path))
    return counted(
        "file names shared by more than two files",
        (f"{name}: {', '.join(same)}" for name, same in sorted(paths.items()) if len(same) > 2),
    )


def names(modules: Sequence[Module]) -> Measure:
    """Count the names of classes and types that mean several things; a leading underscore makes no other name."""
    meanings: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for module in modules:
        for name, line, definition in definitions(module):
            meanings[name.lstrip("_")].setdefault(definition, module.at(line, name))
    return counted(
        "names of classes and types with several meanings",
        (f"{name}: {', '.join(places.values())}" for name, places in sorted(meanings.items()) if len(places) > 1),
    )


def definitions(module: Module) -> Iterator[tuple[str, int, str]]:
    """Yield name, line and definition of each class and type alias; the same alias written twice has one definition."""
    for node in module.tree.body:
        match node:
            case ast.ClassDef(name=name, lineno=line):
                yield name, line, f"class in {module.path}"
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value, lineno=line)
                | ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id="TypeAlias"), value=value, lineno=line)
            ) if re.match(r"_?[A-Z]\w*[a-z]", name) and value and not is_type_variable(value):
                yield name, line, ast.unparse(value)


def is_type_variable(value: ast.expr) -> bool:
    """Decide whether the value is a TypeVar or a ParamSpec, which has a meaning in its own module only."""
    return isinstance(value, ast.Call) and ast.unparse(value.func) in {"TypeVar", "ParamSpec"}


def information(modules: Sequence[Module]) -> list[Measure]:
    """Measure what has no limit: size, typing, and how much is explained."""
    functions = [function for module in modules for function in module.functions]
    documented = [node for module in modules for node in (module.tree, *module.classes, *module.functions)]
    lines = [line.strip() for module in modules for line in module.source.splitlines()]
    doc_lines = sum(text.words.count("\n") + 1 for module in modules for text in module.docstrings)
    code_lines = sum(bool(line) and not line.startswith("#") for line in lines) - doc_lines
    comments = sum(len(module.comments) for module in modules)
    return [
        Measure("files", len(modules)),
        Measure("lines", len(lines)),
        *spread("file lines", [module.lines for module in modules if module.source.strip()]),
        *spread("function lines", [length(function) for function in functions]),
        Measure("typed functions (%)", share(sum(is_typed(function) for function in functions), len(functions))),
        Measure("documented (%)", share(sum(docstring(node) is not None for node in documented), len(documented))),
        Measure("lines of docstrings (%)", share(doc_lines, len(lines))),
        Measure("comments per 100 lines of code", share(comments, code_lines)),
    ]


def spread(name: str, values: Sequence[int]) -> list[Measure]:
    """Measure the median, the 90th percentile and the largest of the values."""
    ordered = sorted(values) or [0]
    return [
        Measure(f"{name}: median", statistics.median(ordered)),
        Measure(f"{name}: 90th percentile", ordered[int(0.9 * len(ordered))]),
        Measure(f"{name}: largest", ordered[-1]),
    ]


def is_typed(function: Function) -> bool:
    """Decide whether the function declares what it returns."""
    return function.returns is not None


def python_files(paths: Iterable[Path]) -> list[Path]:
    """Return the Python files among the paths and below them, in order; caches and environments are left out."""
    files = {file for path in paths for file in ([path] if path.is_file() else path.rglob("*.py"))}
    return sorted(file for file in files if file.suffix == ".py" and "__pycache__" not in file.parts)


def read(paths: Iterable[str | Path]) -> list[Module]:
    """Read the Python files among the paths and below them; relative paths begin at the repository."""
    return [Module.read(file) for file in python_files((ROOT / path).resolve() for path in paths)]


def measures(paths: Sequence[str]) -> list[Measure]:
    """Take every measure of the paths; of all Python but the tests if there is none."""
    modules, product = read(paths or MEASURED), read(PRODUCT)
    compared = [folders(read(FOLDERS)), names(product), file_names(product)]
    return [
        first_words(modules),
        where(modules),
        *idioms(modules),
        unclear(modules),
        *sizes(modules),
        *([measure.about(paths) for measure in compared] if paths else compared),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measures; return 1 if a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print each offender of a broken limit")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders to measure")
    options = parser.parse_args(arguments)
    taken = measures(options.paths)
    if options.list:
        for measure in (measure for measure in taken if measure.broken):
            print(f"== {measure.name}", *measure.offenders, "", sep="\n")
    print(*information(read(options.paths or MEASURED)), *taken, sep="\n")
    return int(any(measure.broken for measure in taken))


if __name__ == "__main__":
    sys.exit(main())
