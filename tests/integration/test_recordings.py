"""Real 1080p recordings, whole: every frame once, the same for any number of workers, in bounded memory."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import psutil
import pytest

from tests.running import children, committed, eventually, rows, run, running, summary, values

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(400)]

MB = 2**20
CLIPS = {"calm-f11": 600, "rough-f20": 600, "dark-f03": 300}
"""Real clips, and their numbers of frames."""


@dataclass(frozen=True)
class Memory:
    """What one process holds, in bytes, from its smaps_rollup (proc(5)); all 0 once it is gone.

    shared_out: proportional set size (PSS): pages that several processes map count in shares, libraries too.
    own: of that, what is no file. Other programs with the same libraries change nothing of it when they start or end.
    """

    shared_out: int
    own: int


@dataclass(frozen=True)
class Replayed:
    """A clip, its number of frames, its results with one and two workers, and the memory of each process meanwhile."""

    frames: int
    folders: tuple[Path, Path]
    samples: list[list[Memory]]


@pytest.fixture(scope="module", params=CLIPS)
def replayed(request: pytest.FixtureRequest, clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    """Replay a clip with one and with two workers."""
    clip, folder = request.param, tmp_path_factory.mktemp(request.param)
    folders = (folder / "1", folder / "2")
    done = run("replay", clips / f"{clip}.mp4", "--output", folders[0], "--workers", "1", "--regions")
    assert done.returncode == 0, done.stderr
    arguments = ("replay", clips / f"{clip}.mp4", "--output", folders[1], "--workers", "2", "--regions")
    with running(*arguments) as process:
        samples = list(memory_of(process, folders[1], CLIPS[clip]))
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return Replayed(CLIPS[clip], folders, samples)


def memory_of(process: "subprocess.Popen[str]", folder: Path, frames: int) -> Iterator[list[Memory]]:
    """Look at every process every ten frames, from frame 100 on; not at the end: what draws the report is large."""
    for count in range(100, frames - 10, 10):
        eventually(partial(reached, process, folder, count), f"{count} frames", 120)
        sample = [memory(member.pid) for member in (psutil.Process(process.pid), *children(process))]
        if committed(folder) < frames - 10:
            yield sample


def reached(process: "subprocess.Popen[str]", folder: Path, count: int) -> bool:
    """Return whether so many frames are on disk, or no more will come."""
    return committed(folder) >= count or process.poll() is not None


def memory(pid: int) -> Memory:
    """Read what one process holds."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return Memory(0, 0)
    held = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}
    return Memory(held["Pss"], held["Pss_Anon"] + held["Pss_Shmem"])


def test_a_clip_gives_a_row_for_every_frame_whoever_computes_it(replayed: Replayed) -> None:
    one, two = replayed.folders
    for folder in replayed.folders:
        assert summary(folder)["status"] == "complete"
        assert [row["seq"] for row in rows(folder)] == [str(seq) for seq in range(replayed.frames)]
    assert values(one) == values(two)
    assert (one / "regions.jsonl").read_bytes() == (two / "regions.jsonl").read_bytes()


@pytest.mark.parametrize("replayed", ["calm-f11", "rough-f20"], indirect=True)
def test_memory_is_bounded_and_flat(replayed: Replayed) -> None:
    """From frame 100 to the end, with two workers; growth is that of the first to the last third, in their middles."""
    assert len(replayed.samples) >= 4, "too few samples while streaming"
    largest = max(one.shared_out for sample in replayed.samples for one in sample)
    assert largest <= 200 * MB, f"{largest / MB:.0f} MB in one process"
    together = max(sum(one.shared_out for one in sample) for sample in replayed.samples)
    assert together <= 700 * MB, f"{together / MB:.0f} MB together"
    totals = [sum(one.own for one in sample) for sample in replayed.samples]
    third = -(-len(totals) // 3)
    first, last = median(totals[:third]), median(totals[-third:])
    assert last <= 1.05 * first, f"grew from {first / MB:.0f} to {last / MB:.0f} MB"


def test_the_labelled_stills(labelled_frames: Path, tmp_path: Path) -> None:
    done = run("replay", labelled_frames / "frames", "--output", tmp_path, "--regions")
    assert done.returncode == 0, done.stderr
    names = sorted(path.stem for path in (labelled_frames / "labels").glob("*.json"))
    assert [row["frame"] for row in rows(tmp_path)] == names
    scorer = labelled_frames.parents[1] / "tools" / "score_regions.py"
    if scorer.is_file():
        scored = subprocess.run(
            [sys.executable, scorer, tmp_path / "regions.jsonl", labelled_frames / "labels"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert f'"frames": {len(names)}' in scored.stdout


def test_a_clip_cut_in_half_is_analysed_as_far_as_it_goes(clips: Path, tmp_path: Path) -> None:
    """The index of these clips is at their end: cut off, nothing can be decoded, and that is said."""
    cut = tmp_path / "cut.mp4"
    shutil.copy(clips / "dark-f03.mp4", cut)
    with cut.open("r+b") as file:
        file.truncate(cut.stat().st_size // 2)
    done = run("replay", cut, "--output", tmp_path / "out")
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert "cut.mp4" in done.stderr.splitlines()[-1]
