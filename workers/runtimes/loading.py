"""Finds what runs a model: runtimes by name, each with its library loaded only when it is chosen."""

from importlib import import_module
from pathlib import Path
from typing import Final

from stream.errors import ModelError
from workers.runtimes.base import Runtime
from workers.runtimes.card import OWN_RUNTIME, Card, checked_weights

RUNTIMES: Final = {
    "litert": "workers.runtimes.litert:LiteRtRuntime",
    "keras": "workers.runtimes.keras:KerasRuntime",
    "onnx": "workers.runtimes.onnx:OnnxRuntime",
    "openvino": "workers.runtimes.openvino:OpenVinoRuntime",
}
"""Name in `[analyser.settings] runtime` → "module:class", made from a file's bytes and the shape of a crop."""


def load(card: Card, weights: Path, name: str) -> Runtime:
    """The runtime `name` with the model's weights, which lie beside `weights`. Raises ModelError."""
    own = OWN_RUNTIME[weights.suffix.lower()]
    if own not in ("litert", name):
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
    module, _, attribute = RUNTIMES[name].partition(":")
    try:
        found: type = getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise ModelError(
            f"The runtime {name!r} needs {error.name}, which is not installed: "
            f"uv sync --extra {name}, or uv pip install {error.name}."
        ) from error
    return found
