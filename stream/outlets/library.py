"""Loads the library behind an outlet, which is not installed with the program itself."""

from importlib import import_module
from typing import Any

from stream.errors import ConfigError


def library(outlet: str, module: str, extra: str) -> Any:
    """Return a module. Raises ConfigError, with what to install, if it is missing."""
    try:
        return import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise ConfigError(
            f'the outlet "{outlet}" needs {package}, which is not installed: pip install capillary-stream[{extra}]'
        ) from None
