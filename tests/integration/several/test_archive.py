"""Several recordings in one command: several at once, each with the results that it has alone."""

import csv
import shutil
import signal
from pathlib import Path

import pytest

from tests.benchmarks.archive_cores import busy_cores
from tests.doubles.media import write_video
from tests.running import children, committed, eventually, is_alive, rows, run, running, summary, values

SOURCES = [f"synthetic:?seed={seed}&fps=30&frames=60" for seed in (1, 2, 3)]


def table(output: Path) -> list[dict[str, str]]:
    with (output / "summary.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def folders_of_sources(output: Path) -> list[Path]:
    return [output / f"synthetic-seed-{seed}-fps-30-frames-60" for seed in (1, 2, 3)]


def names(folder: Path) -> set[str]:
    """Return the names of result files, without what SQLite keeps beside a session that was read."""
    return {path.name for path in folder.iterdir() if not path.name.startswith("session.sqlite-")}


def test_recordings_that_are_analysed_at_once_have_the_results_that_they_have_alone(tmp_path: Path) -> None:
    clips, out, alone = tmp_path / "clips", tmp_path / "out", tmp_path / "alone"
    clips.mkdir()
    for name in ("a.avi", "b.avi", "c.avi"):
        write_video(clips / name, frames=12)
    with (clips / "b.avi").open("r+b") as file:
        file.truncate(200)
    done = run("replay", clips, "--output", out, "--workers", "2", "--regions")
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert f"file 2 of 3: {clips / 'b.avi'} is damaged or was cut off" in done.stderr
    said = [line.partition(" ")[2] for line in done.stderr.splitlines()]
    begun = [said.index(f"capillary.progress: file {number} of 3 begins") for number in (1, 3)]
    assert max(begun) < min(place for place, line in enumerate(said) if "ends" in line), "not at once"
    assert [(row["name"], row["status"], row["frames"]) for row in table(out)] == [
        ("a", "complete", "12"),
        ("b", "not begun", ""),
        ("c", "complete", "12"),
    ]
    assert run("replay", clips / "c.avi", "--output", alone, "--workers", "2", "--regions").returncode == 0
    assert values(alone) == values(out / "c")
    assert (alone / "regions.jsonl").read_bytes() == (out / "c" / "regions.jsonl").read_bytes()
    assert names(alone) == names(out / "c")
    assert summary(alone)["config_sha256"] == summary(out / "c")["config_sha256"]


@pytest.mark.slow
def test_a_stop_ends_all_that_are_analysed_at_once_and_resume_goes_on_with_them(tmp_path: Path) -> None:
    folders = folders_of_sources(tmp_path)
    with running("replay", *SOURCES, "--output", tmp_path, "--workers", "2") as process:
        eventually(lambda: min(map(committed, folders[:2])) >= 1, "two are begun")
        below = children(process)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 130, errors
    for number, folder in enumerate(folders[:2], 1):
        assert f"file {number} of 3: Results so far: {folder}; continue with --resume." in errors
    assert [row["status"] for row in table(tmp_path)] == ["incomplete", "incomplete", "not begun"]
    eventually(lambda: not any(is_alive(child) for child in below), "no process is left", 2.0)
    done = run("replay", *SOURCES, "--output", tmp_path, "--resume")
    assert done.returncode == 0, done.stderr
    assert [len(rows(folder)) for folder in folders] == [60, 60, 60]


@pytest.mark.slow
def test_a_recording_whose_processes_are_killed_keeps_no_other_from_being_done(tmp_path: Path) -> None:
    folders = folders_of_sources(tmp_path)
    with running("replay", *SOURCES, "--output", tmp_path, "--workers", "2") as process:
        eventually(lambda: committed(folders[0]) >= 1, "the first one is begun")
        of_first = [child for child in children(process) if child.name() == "file-1"]
        of_first[0].kill()
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 1, errors
    assert "file 1 of 3: Its processes were killed." in errors
    assert [row["status"] for row in table(tmp_path)] == ["interrupted", "complete", "complete"]


@pytest.mark.nightly
@pytest.mark.real
@pytest.mark.timeout(900)
def test_an_archive_keeps_both_cores_busy_from_first_to_last_frame(clips: Path, tmp_path: Path) -> None:
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    for number in range(20):
        shutil.copy(clips / "dark-f03.mp4", recordings / f"{number:02}.mp4")
    found = busy_cores([recordings], tmp_path / "out", cores=2)
    assert found.busy >= 0.95, found
