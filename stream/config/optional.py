"""Loads a library that is not installed with the program itself."""

from importlib import import_module
from typing import Any

from stream.errors import ConfigError, StreamError


def optional(needed_by: str, module: str, extra: str, error: type[StreamError] = ConfigError) -> Any:
    """Return a module. Raises `error`, with what to install, if it is missing.

    needed_by: what needs it, as a sentence begins. extra: of this program's package, which brings it.
    """
    try:
        return import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise error(
            f"{needed_by} needs {package}, which is not installed: pip install capillary-stream[{extra}]"
        ) from None
