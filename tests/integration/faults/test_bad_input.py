"""What only a started program finds wrong ends in one plain sentence and the right exit code too.

What a command refuses before anything is begun: tests/unit/stream/commands.
"""

import os
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.conftest import missing
from tests.running import command, eventually, free_port, page_address, rows, run, running, summary

USAGE, SOURCE, MODEL, INCOMPLETE, FAILED = 2, 3, 4, 5, 1


def refused(code: int, *arguments: str | Path, says: tuple[str, ...], **environment: str) -> None:
    """Check that the command ends with `code` and says so without a traceback."""
    done = run(*arguments, **environment)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    sentence = done.stderr.strip().splitlines()[-1]
    for word in says:
        assert word in sentence, sentence


def picture(path: Path, width: int = 64, height: int = 48) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full((height, width, 3), 120, np.uint8))
    return path


def video(path: Path, frames: int = 40, width: int = 320, height: int = 240) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, (width, height))
    noise = np.random.default_rng(1)
    for _ in range(frames):
        writer.write(noise.integers(0, 255, (height, width, 3), np.uint8))
    writer.release()
    return path


def test_what_a_terminal_would_obey_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('"\\u001b]0;mine\\u0007" = 3\n')
    refused(USAGE, "--config", tmp_path / "mine.toml", "view", says=("\\x1b]0;mine\\x07",))


def test_a_text_file_that_is_called_a_video(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("not a video\n" * 100)
    refused(SOURCE, "replay", tmp_path / "notes.mp4", "--output", tmp_path / "out", says=("notes.mp4",))


def test_a_picture_alone_without_pixels_leaves_nothing_behind(tmp_path: Path) -> None:
    whole = picture(tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(whole[: len(whole) * 2 // 3])
    refused(SOURCE, "replay", tmp_path / "a.png", "--output", tmp_path / "out", says=("a.png", "is damaged"))
    assert not (tmp_path / "out").exists()


def test_a_video_cut_in_half_is_analysed_and_called_incomplete(tmp_path: Path) -> None:
    whole = video(tmp_path / "whole.avi").read_bytes()
    (tmp_path / "half.avi").write_bytes(whole[: len(whole) // 2])
    done = run("replay", tmp_path / "half.avi", "--output", tmp_path / "out")
    assert done.returncode == INCOMPLETE, done.stderr
    found = summary(tmp_path / "out")
    assert found["status"] == "incomplete"
    assert f"{found['frames_read']} of 40 frames" in found["reason"]
    assert 0 < len(rows(tmp_path / "out")) == found["frames_read"] < 40


def test_a_camera_that_is_not_there() -> None:
    refused(SOURCE, "live", "camera:63", "--no-view", says=("63",), CAPILLARY_STREAM_PUBLISH_ENABLED="false")


def test_weights_whose_hash_does_not_match(tmp_path: Path) -> None:
    weights = Path(__file__).parents[3] / "workers" / "weights"
    for name in ("default.tflite", "default.json"):
        shutil.copy(weights / name, tmp_path / name)
    with (tmp_path / "default.tflite").open("ab") as file:
        file.write(b"!")
    config = tmp_path / "weights.toml"
    config.write_text(f"[analyser.settings]\nweights = '{tmp_path / 'default.tflite'}'\n[publish]\nenabled = false\n")
    arguments = ("-c", config, "replay", "synthetic:?frames=2", "--output", tmp_path / "out")
    refused(MODEL, *arguments, says=("hash", "default.tflite"))


@pytest.mark.parametrize("key", ["VIEW_PORT", pytest.param("PUBLISH_ENDPOINT", marks=pytest.mark.slow)])
def test_a_port_in_use(key: str) -> None:
    ports = {"VIEW_PORT": str(free_port()), "PUBLISH_ENDPOINT": f"tcp://127.0.0.1:{free_port()}"}
    first = {f"CAPILLARY_STREAM_{name}": value for name, value in ports.items()}
    other = {"VIEW_PORT": str(free_port()), "PUBLISH_ENDPOINT": f"tcp://127.0.0.1:{free_port()}"} | {key: ports[key]}
    second = {f"CAPILLARY_STREAM_{name}": value for name, value in other.items()}
    with running("demo", **first) as process:
        page_address(process)
        refused(FAILED, "demo", says=(ports[key].rpartition(":")[2], "in use"), **second)


def test_an_output_folder_in_use(tmp_path: Path) -> None:
    source = "synthetic:?frames=300"
    with running("replay", source, "--output", tmp_path, "--speed", "0.5"):
        eventually(lambda: (tmp_path / "session.sqlite").exists(), "the first one writes")
        refused(FAILED, "replay", source, "--output", tmp_path, says=(str(tmp_path), "another run"))


@pytest.mark.slow
def test_folders_that_may_not_be_entered(tmp_path: Path) -> None:
    """Root may enter every folder, until it gives that up."""
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o000)
    ordinary: tuple[str, ...] = ()
    if os.getuid() == 0:
        ordinary = ("capsh", "--drop=cap_dac_override,cap_dac_read_search", "--", "-c", 'exec "$@"', "sh")
        if not shutil.which("capsh"):
            missing("root enters every folder without capsh: install Debian's package libcap2-bin")
    for arguments in (
        ("replay", "synthetic:?frames=2", "--output", shut / "below"),
        ("view", shut / "session.sqlite"),
        ("live", "synthetic:?seed=1&seconds=1", "--no-view"),
    ):
        done = subprocess.run(
            [*ordinary, *command(*arguments)],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ
            | {"CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(shut), "CAPILLARY_STREAM_PUBLISH_ENABLED": "false"},
        )
        assert done.returncode == FAILED, done.stderr
        assert "Traceback" not in done.stderr
        assert "Permission denied" in done.stderr
    shut.chmod(0o700)


@pytest.mark.slow
def test_one_bad_source_or_folder_keeps_no_other_from_being_done(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    for name in ("blocked", "good"):
        picture(tmp_path / name / "a.png")
    out = tmp_path / "out"
    out.mkdir()
    (out / "blocked").write_text("a file of somebody's")
    sources = (tmp_path / "text.mp4", tmp_path / "blocked", tmp_path / "good")
    done = run("replay", *sources, "--output", out)
    assert done.returncode == SOURCE, done.stderr
    assert "Traceback" not in done.stderr
    assert f"{tmp_path / 'text.mp4'} is text, no video" in done.stderr
    assert f"the folder {out / 'blocked'} cannot be made" in done.stderr
    assert len(rows(out / "good")) == 1
    assert sorted(path.name for path in out.iterdir()) == ["blocked", "good", "summary.csv"]


def test_wrong_use() -> None:
    done = run("nonsense")
    assert done.returncode == USAGE
    assert "Traceback" not in done.stderr


def test_a_broken_plug_in_fails_with_its_own_error(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise RuntimeError('the plug-in is not ready')\n")
    config = tmp_path / "c.toml"
    config.write_text('[analyser]\nname = "broken:make"\n[publish]\nenabled = false\n')
    arguments = ("-c", config, "replay", "synthetic:?frames=2", "--output", tmp_path / "out")
    done = run(*arguments, PYTHONPATH=str(tmp_path))
    assert done.returncode == MODEL
    assert "broken.py" in done.stderr  # where, for its author
    assert "the plug-in is not ready" in done.stderr.splitlines()[-1]
