"""`models export`: a model's network in another format, with its hash and card beside it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from stream.errors import ModelError, OutputError, UsageError
from stream.protocol.contracts import Pixels
from workers.capillary.examine import examine
from workers.runtimes.card import Card, checked_weights, read_card, weights_file
from workers.runtimes.loading import load
from workers.runtimes.quiet import without_chatter
from workers.shipped import weights_path

if TYPE_CHECKING:
    import keras

SUFFIX: Final = {
    "litert": ".tflite",
    "litert-float32": ".float32",
    "onnx": ".onnx",
    "openvino": ".xml",
    "savedmodel": "",
}
"""Format → suffix of --output; a SavedModel is a folder."""


def export(model: str, to: str, output: Path, frames: Iterable[Pixels] | None = None) -> None:
    """Write `model` to `output` in one of the formats of `SUFFIX`, with its card beside it as .json.

    To LiteRT: the model's own int8 file; with `frames`, (height, width, 3) uint8 BGR, its Keras network made int8 anew,
    with scales that suit the regions in them. To all others: its Keras network in float32.
    Raises ModelError, UsageError, OutputError.
    """
    if output.suffix != SUFFIX[to]:
        raise UsageError(f"For {to}, --output is {'a path ending in ' + SUFFIX[to] if SUFFIX[to] else 'a folder'}.")
    source = weights_path(model)
    card = read_card(source)
    files, own_card = _MAKERS[to](card, source, output, frames)
    _write(files, output.with_suffix(".json"), own_card)


Made = tuple[dict[Path, bytes], Card]
"""Files to write, and the card that goes with them."""


def _litert(card: Card, source: Path, output: Path, frames: Iterable[Pixels] | None) -> Made:
    if frames is None:
        content = checked_weights(source.parent, card.litert)
        return {output: content}, _exported(card, litert=weights_file(output, content))
    from workers.training.formats.litert import int8_bytes

    runtime = load(card, source.with_suffix(".keras"), "keras")
    crops = np.concatenate([examine(card, runtime, pixels).crops for pixels in frames])
    if not len(crops):
        raise ModelError("No region is proposed in these frames, so int8's scales cannot be chosen by them.")
    network = _network(card, source)
    with without_chatter():
        content = int8_bytes(network, crops)
    return {output: content}, _exported(card, litert=weights_file(output, content), figures=None)


def _litert_float32(card: Card, source: Path, output: Path, _: Iterable[Pixels] | None) -> Made:
    from workers.training.formats.litert import float32_bytes

    content = float32_bytes(_network(card, source))
    return {output: content}, _exported(card, exports={"litert-float32": [weights_file(output, content)]})


def _onnx(card: Card, source: Path, output: Path, _: Iterable[Pixels] | None) -> Made:
    from workers.training.formats.onnx import onnx_bytes

    content = onnx_bytes(_network(card, source))
    return {output: content}, _exported(card, exports={"onnx": [weights_file(output, content)]})


def _openvino(card: Card, source: Path, output: Path, _: Iterable[Pixels] | None) -> Made:
    from workers.training.formats.openvino import openvino_bytes

    files = dict(zip((output, output.with_suffix(".bin")), openvino_bytes(_network(card, source)), strict=True))
    return files, _exported(
        card, exports={"openvino": [weights_file(path, content) for path, content in files.items()]}
    )


def _savedmodel(card: Card, source: Path, output: Path, _: Iterable[Pixels] | None) -> Made:
    from workers.training.formats.savedmodel import savedmodel_files

    files = savedmodel_files(_network(card, source))
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    return {output / name: content for name, content in {**files, "SHA256SUMS": sums.encode()}.items()}, _exported(card)


_MAKERS: Final = {
    "litert": _litert,
    "litert-float32": _litert_float32,
    "onnx": _onnx,
    "openvino": _openvino,
    "savedmodel": _savedmodel,
}


def _network(card: Card, source: Path) -> "keras.Model":
    from workers.runtimes.keras import load_network

    if card.keras is None:
        raise ModelError(
            f"The model {card.name} has no Keras weights beside its card, and other formats are made of them."
        )
    return load_network(checked_weights(source.parent, card.keras))


def _exported(card: Card, **changes: object) -> Card:
    """Make the card of what was exported, without files that stay behind. The int8 hash remains: it names the model."""
    return msgspec.structs.replace(card, **{"keras": None, "exports": {}, **changes})


def _write(files: dict[Path, bytes], card_path: Path, card: Card) -> None:
    """Write files, then card. A card of the same model that is there already keeps its entries.

    Raises OutputError if a file is there already, the card is another model's, or the disk refuses.
    """
    taken = next((path for path in files if path.exists()), None)
    if taken is not None:
        raise OutputError(f"{taken} is there already; give another --output.")
    if card_path.exists():
        beside = read_card(card_path.with_suffix(".tflite"))
        if beside.model_id != card.model_id:
            raise OutputError(f"{card_path} is the card of another model, {beside.model_id}; give another --output.")
        card = msgspec.structs.replace(beside, exports={**beside.exports, **card.exports})
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        card_path.write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")
    except OSError as error:
        raise OutputError(f"Cannot write {error.filename}: {error.strerror}.") from error
