"""The int8 runtime: the same answer in any company, and close to the float reference."""

import numpy as np
import pytest

from stream.errors import ModelError
from workers.capillary.analyser import SHIPPED
from workers.runtimes.card import checked_weights, read_card
from workers.runtimes.litert import BATCH, LiteRtRuntime

CARD = read_card(SHIPPED)
SHAPE = (CARD.input.size_px, CARD.input.size_px, CARD.input.channels)


@pytest.fixture(scope="module")
def runtime() -> LiteRtRuntime:
    return LiteRtRuntime(checked_weights(SHIPPED.parent, CARD.litert), SHAPE)


def some_crops(count: int) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (count, *SHAPE)).astype(np.uint8)


def test_a_crop_has_one_probability_in_any_company(runtime: LiteRtRuntime) -> None:
    crops = some_crops(2 * BATCH + 3)
    together = runtime.probabilities(crops)
    assert together.shape == (len(crops),)
    assert ((together >= 0) & (together <= 1)).all()
    alone = np.concatenate([runtime.probabilities(crops[i : i + 1]) for i in range(len(crops))])
    assert (together == alone).all()
    assert (runtime.probabilities(crops[::-1])[::-1] == together).all()


def test_no_crops_give_no_probabilities(runtime: LiteRtRuntime) -> None:
    assert runtime.probabilities(some_crops(0)).shape == (0,)


@pytest.mark.parametrize(("content", "shape"), [(b"not a network", SHAPE), (None, (8, 8, 4))])
def test_what_is_not_this_network_is_refused(content: bytes | None, shape: tuple[int, int, int]) -> None:
    with pytest.raises(ModelError):
        LiteRtRuntime(content or checked_weights(SHIPPED.parent, CARD.litert), shape)


@pytest.mark.slow
def test_the_keras_reference_agrees(runtime: LiteRtRuntime) -> None:
    from workers.runtimes.keras import KerasRuntime

    assert CARD.keras is not None
    reference = KerasRuntime(checked_weights(SHIPPED.parent, CARD.keras), SHAPE)
    crops = some_crops(20)
    assert np.abs(reference.probabilities(crops) - runtime.probabilities(crops)).max() < 0.1
