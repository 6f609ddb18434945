"""Real 1080p recordings, whole: every frame once, the same for any number of workers, in bounded memory."""

import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.running import children, committed, eventually, rows, run, running, summary, values

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(400)]

MB = 2**20


@pytest.mark.parametrize(("clip", "frames"), [("calm-f11", 600), ("rough-f20", 600), ("dark-f03", 300)])
def test_a_clip_gives_a_row_for_every_frame_whoever_computes_it(
    clips: Path, tmp_path: Path, clip: str, frames: int
) -> None:
    for workers in ("1", "2"):
        folder = tmp_path / workers
        done = run("replay", clips / f"{clip}.mp4", "--output", folder, "--workers", workers, "--regions")
        assert done.returncode == 0, done.stderr
        assert summary(folder)["status"] == "complete"
        assert [row["seq"] for row in rows(folder)] == [str(seq) for seq in range(frames)]
    assert values(tmp_path / "1") == values(tmp_path / "2")
    assert (tmp_path / "1" / "regions.jsonl").read_bytes() == (tmp_path / "2" / "regions.jsonl").read_bytes()


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


def test_memory_is_bounded_and_flat(clips: Path, tmp_path: Path) -> None:
    """Proportional set size (PSS, proc(5)) of every process, from frame 100 to frame 600."""
    samples: list[list[int]] = []
    with running("replay", clips / "calm-f11.mp4", "--output", tmp_path, "--workers", "2") as process:
        eventually(lambda: committed(tmp_path) >= 100, "a hundred frames")
        while committed(tmp_path) < 590:
            sample = [pss(member.pid) for member in (psutil.Process(process.pid), *children(process))]
            if committed(tmp_path) < 590:  # the report, at the end, is drawn by a library of its own
                samples.append(sample)
        process.communicate(timeout=60)
    assert process.returncode == 0
    totals = [sum(sample) for sample in samples]
    assert len(totals) >= 4, "too few samples while streaming"
    assert max(totals) <= 700 * MB, f"{max(totals) / MB:.0f} MB together"
    largest = max(max(sample) for sample in samples)
    assert largest <= 200 * MB, f"{largest / MB:.0f} MB in one process"
    assert totals[-1] <= 1.05 * totals[0], f"grew from {totals[0] / MB:.0f} to {totals[-1] / MB:.0f} MB"


def pss(pid: int) -> int:
    """Bytes, 0 once the process is gone."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return 0
    return 0
