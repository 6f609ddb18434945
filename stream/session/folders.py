"""Where sessions and results lie, and what they are called. Pure paths: nothing is made or opened."""

import itertools
import os
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from stream.errors import UsageError
from stream.machine.files import expanded, reach, real
from stream.session.result_files import TREND

_SESSION_ID: Final = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
_IMAGES: Final = re.compile(r"^images:(.*?)(\?[^?=]*=[^?]*)?$", re.DOTALL | re.IGNORECASE)
_WILDCARDS: Final = frozenset("*?[")


def new_session_id() -> str:
    """Return an identifier of time and chance, with nothing about the patient."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def session_id_for(folder: Path) -> str:
    """Return the identifier of a new session in `folder`: the folder's own name if it is one, else a new one."""
    return folder.name if _SESSION_ID.fullmatch(folder.name) else new_session_id()


def sessions_folder(configured: str) -> Path:
    """Return the folder of live sessions: the configured one, else in the user's data (XDG Base Directory spec)."""
    if configured:
        return expanded(configured)
    base = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA") or "~/.local/share"
    return expanded(base) / "capillary-stream" / "sessions"


def result_folders(sources: Sequence[str], output: Path, *, below: bool = False) -> list[Path]:
    """Return the folder for the results of each source: `output` itself, or for several sources one each below it.

    below: also of a single source, because it may be several the next time.
    Raises UsageError if that is a file, or a source's own folder: the next time, results would be read as its
    pictures.
    """
    if str(output) in ("", "."):
        raise UsageError("--output needs a folder of its own, such as results/today")
    reach(output)
    if output.is_file():
        raise UsageError(f"--output {output} is a file; name a folder")
    folders = _one_each(sources, output) if below or len(sources) > 1 else [output]
    for folder in folders:
        reach(folder)
    for source, folder in itertools.product(sources, (output, *folders)):
        if _is_among_pictures(folder, source):
            raise UsageError(f"--output {folder} is the source's own folder; choose another one")
    return folders


def _one_each(sources: Sequence[str], output: Path) -> list[Path]:
    """Name each by its source; those of one name by their folder too; those of one folder by their place."""
    paths = [Path(source.rstrip("/\\")) for source in sources]
    names = [_folder_name(path.stem) or "source" for path in paths]
    single = {name for name in names if names.count(name) == 1}
    whole = [
        name if name in single else "-".join(filter(None, (_folder_name(path.parent.name), name)))
        for path, name in zip(paths, names, strict=True)
    ]
    taken = single.union(whole)
    return [
        output / (longer if name in single or whole.count(longer) == 1 else _free(name, place, taken))
        for place, (name, longer) in enumerate(zip(names, whole, strict=True), 1)
    ]


def _folder_name(text: str) -> str:
    return re.sub(r"[^\w.-]+", "-", text).strip("-.")


def _free(name: str, place: int, taken: set[str]) -> str:
    """Return a name with its place among the sources, and more than that if another source has that name."""
    numbered = f"{name}-{place}"
    return numbered if numbered not in taken else _free(numbered, place, taken)


def _is_among_pictures(folder: Path, source: str) -> bool:
    """Return whether a picture written to the folder would be one of the source's the next time."""
    place = real(expanded(_IMAGES.sub(r"\1", source)))
    if place == real(folder) or _WILDCARDS.isdisjoint(str(place)):
        return place == real(folder)
    *above, last = place.parts
    return fnmatchcase(TREND, last) and _matches(real(folder).parts, above)


def _matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Return whether a path is one of those that a pattern names; `**` is any number of folders."""
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return _matches(parts, pattern[1:]) or (bool(parts) and _matches(parts[1:], pattern))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _matches(parts[1:], pattern[1:])
