"""Whose frames a folder holds and what may be done with them: what a model's card must pass on."""

from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from stream.errors import SourceError
from stream.machine.text_files import TextError, read_text

FILE: Final = "dataset.json"


class DatasetInfo(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Origin and licence of labelled frames, and what limits a model trained on them: dataset.json.

    same_scene: names of frames that show one scene and must stay on one side of every split.
    with_objects: names of frames with a hair, a fibre, dirt or bubbles in the picture.
    chosen_on: what of the program was chosen by looking at which of these frames, in a sentence or two.
    """

    data: str
    readers: str
    licence: str
    limits: list[str] = []
    same_scene: list[list[str]] = []
    with_objects: list[str] = []
    chosen_on: str = ""


HELMY: Final = DatasetInfo(
    data="24 frames of human skin, Inspectis hand-held microscope; Helmy, Jul, Ferreira, Truong; ODI Medical AS",
    readers="two careful readers, not clinicians, working independently; no outcome data",
    licence="CC BY-NC 4.0: non-commercial use only, as the frames it was trained on",
    limits=[
        "skin only: not for sublingual or nailfold video",
        "one microscope, one magnification: capillaries of 30 to 80 px; their scale is not published, and taken as 0.8 "
        "µm per pixel (0.6 to 1.1)",
        "few frames from few people; skin types are not recorded",
        "faint capillaries out of focus are where readers disagree most, and so does the model",
    ],
    same_scene=[["f04", "f22"], ["f13", "f14", "f17"]],
    with_objects=["f02", "f10", "f23", "f25"],
    chosen_on=(
        "How regions are proposed, what is measured of them and how a network is trained were chosen by results on f01 "
        "to f22, later on f23 and f25 too. Limits of what is an object and of what is no skin were set by looking at "
        "all 24. Mottled skin is drawn into the copies because f25 showed it. So no figure on these frames is free of "
        "choice; weights, calibration, threshold and intervals are fitted without the scored scene."
    ),
)
"""The labelled frames that the project's figures come from: their folder has a licence file but no dataset.json."""

UNKNOWN: Final = DatasetInfo(
    data="frames of unknown origin",
    readers="unknown",
    licence="not stated: whatever the frames that it was trained on allow",
    limits=["nothing is known of the frames it was trained on"],
)


def read_dataset_info(folder: Path) -> DatasetInfo:
    """Read `folder`/dataset.json; without one, return what is known of the folder. Raises SourceError."""
    path = folder / FILE
    try:
        return msgspec.json.decode(read_text(path), type=DatasetInfo)
    except FileNotFoundError:
        return HELMY if (folder / "LICENSE-CC-BY-NC-4.0.md").is_file() else UNKNOWN
    except (OSError, TextError, msgspec.DecodeError) as error:
        raise SourceError(f"{path} does not say whose frames these are: {error}.") from error
