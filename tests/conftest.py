"""Fixtures that all tests share: where the labelled frames and the clips are.

Property tests are bounded by their number of examples, not by the clock of a busy machine.
"""

import os
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

settings.register_profile("without a clock", deadline=None, max_examples=60)
settings.load_profile("without a clock")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run what CI always runs")
    parser.addoption("--nightly", action="store_true", help="also run what CI runs, and what takes minutes a test")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Run the whole suite in two processes, and a part that is named in this one: others take seconds to start."""
    return 2 if config.args_source is pytest.Config.ArgsSource.TESTPATHS else 0


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Give each process whole files, in the order of their names, so that the long ones of `integration` come first."""
    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = together
    return scheduler


def together(test: str) -> str:
    """Name what runs in one process: a file, or all files that start processes or need a device, a port or time."""
    file = test.partition("::")[0]
    alone = file.startswith(("tests/integration/", "tests/processes/"))
    return "one after the other" if alone and not file.startswith("tests/integration/page/") else file


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to a level that was not asked for: every day, CI (`slow`) and every night (`nightly`)."""
    nightly = config.getoption("--nightly")
    slow = nightly or config.getoption("--slow") or os.environ.get("CI") == "true"
    levels = {mark for mark, wanted in (("slow", slow), ("nightly", nightly)) if not wanted}
    left_out = [item for item in items if not levels.isdisjoint(item.keywords)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if levels.isdisjoint(item.keywords)]


ROOT = Path(__file__).resolve().parent.parent


def missing(reason: str) -> NoReturn:
    """Skip with a reason; in CI, where everything is installed, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _data(folder: str) -> Path:
    root = Path(os.environ.get("CAPILLARY_DATA", ROOT.parent / "shared" / "data"))
    if not (root / folder).is_dir():
        missing(f"no {folder} under {root}: set CAPILLARY_DATA to the folder that holds it")
    return root / folder


@pytest.fixture(scope="session")
def labelled_frames() -> Path:
    """Folder with `frames/` and `labels/` of the labelled frames."""
    return _data("skin-capillaries")


@pytest.fixture(scope="session")
def clips() -> Path:
    """Folder with the real-tissue clips and their truth tables."""
    return _data("clips")
