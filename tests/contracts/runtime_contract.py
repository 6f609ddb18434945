"""What every runtime must do: subclass, name it, say how close it comes to the Keras reference, and the tests run.

The fixtures `tiny_model` (a file of weights, all formats and their card beside it) and `crops` come from the conftest.
"""

import shutil
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import numpy as np
import pytest

from stream.errors import ModelError
from tests.doubles.tiny_model import rewrite_card
from workers.runtimes.base import Crops, Runtime
from workers.runtimes.card import Card, WeightsFile, read_card, readable, weights_file
from workers.runtimes.loading import load


def made(weights: Path, name: str) -> Runtime:
    """Load the runtime `name` with the weights that lie beside `weights`."""
    return load(read_card(weights), weights, name)


class RuntimeContract:
    """`name`: as in the settings. `tolerance`: largest difference of a probability from Keras in float32."""

    name: ClassVar[str]
    tolerance: ClassVar[float]

    @pytest.fixture
    def runtime(self, tiny_model: Path) -> Runtime:
        return made(tiny_model, self.name)

    @pytest.fixture
    def copied(self, tiny_model: Path, tmp_path: Path) -> Path:
        """Copy the model to a folder of its own, to be spoilt."""
        shutil.copytree(tiny_model.parent, tmp_path / "copy")
        return tmp_path / "copy" / tiny_model.name

    def test_a_crop_gets_a_probability(self, runtime: Runtime, crops: Crops) -> None:
        probabilities = runtime.probabilities(crops)
        assert probabilities.shape == (len(crops),)
        assert probabilities.dtype == np.float64
        assert ((probabilities >= 0) & (probabilities <= 1)).all()
        assert probabilities.std() > 0.1

    def test_no_crops_get_none(self, runtime: Runtime, crops: Crops) -> None:
        assert runtime.probabilities(crops[:0]).shape == (0,)

    def test_a_crop_has_one_probability_in_any_company(self, runtime: Runtime, crops: Crops) -> None:
        together = runtime.probabilities(crops)
        alone = [runtime.probabilities(crops[i : i + 1])[0] for i in range(0, len(crops), 7)]
        assert (together[::7] == alone).all()
        assert (runtime.probabilities(crops[::-1])[::-1] == together).all()

    def test_two_workers_say_the_same_to_the_bit(self, runtime: Runtime, tiny_model: Path, crops: Crops) -> None:
        once = runtime.probabilities(crops)
        assert (runtime.probabilities(crops) == once).all()
        assert (made(tiny_model, self.name).probabilities(crops) == once).all()

    def test_it_agrees_with_the_reference(self, runtime: Runtime, tiny_model: Path, crops: Crops) -> None:
        reference = made(tiny_model, "keras").probabilities(crops)
        assert np.abs(runtime.probabilities(crops) - reference).max() <= self.tolerance

    def test_crops_are_left_alone(self, runtime: Runtime, crops: Crops) -> None:
        frozen = crops.copy()
        frozen.flags.writeable = False
        runtime.probabilities(frozen)
        assert (frozen == crops).all()

    def test_crops_of_another_kind_are_refused(self, runtime: Runtime, crops: Crops) -> None:
        wrongs: list[Any] = [crops[:, 1:], crops[..., :1], crops.astype(np.float32)]
        for wrong in wrongs:
            with pytest.raises(ValueError, match="the network takes uint8"):
                runtime.probabilities(wrong)

    def test_a_network_for_other_crops_is_refused(self, copied: Path) -> None:
        rewrite_card(copied, lambda card: msgspec.structs.replace(card, input=_smaller(card)))
        with pytest.raises(ModelError, match="as the card says"):
            made(copied, self.name)

    @pytest.mark.parametrize("junk", [b"", b"not a network", bytes(range(256)) * 20])
    def test_what_is_no_network_is_refused(self, copied: Path, junk: bytes) -> None:
        for path in self._files(copied):
            path.write_bytes(junk)
        rewrite_card(copied, lambda card: _with_hash_of(card, copied.parent, self.name))
        with pytest.raises(ModelError):
            made(copied, self.name)

    def test_every_file_must_have_its_hash(self, copied: Path) -> None:
        for path in self._files(copied):
            content = path.read_bytes()
            path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
            with pytest.raises(ModelError, match="does not have the hash in its card"):
                made(copied, self.name)
            path.write_bytes(content)

    def test_a_missing_file_is_named(self, copied: Path) -> None:
        path = self._files(copied)[-1]
        path.unlink()
        with pytest.raises(ModelError, match=f"Cannot read the weights .*{path.name}"):
            made(copied, self.name)

    def _files(self, weights: Path) -> list[Path]:
        return [weights.parent / entry.file for entry in read_card(weights).files(self.name)]


def _smaller(card: Card) -> object:
    return msgspec.structs.replace(card.input, size_px=card.input.size_px - 8)


def _with_hash_of(card: Card, folder: Path, name: str) -> Card:
    """Return the card with the hashes of the files as they are."""
    found: list[WeightsFile] = [
        weights_file(folder / entry.file, (folder / entry.file).read_bytes()) for entry in card.files(name)
    ]
    if name in ("litert", "keras"):
        return msgspec.structs.replace(card, **{name: found[0]})
    return msgspec.structs.replace(card, exports={**card.exports, readable(name)[0]: found})
