"""Loads the library behind an outlet, which is not installed with the program itself."""

from typing import Any

from stream.config.optional import optional


def library(outlet: str, module: str, extra: str) -> Any:
    """Return a module. Raises ConfigError, with what to install, if it is missing."""
    return optional(f'the outlet "{outlet}"', module, extra)
