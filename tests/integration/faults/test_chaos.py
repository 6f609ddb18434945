"""`python -m tests.chaos` in short, for CI and for every night: kills at random change no byte and leave nothing."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos import live, replays
from tests.chaos import rounds as again
from tests.chaos.disk import small_disk
from tests.chaos.injector import Injector, Shares
from tests.conftest import missing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
FRAMES_PER_KILL = 50
NIGHTLY = pytest.mark.nightly


@dataclass(frozen=True)
class Length:
    """A length of run, and the folder of an undisturbed one."""

    frames: int
    calm: Path

    @property
    def kills(self) -> int:
        """Number of kills, so far apart that what is computed twice is little."""
        return self.frames // FRAMES_PER_KILL


@pytest.fixture(scope="module", params=[500, pytest.param(1500, marks=NIGHTLY)])
def length(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Length:
    folder = tmp_path_factory.mktemp("chaos") / "calm"
    replays.calm(f"synthetic:?seed=3&frames={request.param}", "quick", folder)
    return Length(request.param, folder)


def tormented(length: Length, injector: Injector, out: Path) -> replays.Verdict:
    """Replay under kills, and check that the bytes are those of the calm run."""
    source = f"synthetic:?seed=3&frames={length.frames}"
    verdict = replays.tormented(source, length.frames, "quick", length.calm, out, injector, length.kills)
    print(verdict)
    assert verdict.good, f"{verdict}\n{replays.log_of(length.calm, out).read_text()[-3000:]}"
    assert verdict.kills == length.kills
    assert verdict.recomputed * length.frames <= 1.66 * sum(verdict.faults.values())
    return verdict


EVERY = FRAMES_PER_KILL / 2.5  # left in peace after the last kill


def test_kills_at_random_change_no_byte(length: Length, tmp_path: Path) -> None:
    tormented(length, Injector(1, every=EVERY), tmp_path / "out")


def test_hangs_full_disks_and_strangers_change_no_byte(length: Length, tmp_path: Path) -> None:
    shares: Shares = {"stop": 0.15, "kill on a full disk": 0.15, "stranger": 0.15}
    try:
        with small_disk(tmp_path / "disk", 64) as disk:
            often = EVERY / 2  # frames go by while a process stands still
            verdict = tormented(length, Injector(2, every=often, shares=shares, disk=disk), disk / "out")
    except PermissionError as error:
        missing(str(error))
    assert {what.partition(": ")[2] for what in verdict.faults} == {"kill", *shares}


@pytest.mark.parametrize(("seconds", "kills"), [(8.0, 1), pytest.param(20.0, 6, marks=NIGHTLY)])
def test_live_books_balance_whoever_dies(tmp_path: Path, seconds: float, kills: int) -> None:
    found = live.tormented(tmp_path, seconds, seed=1)
    assert found.good, found
    assert found.kills >= kills


@pytest.mark.parametrize("rounds", [2, pytest.param(10, marks=NIGHTLY)])
def test_a_killed_group_leaves_nothing_once_the_next_has_started(tmp_path: Path, rounds: int) -> None:
    found = list(again.kills(tmp_path, rounds, seed=1))
    assert all(left.good for left in found), [str(left) for left in found]
