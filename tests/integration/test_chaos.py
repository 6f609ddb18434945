"""The short form of `python -m tests.chaos`: kills at random change no byte, leave nothing, and cost little."""

from pathlib import Path

import pytest

from tests.chaos import live, replays
from tests.chaos import rounds as again
from tests.chaos.disk import small_disk
from tests.chaos.injector import Injector, Shares
from tests.conftest import missing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
FRAMES, KILLS = 1500, 30
EVERY = FRAMES / (2.5 * KILLS)  # left in peace after the last kill


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chaos") / "calm"
    replays.calm(f"synthetic:?seed=3&frames={FRAMES}", "quick", folder)
    return folder


def tormented(undisturbed: Path, injector: Injector, out: Path) -> replays.Verdict:
    verdict = replays.tormented(
        f"synthetic:?seed=3&frames={FRAMES}", FRAMES, "quick", undisturbed, out, injector, KILLS
    )
    print(verdict)
    assert verdict.good, f"{verdict}\n{replays.log_of(undisturbed, out).read_text()[-3000:]}"
    assert verdict.kills == KILLS
    assert verdict.recomputed * FRAMES <= 1.66 * sum(verdict.faults.values())
    return verdict


def test_thirty_kills_at_random_change_no_byte(undisturbed: Path, tmp_path: Path) -> None:
    tormented(undisturbed, Injector(1, every=EVERY), tmp_path / "out")


def test_hangs_full_disks_and_strangers_change_no_byte(undisturbed: Path, tmp_path: Path) -> None:
    shares: Shares = {"stop": 0.15, "kill on a full disk": 0.15, "stranger": 0.15}
    try:
        with small_disk(tmp_path / "disk", 64) as disk:
            often = EVERY / 2  # frames go by while somebody stands still
            verdict = tormented(undisturbed, Injector(2, every=often, shares=shares, disk=disk), disk / "out")
    except PermissionError as error:
        missing(str(error))
    assert {what.partition(": ")[2] for what in verdict.faults} == {"kill", *shares}


def test_live_books_balance_whoever_dies(tmp_path: Path) -> None:
    found = live.tormented(tmp_path, 20.0, seed=1)
    assert found.good, found
    assert found.kills > 5


def test_a_killed_group_leaves_nothing_once_the_next_has_started(tmp_path: Path) -> None:
    found = list(again.kills(tmp_path, 4, seed=1))
    assert all(left.good for left in found), [str(left) for left in found]
