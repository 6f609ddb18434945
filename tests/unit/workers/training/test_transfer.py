"""Leave one scene out, from end to end on a few small frames: nothing of a scored scene reaches anything fitted."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from stream.errors import UsageError
from tests.doubles.frames.labelled_drawings import drawn
from workers.runtimes.card import Card
from workers.runtimes.figures import TransferFigures
from workers.training import folds, transfer
from workers.training.calibrate import Judged
from workers.training.data.dataset_info import DatasetInfo
from workers.training.data.samples import Samples
from workers.training.evaluation.transfer_table import text
from workers.training.folds import Weights, trained
from workers.training.plan import TrainingPlan
from workers.training.train import Job, card_of, results_of

pytestmark = pytest.mark.slow
PLAN = TrainingPlan(epochs=1, painted=1)
SCENE = ["n0", "n3"]
SMALL = transfer.Extent(groups=3)


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn(tmp_path_factory.mktemp("labelled"), 5, same_scene=[SCENE], with_objects=["n4"], chosen_on="none")


class Recorder:
    """One real training whose weights stand for all; remembers what every training, opinion and fit was shown."""

    def __init__(self) -> None:
        self.base: Weights | None = None
        self.trained: list[set[str]] = []
        self.opinions: list[tuple[set[str], set[str]]] = []
        self.fits: list[tuple[set[str], set[str]]] = []

    def train(
        self, frames: Sequence[Samples], plan: TrainingPlan, seed: int, what: str, watched: Sequence[Samples] = ()
    ) -> Weights:
        if self.base is None:
            self.base = trained(frames, plan, seed, what)
        names = [frame.label.frame for frame in [*frames, *watched]]
        self.trained.append(set(names))
        return msgspec.structs.replace(self.base, frames=names)

    def opine(self, weights: Weights, frames: Sequence[Samples], plan: TrainingPlan) -> list[Judged]:
        self.opinions.append((set(weights.frames), {frame.label.frame for frame in frames}))
        return folds.opinions(weights, frames, plan)

    def fit(self, job: Job, weights: Weights, info: DatasetInfo, judged: Sequence[Judged]) -> Card:
        self.fits.append((set(weights.frames), {one.frame.label.frame for one in judged}))
        return card_of(job, weights, info, judged)


@pytest.fixture(scope="module")
def base() -> Recorder:
    return Recorder()


@pytest.fixture
def recorder(base: Recorder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    own = Recorder()
    own.base = base.base
    monkeypatch.setattr(folds, "trained", own.train)
    monkeypatch.setattr(transfer, "opinions", own.opine)
    monkeypatch.setattr(transfer, "card_of", own.fit)
    yield own
    base.base = own.base


def scene_of(name: str) -> set[str]:
    return set(SCENE) if name in SCENE else {name}


def test_nothing_of_a_scored_scene_reaches_anything_that_scores_it(
    recorder: Recorder, labelled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored: list[tuple[str, int, int]] = []

    def recorded(weights: Weights, card: Card, folder: Path, frame: Samples) -> object:
        scored.append((frame.label.frame, len(recorder.opinions), len(recorder.fits)))
        return results_of(weights, card, folder, frame)

    monkeypatch.setattr(transfer, "results_of", recorded)
    figures = transfer.transfer(labelled, plan=PLAN, extent=SMALL)
    assert [frame.frame for frame in figures.frames] == ["n0", "n1", "n2", "n3", "n4"]
    assert len(recorder.fits) == 4 + len(figures.hard_splits)
    earlier = (0, 0)
    for name, opinions, fits in scored:
        if (opinions, fits) != earlier:  # a round begins: it has its own opinions and its own fit
            own = recorder.opinions[earlier[0] : opinions], recorder.fits[earlier[1] : fits]
            earlier = opinions, fits
        for seen, shown in own[0]:
            assert not scene_of(name) & (seen | shown)
            assert not set().union(*map(scene_of, shown)) & seen
        ((seen, judged),) = own[1]
        assert not scene_of(name) & (seen | judged)
    assert earlier == (len(recorder.opinions), len(recorder.fits))


def test_whole_groups_need_fewer_networks(recorder: Recorder, labelled: Path) -> None:
    extent = transfer.Extent(groups=3, whole_groups=True, hard=False)
    figures = transfer.transfer(labelled, plan=PLAN, extent=extent)
    assert len(recorder.trained) == 3 + 3
    assert figures.hard_splits == []
    assert figures.method.startswith("3 groups of scenes")


def test_a_stopped_run_goes_on_and_writes_what_a_card_takes(
    recorder: Recorder,
    labelled: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stopped(
        frames: Sequence[Samples], plan: TrainingPlan, seed: int, what: str, watched: Sequence[Samples]
    ) -> Weights:
        if len(recorder.trained) == 3:
            raise KeyboardInterrupt
        return recorder.train(frames, plan, seed, what, watched)

    with monkeypatch.context() as patch:
        patch.setattr(folds, "trained", stopped)
        with pytest.raises(KeyboardInterrupt):
            transfer.transfer(labelled, plan=PLAN, output=tmp_path, extent=SMALL)
    assert "continues after the last finished network" in capsys.readouterr().err
    figures = transfer.transfer(labelled, plan=PLAN, output=tmp_path, extent=SMALL)
    networks = len(list((tmp_path / "networks").iterdir()))
    assert len(recorder.trained) == networks
    assert msgspec.json.decode((tmp_path / "transfer.json").read_bytes(), type=TransferFigures) == figures
    assert transfer.transfer(labelled, plan=PLAN, output=tmp_path, extent=SMALL) == figures
    assert len(recorder.trained) == networks
    printed = capsys.readouterr().out
    assert text(figures) in printed
    assert "F1 falls by" in printed


def test_two_scenes_are_too_few(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="2 scenes are too few"):
        transfer.transfer(drawn(tmp_path, 3, same_scene=[["n0", "n1"]]), plan=PLAN)
