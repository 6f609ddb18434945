"""The models that ship with the program, by name; any other model is named by its path."""

from pathlib import Path
from typing import Final

from workers.runtimes.card import OWN_RUNTIME, Card, RuntimeName, read_card

FOLDER: Final = Path(__file__).resolve().parent / "weights"


def shipped() -> dict[str, Card]:
    """Name → card of every model in the program's own folder. Raises ModelError where a card is broken."""
    return {path.stem: read_card(path) for path in sorted(FOLDER.glob("*.tflite"))}


def weights_path(model: str) -> Path:
    """The .tflite file of a shipped model's name, or of a path."""
    known = FOLDER / f"{model}.tflite"
    return known if known.is_file() else Path(model).expanduser()


def card_of(model: str) -> Card:
    """The card of a model. Raises ModelError where there is none."""
    return read_card(weights_path(model))


def own_runtime(weights: Path) -> RuntimeName:
    """The runtime that a file of weights is made for; LiteRT where its suffix says nothing."""
    return OWN_RUNTIME.get(weights.suffix.lower(), "litert")
