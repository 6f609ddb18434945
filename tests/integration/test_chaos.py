"""The short form of `python -m tests.chaos`: kills at random change no byte, leave nothing, and cost little."""

from pathlib import Path

import pytest

from tests.chaos import replays
from tests.chaos import rounds as again
from tests.chaos.injector import Injector

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
FRAMES, KILLS = 1500, 30


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chaos") / "calm"
    replays.calm(f"synthetic:?seed=3&frames={FRAMES}", "quick", folder)
    return folder


@pytest.mark.parametrize(("seed", "stops"), [(1, 0.0), (2, 0.2)])
def test_thirty_kills_at_random_change_no_byte(undisturbed: Path, tmp_path: Path, seed: int, stops: float) -> None:
    injector = Injector(seed, every=FRAMES / (2.5 * KILLS), stops=stops)  # left in peace after the last kill
    source = f"synthetic:?seed=3&frames={FRAMES}"
    verdict = replays.tormented(source, FRAMES, "quick", undisturbed, tmp_path / "out", injector, KILLS)
    print(verdict)
    assert verdict.good, f"{verdict}\n{(tmp_path / 'out.log').read_text()[-3000:]}"
    assert verdict.kills == KILLS
    assert verdict.recomputed * FRAMES <= 1.66 * sum(verdict.faults.values())


def test_a_killed_group_leaves_nothing_once_the_next_has_started(tmp_path: Path) -> None:
    found = list(again.kills(tmp_path, 4, seed=1))
    assert all(left.good for left in found), [str(left) for left in found]
