"""The machine-readable model card that stands beside a file of weights, and the check that both belong together."""

import hashlib
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from stream.errors import ModelError
from stream.machine.text_files import TextError, read_text
from workers.runtimes.figures import ModelFigures

RECIPE: Final = "flat-field-4"
"""Names how regions are proposed and crops are cut. It changes when weights must be trained anew."""

MAX_WEIGHTS_BYTES: Final = 64 * 2**20
RuntimeName = Literal["litert", "litert-float32", "keras", "onnx", "openvino", "openvino-bf16"]
ProposalsName = Literal["contrast", "helmy2022"]
"""Who proposes the regions that the network judges: the program's own way, or the published one."""

OWN_RUNTIME: Final[dict[str, RuntimeName]] = {
    ".tflite": "litert",
    ".float32": "litert-float32",
    ".keras": "keras",
    ".onnx": "onnx",
    ".xml": "openvino",
}
"""Suffix of a file of weights → the runtime that it was made for."""

_READS: Final = {"openvino": ("openvino", "onnx"), "openvino-bf16": ("openvino", "onnx")}
"""Runtime → the runtimes whose files it can read, its own first; one that is not here reads its own alone."""

_REFUSED: Final = {
    ".h5": "HDF5 weights",
    ".hdf5": "HDF5 weights",
    ".pkl": "a pickle",
    ".pickle": "a pickle",
    ".pt": "a pickle",
    ".joblib": "a pickle",
}

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class WeightsFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One file of weights."""

    file: Annotated[str, Meta(pattern=r"^[\w.-]+$", description="name of the file beside the card")]
    sha256: Sha256


class Input(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the network sees of a region."""

    size_px: Annotated[int, Meta(ge=8, le=256, description="height and width of a crop")]
    channels: Annotated[int, Meta(ge=1, le=8)]
    context: Annotated[float, Meta(ge=1, le=8, description="side of the crop over the longer side of the region")]
    min_side_px: Annotated[int, Meta(ge=4, le=512, description="smallest side of a crop, half-resolution px")]


class Calibration(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Calibrated log-odds = slope * the network's log-odds + offset (Platt 1999) + the weighted sum of `terms`."""

    slope: Annotated[float, Meta(ge=-100, le=100)] = 1.0
    offset: Annotated[float, Meta(ge=-100, le=100)] = 0.0
    terms: Annotated[
        dict[str, Annotated[float, Meta(ge=-1000, le=1000)]],
        Meta(description="weights of traits (`peak`) and of their products (`peak*area`); none: Platt scaling alone"),
    ] = {}


class Likeness(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is usual of the frames of the training, see `workers.capillary.likeness`."""

    centre: Annotated[list[float], Meta(description="mean over frames of what is usual of their patches")]
    precision: Annotated[list[list[float]], Meta(description="inverse of the covariance over frames")]
    limit: Annotated[float, Meta(gt=0, description="distance of the farthest of these frames to the others")]


class Training(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the weights were made from."""

    data: str
    readers: str
    frames: Annotated[list[str], Meta(description="frames that the weights have seen")]
    held_out: Annotated[list[str], Meta(description="labelled frames that they have not seen")] = []
    seed: int
    epochs: int
    plan: Annotated[Sha256 | None, Meta(description="hash of the plan of training; older cards have none")] = None
    chosen_on: Annotated[
        str, Meta(description="what of program and plan was chosen by looking at which frames, in a sentence or two")
    ] = ""


class Card(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that is known about a model."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]{0,50}$")]
    recipe: str
    architecture: str
    litert: WeightsFile
    keras: WeightsFile | None = None
    exports: Annotated[
        dict[
            Annotated[str, Meta(pattern="^(litert-float32|onnx|openvino)$")],
            Annotated[list[WeightsFile], Meta(min_length=1)],
        ],
        Meta(description="the same network for other runtimes; OpenVINO's is a graph (.xml) and its numbers (.bin)"),
    ] = {}
    input: Input
    proposals: ProposalsName = "contrast"
    threshold: Annotated[float, Meta(gt=0, lt=1, description="a region this probable is a capillary")]
    calibration: Calibration
    outline_spread: Annotated[
        float, Meta(ge=0, le=2, description="relative standard deviation of density that outlines and readers add")
    ]
    likeness: Annotated[Likeness | None, Meta(description="absent: whether a frame is unlike them is not said")] = None
    training: Training
    figures: ModelFigures | None
    licence: str
    intended_use: str
    limits: list[str]

    @property
    def model_id(self) -> str:
        """Name and the start of the hash of the int8 weights."""
        return f"{self.name}-{self.litert.sha256[:12]}"

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of a crop."""
        return self.input.size_px, self.input.size_px, self.input.channels

    def files(self, runtime: str) -> list[WeightsFile]:
        """Return the files that a runtime reads; none if the model was not made for it."""
        made: dict[str, list[WeightsFile]] = {"litert": [self.litert], **self.exports}
        if self.keras is not None:
            made["keras"] = [self.keras]
        return next((made[one] for one in readable(runtime) if one in made), [])


def readable(runtime: str) -> tuple[str, ...]:
    """Return the runtimes whose files `runtime` can read, its own first."""
    return _READS.get(runtime, (runtime,))


def weights_file(path: Path, content: bytes) -> WeightsFile:
    """Return the card's entry for `content` stored at `path`."""
    return WeightsFile(file=path.name, sha256=hashlib.sha256(content).hexdigest())


def read_card(weights: Path) -> Card:
    """Read the card beside `weights` (same name, .json). Raises ModelError if it is missing or is not a card."""
    path = weights.with_suffix(".json")
    if weights.suffix.lower() not in OWN_RUNTIME:
        kind = _REFUSED.get(weights.suffix.lower(), f"a {weights.suffix or 'nameless'} file")
        known = ", ".join(OWN_RUNTIME)
        raise ModelError(f"{weights} is {kind}; give a file of weights ({known}) with its .json card beside it.")
    try:
        card = msgspec.json.decode(read_text(path), type=Card)
    except OSError as error:
        raise ModelError(f"No model card at {path}: weights are loaded only with their card beside them.") from error
    except (TextError, msgspec.DecodeError) as error:
        raise ModelError(f"{path} is not a model card: {error}.") from error
    if card.recipe != RECIPE:
        raise ModelError(
            f"{weights} was trained for the recipe {card.recipe!r}, this program cuts {RECIPE!r}: train it again."
        )
    return card


def checked_weights(folder: Path, entry: WeightsFile) -> bytes:
    """Read the bytes of `entry` in `folder`. Raises ModelError if they are missing or not those of the card."""
    path = folder / entry.file
    try:
        if path.stat().st_size > MAX_WEIGHTS_BYTES:
            raise ModelError(f"{path} is larger than {MAX_WEIGHTS_BYTES >> 20} MiB: not a model of this program.")
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"Cannot read the weights {path}: {error.strerror}.") from error
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise ModelError(f"{path} does not have the hash in its card: it is damaged or another file; restore it.")
    return content
