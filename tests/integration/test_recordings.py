"""Real 1080p recordings, whole: every frame once, the same for any number of workers, in bounded memory."""

import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.running import children, command_line, rows, run, running, summary, values

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
    assert [row["frame"] for row in rows(tmp_path)] == [f"f{number:02}" for number in range(1, 23)]
    scorer = labelled_frames.parents[1] / "tools" / "score_regions.py"
    if scorer.is_file():
        scored = subprocess.run(
            [sys.executable, scorer, tmp_path / "regions.jsonl", labelled_frames / "labels"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert '"frames": 22' in scored.stdout


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
    """Proportional set size (PSS, proc(5)) of every process, sampled as the frames go by."""
    samples: list[dict[int, int]] = []
    with running("replay", clips / "calm-f11.mp4", "--output", tmp_path, "--workers", "2") as process:
        parts: dict[int, str] = {}
        while process.poll() is None:
            members = [psutil.Process(process.pid), *children(process)]
            samples.append({member.pid: pss(member.pid) for member in members})
            parts |= {member.pid: command_line(member) for member in members}
            try:
                process.wait(timeout=0.25)
            except subprocess.TimeoutExpired:
                continue
    assert process.returncode == 0
    streaming = [sample for sample in samples if len(sample) >= 6][len(samples) // 5 : -3]
    assert len(streaming) >= 8, "too few samples while streaming"
    totals = [sum(sample.values()) for sample in streaming]
    assert max(totals) <= 700 * MB, f"{max(totals) / MB:.0f} MB together"
    largest = max(max(sample.values()) for sample in streaming)
    assert largest <= 200 * MB, f"{largest / MB:.0f} MB in one process"
    early, late = totals[len(totals) // 4], totals[-1]
    assert late <= 1.05 * early, f"grew from {early / MB:.0f} to {late / MB:.0f} MB"


def pss(pid: int) -> int:
    """Bytes, 0 once the process is gone."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return 0
    return 0
