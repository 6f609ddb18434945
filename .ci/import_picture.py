"""Draw who imports whom from the imports themselves: `python .ci/import_picture.py [--check]`.

Writes docs/images/architecture.svg: one box per member of the layered contract in pyproject.toml, and arrows from each
box to those that it imports. `--check` writes nothing, and exits with 1 if the committed picture differs, an arrow
leads up or sideways between the layers, or neighbours in any folder import each other in a circle.
"""

import argparse
import ast
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path

from layered_drawing import Edges, svg

ROOT = Path(__file__).resolve().parent.parent
PICTURE = Path("docs", "images", "architecture.svg")

Imports = Mapping[str, Set[str]]
"""Module → the modules that it imports."""


# The imports


def module_name(path: Path) -> str:
    """Return the dotted name of the module in the file; a package's is its folder's."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read_modules(root: Path, tops: Iterable[str]) -> dict[str, ast.Module]:
    """Read the modules below the top packages, and the modules that are a file in the root folder."""
    files = [file for top in tops for file in (root / top).rglob("*.py")] + list(root.glob("*.py"))
    return {module_name(file.relative_to(root)): ast.parse(file.read_text(encoding="utf-8")) for file in sorted(files)}


def imports_of(modules: Mapping[str, ast.Module]) -> Imports:
    """Return which of the modules each of them imports.

    A file in the root folder is the table of commands: what it names as text, "module:attribute", it imports later.
    """
    known = frozenset(modules)
    return {
        name: {*imported(tree, known), *(named_as_text(tree, known) if "." not in name else ())} - {name}
        for name, tree in modules.items()
    }


def imported(tree: ast.Module, known: Set[str]) -> Iterator[str]:
    """Yield the known modules that the tree imports, also within functions; `from x import y` may mean x or x.y."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names if name.name in known)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                full = {f"{module}.{name.name}" for name in names}
                yield from full & known
                if full - known and module in known:
                    yield module


def named_as_text(tree: ast.Module, known: Set[str]) -> Iterator[str]:
    """Yield the known modules of which the tree names an attribute as text, "module:attribute"."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if ":" in text and text.partition(":")[0] in known:
                yield text.partition(":")[0]


def edges_between(imports: Imports, boxes: Mapping[str, str]) -> Counter[tuple[str, str]]:
    """Count the imports from box to box; `boxes` maps a module to the box it lies in."""
    return Counter(
        (boxes[name], boxes[other])
        for name, others in imports.items()
        for other in others
        if name in boxes and other in boxes and boxes[name] != boxes[other]
    )


def box_of(module: str, members: Iterable[str]) -> str | None:
    """Return the member of the layers that the module is, or lies in; None if there is none."""
    return max((member for member in members if f"{module}.".startswith(f"{member}.")), key=len, default=None)


def child_of(module: str, package: str) -> str | None:
    """Return the file or folder directly in the package that the module is, or lies in; None if it lies elsewhere."""
    prefix = f"{package}." if package else ""
    return prefix + module.removeprefix(prefix).partition(".")[0] if module.startswith(prefix) else None


def packages_of(modules: Iterable[str]) -> list[str]:
    """Return every package among the modules, the root first, which has no name."""
    return sorted({module.rpartition(".")[0] for module in modules} | {""})


# The rules


def read_layers(root: Path) -> list[list[str]]:
    """Read the layers from the layered contract of pyproject.toml, top first, with the names of their members."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (contract,) = [contract for contract in settings["contracts"] if contract["type"] == "layers"]
    prefixes = [f"{container}." for container in contract.get("containers", ())] or [""]
    return [
        [prefix + member.strip(" ()") for prefix in prefixes for member in layer.replace(":", "|").split("|")]
        for layer in contract["layers"]
    ]


def with_the_rest(layers: Sequence[Sequence[str]], edges: Edges, rest: Iterable[str]) -> list[list[str]]:
    """Put each box that the contract does not name into the layer above all that it imports."""
    rows = [list(layer) for layer in layers]
    for box in rest:
        below = [row for row, members in enumerate(rows) if any((box, member) in edges for member in members)]
        row = min(below, default=len(rows)) - 1
        if row < 0:
            rows.insert(0, [])
        rows[max(row, 0)].append(box)
    return rows


def faults(layers: Sequence[Sequence[str]], edges: Edges) -> list[str]:
    """Name each arrow that leads up or sideways between the layers."""
    row = {member: number for number, layer in enumerate(layers) for member in layer}
    return [f"{one} imports {other}: not below it" for one, other in sorted(edges) if row[one] >= row[other]]


def circle(edges: Edges) -> list[str]:
    """Return boxes that import each other in a circle, in order; empty if there is no circle."""
    left = {box for edge in edges for box in edge}
    while free := {box for box in left if not any((box, other) in edges for other in left)}:
        left -= free
    path: list[str] = []
    box = min(left, default="")
    while box and box not in path:
        path.append(box)
        box = min(other for other in left if (box, other) in edges)
    return path[path.index(box) :] if box else []


def circles(imports: Imports) -> list[str]:
    """Name a circle of imports in each package, among the files and folders that lie directly in it."""
    found = []
    for package in packages_of(imports):
        children = {module: child for module in imports if (child := child_of(module, package))}
        if around := circle(edges_between(imports, children)):
            found.append(f"a circle of imports: {' → '.join([*around, around[0]])}")
    return found


# The command


def first_sentence(tree: ast.Module) -> str:
    """Return the first sentence of the module's docstring, without its full stop and without marks of code."""
    words = " ".join((ast.get_docstring(tree) or "").replace("`", "").split())
    return words.partition(". ")[0].rstrip(".")


def folders_in(package: str, modules: Iterable[str]) -> list[str]:
    """Return the names of the folders directly in the package."""
    return [name.rpartition(".")[2] for name in packages_of(modules) if name and name.rpartition(".")[0] == package]


def draw(root: Path) -> tuple[str, list[str]]:
    """Return the picture of the repository, empty if the boxes import each other in a circle, and what is wrong."""
    modules = read_modules(root, ("stream", "capture", "workers"))
    layers = read_layers(root)
    named = [member for layer in layers for member in layer]
    rest = [top for top in ("capture", "workers", "run_stream") if top not in named and top in modules]
    boxes = {module: box for module in modules if (box := box_of(module, [*named, *rest]))}
    imports = imports_of(modules)
    edges = edges_between(imports, boxes)
    rows = with_the_rest(layers, edges, rest)
    wrong = faults(rows, edges) + circles(imports)
    if circle(edges):
        return "", wrong
    members = [member for row in rows for member in row]
    sentences = {member: first_sentence(modules[member]) for member in members}
    return svg(rows, edges, sentences, {member: folders_in(member, modules) for member in members}), wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the picture; return 1 if something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; compare with the committed picture")
    options = parser.parse_args(arguments)
    picture, wrong = draw(ROOT)
    committed = ROOT / PICTURE
    if not options.check and picture:
        committed.write_text(picture, encoding="utf-8")
    elif options.check and (not committed.exists() or committed.read_text(encoding="utf-8") != picture):
        wrong.append(f"{PICTURE} is not what the imports draw: run python .ci/import_picture.py")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
