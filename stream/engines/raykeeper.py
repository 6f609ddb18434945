"""Sees to it that nothing of a local Ray outlives the run, even where its driver is killed.

Ray's own agents do: they lose their parent and go on. All processes of a run inherit a mark in their environment; a
keeper waits for the driver's end and then ends whoever bears it.
"""

import contextlib
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Iterator
from multiprocessing import parent_process
from pathlib import Path
from typing import Final

import psutil

from stream.portability import RunFolder, deaf_to_signals

MARK: Final = "CAPILLARY_RAY_RUN"


@contextlib.contextmanager
def alone(session: str) -> Iterator[Path]:
    """A private folder for one local Ray; when the block or this process ends, its processes and folder are gone."""
    user = os.getuid() if hasattr(os, "getuid") else "user"
    folder = RunFolder(session, Path(tempfile.gettempdir()) / f"cs-ray-{user}")
    keeper = multiprocessing.get_context("spawn").Process(target=_keep, args=(folder.path,), daemon=True)
    with deaf_to_signals():
        keeper.start()
    os.environ[MARK] = str(folder.path)  # after the keeper, who must not bear it
    try:
        yield folder.path
    finally:
        del os.environ[MARK]
        keeper.kill()
        keeper.join()
        end_marked(folder.path)
        folder.close()


def end_marked(folder: Path) -> None:
    """Kill the processes that were started under this mark, but not this one, and wait for their end."""
    marked = [process for process in psutil.process_iter() if process.pid != os.getpid() and _bears(process, folder)]
    for process in marked:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(marked, timeout=3)


def _bears(process: psutil.Process, folder: Path) -> bool:
    try:
        return bool(process.environ().get(MARK) == str(folder))
    except (psutil.Error, OSError):  # another user's, or gone
        return False


def _keep(folder: Path) -> None:
    driver = parent_process()
    assert driver is not None
    driver.join()
    end_marked(folder)
    shutil.rmtree(folder, ignore_errors=True)
