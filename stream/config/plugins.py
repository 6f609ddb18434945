"""Names in the configuration → the code behind them: built-in names, entry points, or `package.module:attribute`.

Modules are named here as text and loaded when asked for, so that nothing depends on a concrete part at import time.
"""

import importlib
import importlib.metadata
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from stream.errors import ModelError

BUILT_IN: Final = {
    "analysers": {
        "capillary": "workers.analysers:capillary",
        "helmy2022": "workers.analysers:helmy2022",
    },
}
"""Group → name → where it is. Entry points of `capillary_stream.<group>` join them."""


def find(group: str, name: str) -> Any:
    """The object called `name`. An error inside a plug-in's own module is raised as it is.

    Raises ModelError where there is no such name, module or attribute.
    """
    target = _known(group).get(name, name)
    module_name, colon, attribute = target.partition(":")
    if not (colon and attribute and all(module_name.split("."))):
        near = get_close_matches(name, _known(group), n=1)
        hint = f'; did you mean "{near[0]}"?' if near else "."
        raise ModelError(f'no {group[:-1]} is called "{name}"{hint} Use a known name or "package.module:attribute".')
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module_name}.".startswith(f"{error.name}."):
            raise ModelError(f'"{target}": there is no module {error.name} on the path or in this folder') from error
        raise
    try:
        return getattr(module, attribute)
    except AttributeError as error:
        raise ModelError(f'"{target}": module {module_name} has no {attribute}') from error


def _known(group: str) -> dict[str, str]:
    points = importlib.metadata.entry_points(group=f"capillary_stream.{group}")
    return {point.name: point.value for point in points} | BUILT_IN.get(group, {})
