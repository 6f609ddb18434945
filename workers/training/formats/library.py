"""The libraries that some formats need, and what to do if one is not installed."""

from importlib import import_module
from typing import Any

from stream.errors import ModelError


def library(name: str, extra: str) -> Any:
    """Import the module `name`. Raises ModelError with the command that installs it: `extra` of this project."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise ModelError(
            f"This export needs {error.name}, which is not installed: uv sync --extra {extra}, "
            f"or uv pip install {error.name}."
        ) from error
