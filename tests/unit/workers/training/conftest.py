"""Trainings in this process: another would take seconds to start TensorFlow."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from workers.training import folds


def in_this_process(
    call: Callable[..., object],
    tasks: Sequence[tuple[object, ...]],
    jobs: int,  # noqa: ARG001
) -> Iterator[tuple[int, object]]:
    """Call one after the other, without the seconds that TensorFlow takes to start in another process."""
    return ((number, call(*task)) for number, task in enumerate(tasks))


@pytest.fixture(scope="module", autouse=True)
def trainings_here() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folds, "side_by_side", in_this_process)
        yield
