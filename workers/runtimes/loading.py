"""Loads a model into the runtime that is to run it, whose library is loaded only then."""

from pathlib import Path

from stream.config.plugins import find
from stream.errors import ModelError
from workers.runtimes.base import Runtime
from workers.runtimes.card import OWN_RUNTIME, Card, checked_weights, readable


def load(card: Card, weights: Path, name: str) -> Runtime:
    """Return the runtime `name` with the model's weights, which lie beside `weights`. Raises ModelError."""
    own = OWN_RUNTIME[weights.suffix.lower()]
    if own not in ("litert", *readable(name)):
        raise ModelError(f'{weights} is made for another runtime: set runtime = "{own}" in [analyser.settings].')
    entries = card.files(name)
    if not entries:
        raise ModelError(
            f"The model {card.name} has no weights for the runtime {name!r}: make them with `models export`, "
            "or choose another runtime."
        )
    first, *others = (checked_weights(weights.parent, entry) for entry in entries)
    runtime: Runtime = _class(name)(first, card.shape, *others)
    return runtime


def _class(name: str) -> type:
    try:
        found: type = find("runtimes", name)
    except ModuleNotFoundError as error:
        extra = name.partition("-")[0]
        raise ModelError(
            f"The runtime {name!r} needs {error.name}, which is not installed: "
            f"uv sync --extra {extra}, or uv pip install {error.name}."
        ) from error
    return found
