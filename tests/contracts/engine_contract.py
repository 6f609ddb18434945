"""What every engine must do, seen from the command line: subclass, name the engine, and the tests run."""

import signal
from pathlib import Path

import pytest

from tests.doubles.media import empty_frames, spoil_frame, write_video
from tests.running import children, committed, eventually, is_alive, rows, run, running, summary, values

FRAMES = 7
STRANGE = "tests.doubles.strange_analysers"
GONE_S = 15.0
LONG_S = 180.0  # a Ray on a busy machine takes its time to start


def config(folder: Path, analyser: str) -> Path:
    """Write a configuration file with one of the strange analysers."""
    path = folder / "strange.toml"
    path.write_text(f'[analyser]\nname = "{STRANGE}:{analyser}"\n')
    return path


def recording_with_losses(folder: Path) -> Path:
    """Write a recording whose first and fifth frames cannot be read, and whose eighth is empty."""
    path = write_video(folder / "losses.avi")
    for number in (0, 4):
        spoil_frame(path, number)
    empty_frames(path, 7)
    return path


def reference_readings(folder: Path, source: str | Path = f"synthetic:?frames={FRAMES}") -> list[dict[str, str]]:
    """Return what one worker of the program's own pipeline says of a source; by default the contract's frames."""
    done = run("replay", source, "--workers", "1", "--output", folder)
    assert done.returncode == 0, done.stderr
    return values(folder)


class EngineContract:
    """An engine: the same frames give the same readings in order; errors are said; nothing is left running.

    Fixtures give `reference_readings`: `reference` of the contract's frames, `reference_with_losses` of
    `recording_with_losses`.
    """

    engine: str

    def test_the_same_frames_give_the_same_readings_in_order(
        self, reference: list[dict[str, str]], tmp_path: Path
    ) -> None:
        arguments = ("replay", "synthetic:?seed=1", "--frames", str(FRAMES), "--engine", self.engine, "--workers", "2")
        done = run(*arguments, "--output", tmp_path)
        assert done.returncode == 0, done.stderr
        assert values(tmp_path) == reference
        result = summary(tmp_path)
        assert (result["status"], result["engine"], result["frames_analysed"]) == ("complete", self.engine, FRAMES)
        assert (tmp_path / "trend.png").stat().st_size > 0

    def test_frames_that_cannot_be_read_are_failed_rows_and_the_others_are_analysed(
        self, reference_with_losses: list[dict[str, str]], tmp_path: Path
    ) -> None:
        arguments = ("--engine", self.engine, "--workers", "2", "--output", tmp_path / "out")
        done = run("replay", recording_with_losses(tmp_path), *arguments)
        assert done.returncode == 0, done.stderr
        assert values(tmp_path / "out") == reference_with_losses
        assert [row["seq"] for row in rows(tmp_path / "out") if row["status"] == "failed"] == ["0", "4"]
        result = summary(tmp_path / "out")
        assert (result["status"], result["frames_failed"], result["frames_lost"]) == ("complete", 2, 1)

    def test_an_analyser_that_cannot_be_made_is_told_in_a_sentence(self, tmp_path: Path) -> None:
        arguments = ("replay", "synthetic:?frames=3", "--engine", self.engine, "--workers", "1", "-o", tmp_path / "out")
        done = run("-c", config(tmp_path, "not_made"), "-q", *arguments)
        assert done.returncode == 4
        assert "failed at start: weights are missing" in done.stderr

    def test_frames_that_an_analyser_cannot_do_are_failed_rows(self, tmp_path: Path) -> None:
        arguments = ("replay", "synthetic:?frames=3", "--engine", self.engine, "--workers", "2", "-o", tmp_path / "out")
        done = run("-c", config(tmp_path, "raising"), *arguments)
        assert done.returncode == 1
        assert [row["status"] for row in rows(tmp_path / "out")] == ["failed"] * 3

    @pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
    def test_nothing_is_left_running(self, how: signal.Signals, tmp_path: Path) -> None:
        out = tmp_path / "out"
        arguments = ("replay", "synthetic:?seed=1", "--engine", self.engine, "--workers", "2", "-o", out)
        with running("-c", config(tmp_path, "good"), *arguments) as process:
            eventually(lambda: committed(out) > 3, "first frames", LONG_S)
            started = children(process)
            process.send_signal(how)
            eventually(lambda: process.poll() is not None, "the end", LONG_S)
            eventually(lambda: not any(map(is_alive, started)), "all its processes are gone", GONE_S)
        if how is signal.SIGINT:
            assert process.returncode == 130
            assert len(rows(out)) == summary(out)["frames_analysed"] > 3
