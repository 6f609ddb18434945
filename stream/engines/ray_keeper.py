"""Ends every process of a local Ray with the run, even if its driver is killed.

Ray's own agents lose their parent and go on for a minute. All processes of a Ray write its log files, which lie in the
run's private folder: a keeper process waits for the driver's end and then ends those that still write there.
(An inherited environment variable would not do as a mark: agents that change their title write over it.)
"""

import contextlib
import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import parent_process
from pathlib import Path
from typing import Final

import psutil

from stream.machine.run_folder import RunFolder
from stream.machine.signals import deaf_to_signals

_ENDED_S: Final = 10.0


@contextlib.contextmanager
def private_folder(session: str) -> Iterator[Path]:
    """Yield a private folder for one local Ray. When the block or this process ends, it ends the Ray's processes."""
    user = os.getuid() if hasattr(os, "getuid") else "user"
    folder = RunFolder(session, Path(tempfile.gettempdir()) / f"cs-ray-{user}")
    keeper = multiprocessing.get_context("spawn").Process(target=_keep, args=(folder.path,), daemon=True)
    with deaf_to_signals():
        keeper.start()
    try:
        yield folder.path
    finally:
        keeper.kill()
        keeper.join()
        end_writers(folder.path)
        folder.close()


def end_writers(folder: Path) -> None:
    """Kill the processes that write to files below this folder, but not this one, until there are none."""
    until_s = time.monotonic() + _ENDED_S
    while (writers := _writers(folder.resolve())) and time.monotonic() < until_s:
        for process in writers:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(writers, timeout=1)


def _writers(folder: Path) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _writes(process, folder)]


def _writes(process: psutil.Process, folder: Path) -> bool:
    try:
        files = process.open_files()
        return any(Path(file.path).is_relative_to(folder) and getattr(file, "mode", "w") != "r" for file in files)
    except (psutil.Error, OSError):  # another user's, or gone
        return False


def _keep(folder: Path) -> None:
    driver = parent_process()
    assert driver is not None
    driver.join()
    end_writers(folder)
    shutil.rmtree(folder, ignore_errors=True)
