"""The models that ship with the program, by name; any other model is named by its path."""

from pathlib import Path
from typing import Final

from stream.errors import ModelError
from stream.machine.files import expanded
from workers.runtimes.card import OWN_RUNTIME, Card, RuntimeName, read_card

FOLDER: Final = Path(__file__).resolve().parent / "weights"


def shipped() -> dict[str, Card]:
    """Return name → card of every model in the program's own folder. Raises ModelError if a card is broken."""
    return {path.stem: read_card(path) for path in sorted(FOLDER.glob("*.tflite"))}


def weights_path(model: str) -> Path:
    """Return the file of weights of a shipped model's name, or of a path. Raises ModelError for what can be neither."""
    known, path = FOLDER / f"{model}.tflite", expanded(model)
    if known.is_file():
        return known
    if not path.suffix and not path.exists():
        names = ", ".join(sorted(file.stem for file in FOLDER.glob("*.tflite")))
        raise ModelError(f"There is no model {model!r}: shipped are {names}; any other is named by its file's path.")
    return path


def card_of(model: str) -> Card:
    """Read the card of a model. Raises ModelError if there is none."""
    path = weights_path(model)
    if path.suffix.lower() in OWN_RUNTIME and not path.exists():
        raise ModelError(f"There is no file {path}.")
    return read_card(path)


def own_runtime(weights: Path) -> RuntimeName:
    """Return the runtime that a file of weights is made for; LiteRT if its suffix says nothing."""
    return OWN_RUNTIME.get(weights.suffix.lower(), "litert")
