"""Recorded video: what FFmpeg would say of a broken file does not reach the terminal."""

import subprocess
import sys
from pathlib import Path

from tests.doubles.media import NO_VIDEOS, cut, index_first, write_video
from tests.running import ROOT

QUIETLY = """
import sys
from capture.sources.opening import open_source
from stream.errors import SourceError
for path in sys.argv[1:]:
    try:
        source = open_source(path)
        while source.grab():
            pass
    except SourceError as error:
        print(error)
"""


def test_broken_files_leave_nothing_on_stderr(tmp_path: Path) -> None:
    avi, mp4 = write_video(tmp_path / "a.avi"), write_video(tmp_path / "a.mp4", "mp4v")
    paths = [
        avi,
        cut(avi),
        cut(mp4),
        cut(index_first(mp4)),
        cut(write_video(tmp_path / "a.mkv", "FFV1")),
        tmp_path / "no.mp4",
    ]
    for name, data in NO_VIDEOS.items():
        paths.append(tmp_path / name)
        paths[-1].write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", QUIETLY, *paths], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == len(NO_VIDEOS) + 3
