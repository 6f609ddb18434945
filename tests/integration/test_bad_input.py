"""What a user does wrong ends in one plain sentence and the right exit code, and leaves nothing half-written."""

import os
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from stream.session.store import Store
from tests.conftest import missing
from tests.running import command, eventually, free_port, page_address, rows, run, running, summary

USAGE, SOURCE, MODEL, INCOMPLETE, FAILED = 2, 3, 4, 5, 1


def refused(code: int, *arguments: str | Path, says: tuple[str, ...], **environment: str) -> None:
    """The command ends with `code`, and says so without a traceback."""
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


def test_a_missing_file(tmp_path: Path) -> None:
    refused(SOURCE, "replay", tmp_path / "no.mp4", "--output", tmp_path / "out", says=("no.mp4",))
    assert not (tmp_path / "out").exists()


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    refused(SOURCE, "replay", tmp_path / "empty.mp4", "--output", tmp_path / "out", says=("empty",))


def test_what_a_terminal_would_obey_is_escaped(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('"\\u001b]0;mine\\u0007" = 3\n')
    refused(USAGE, "--config", tmp_path / "mine.toml", "view", says=("\\x1b]0;mine\\x07",))


def test_a_text_file_that_is_called_a_video(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("not a video\n" * 100)
    refused(SOURCE, "replay", tmp_path / "notes.mp4", "--output", tmp_path / "out", says=("notes.mp4",))


@pytest.mark.parametrize("engine", ["stream", "serial"])
@pytest.mark.parametrize(("name", "says"), [("damaged.png", "is damaged"), ("numbers.tif", "32-bit numbers")])
def test_a_picture_alone_without_pixels_leaves_nothing_behind(
    tmp_path: Path, name: str, says: str, engine: str
) -> None:
    if name == "damaged.png":
        whole = picture(tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) * 2 // 3])
    else:
        Image.fromarray(np.zeros((48, 64), np.float32)).save(tmp_path / name)
    out = tmp_path / "out"
    refused(SOURCE, "replay", tmp_path / name, "--output", out, "--engine", engine, says=(name, says))
    assert not out.exists()


def test_a_video_cut_in_half_is_analysed_and_called_incomplete(tmp_path: Path) -> None:
    whole = video(tmp_path / "whole.avi").read_bytes()
    (tmp_path / "half.avi").write_bytes(whole[: len(whole) // 2])
    done = run("replay", tmp_path / "half.avi", "--output", tmp_path / "out")
    assert done.returncode == INCOMPLETE, done.stderr
    found = summary(tmp_path / "out")
    assert found["status"] == "incomplete"
    assert f"{found['frames_read']} of 40 frames" in found["reason"]
    assert 0 < len(rows(tmp_path / "out")) == found["frames_read"] < 40


def test_a_folder_without_pictures(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused(SOURCE, "replay", tmp_path / "empty", "--output", tmp_path / "out", says=("empty",))


def test_pictures_of_mixed_size(tmp_path: Path) -> None:
    picture(tmp_path / "mixed" / "a.png", 64, 48)
    picture(tmp_path / "mixed" / "b.png", 80, 48)
    refused(SOURCE, "replay", tmp_path / "mixed", "--output", tmp_path / "out", says=("64x48", "80x48"))


def test_a_frame_larger_than_the_limit(tmp_path: Path) -> None:
    picture(tmp_path / "large" / "a.png", 640, 480)
    config = tmp_path / "small.toml"
    config.write_text("[capture]\nmax_width_px = 320\n[publish]\nenabled = false\n")
    refused(
        SOURCE,
        *("-c", config, "replay", tmp_path / "large", "--output", tmp_path / "out"),
        says=("640x480", "max_width_px"),
    )


def test_a_camera_that_is_not_there() -> None:
    refused(SOURCE, "live", "camera:63", "--no-view", says=("63",), CAPILLARY_STREAM_PUBLISH_ENABLED="false")


def test_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "typo.toml").write_text("[workers]\ncuont = 2\n")
    refused(USAGE, "-c", tmp_path / "typo.toml", "doctor", says=("workers.cuont", "workers.count"))


def test_a_value_of_the_wrong_type(tmp_path: Path) -> None:
    (tmp_path / "type.toml").write_text('[workers]\ncount = "two"\n')
    refused(USAGE, "-c", tmp_path / "type.toml", "doctor", says=("workers.count", "int"))


def test_an_unknown_analyser_setting(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[analyser.settings]\ntreshold = 0.4\n[publish]\nenabled = false\n")
    arguments = ("-c", tmp_path / "c.toml", "replay", "synthetic:?frames=2", "--output", tmp_path / "out")
    refused(USAGE, *arguments, says=("treshold",))


def test_weights_whose_hash_does_not_match(tmp_path: Path) -> None:
    weights = Path(__file__).parents[2] / "workers" / "weights"
    for name in ("default.tflite", "default.json"):
        shutil.copy(weights / name, tmp_path / name)
    with (tmp_path / "default.tflite").open("ab") as file:
        file.write(b"!")
    config = tmp_path / "weights.toml"
    config.write_text(f"[analyser.settings]\nweights = '{tmp_path / 'default.tflite'}'\n[publish]\nenabled = false\n")
    arguments = ("-c", config, "replay", "synthetic:?frames=2", "--output", tmp_path / "out")
    refused(MODEL, *arguments, says=("hash", "default.tflite"))


@pytest.mark.parametrize("key", ["VIEW_PORT", "PUBLISH_ENDPOINT"])
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


def test_an_output_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "out"
    refused(FAILED, "replay", "synthetic:?frames=2", "--output", folder, says=(str(folder),))


def test_results_of_another_source_are_not_overwritten(tmp_path: Path) -> None:
    assert run("replay", "synthetic:?frames=2", "--output", tmp_path).returncode == 0
    before = (tmp_path / "readings.csv").read_bytes()
    refused(FAILED, "replay", "synthetic:?seed=9&frames=2", "--output", tmp_path, says=("holds the results",))
    assert (tmp_path / "readings.csv").read_bytes() == before


def test_finished_results_are_replaced_only_by_overwrite_and_a_source_that_is_there(tmp_path: Path) -> None:
    clip, out = tmp_path / "clip.avi", tmp_path / "out"
    video(clip, frames=3)
    assert run("replay", clip, "--output", out).returncode == 0
    assert str(Store(out / "session.sqlite").facts()["source"]).startswith("video-"), "its name stays out of topics"
    before = (out / "readings.csv").read_bytes()
    refused(FAILED, "replay", clip, "--output", out, "--frames", "2", says=(str(out), "--overwrite"))
    refused(USAGE, "replay", clip, "--output", out, "--resume", "--overwrite", says=("--resume", "--overwrite"))
    clip.rename(tmp_path / "moved.avi")
    refused(SOURCE, "replay", clip, "--output", out, "--overwrite", says=("clip.avi",))
    assert (out / "readings.csv").read_bytes() == before
    (tmp_path / "moved.avi").rename(clip)
    assert run("replay", clip, "--output", out, "--frames", "2", "--overwrite").returncode == 0
    assert len(rows(out)) == 2


@pytest.mark.parametrize("source", ["loop.mp4", "~nobody-of-that-name/x.mp4", "a" * 300 + ".mp4"])
def test_a_source_that_cannot_be(tmp_path: Path, source: str) -> None:
    (tmp_path / "loop.mp4").symlink_to("loop.mp4")
    named = source if source.startswith("~") else tmp_path / source
    refused(SOURCE, "replay", named, "--output", tmp_path / "out", says=(source,))


def test_a_session_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for name in ("loop", "a" * 300):
        refused(FAILED, "view", tmp_path / name, says=(name, "cannot be used"))


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


@pytest.mark.parametrize("engine", ["stream", "serial"])
def test_one_bad_source_or_folder_keeps_no_other_from_being_done(tmp_path: Path, engine: str) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    for name in ("blocked", "good"):
        picture(tmp_path / name / "a.png")
    out = tmp_path / "out"
    out.mkdir()
    (out / "blocked").write_text("a file of somebody's")
    sources = (tmp_path / "text.mp4", tmp_path / "blocked", tmp_path / "good")
    done = run("replay", *sources, "--output", out, "--engine", engine)
    assert done.returncode == SOURCE, done.stderr
    assert "Traceback" not in done.stderr
    assert f"{tmp_path / 'text.mp4'} is empty or no video" in done.stderr
    assert f"the folder {out / 'blocked'} cannot be made" in done.stderr
    assert len(rows(out / "good")) == 1
    assert sorted(path.name for path in out.iterdir()) == ["blocked", "good"]


def test_results_among_the_sources_pictures(tmp_path: Path) -> None:
    picture(tmp_path / "pictures" / "a.png")
    refused(USAGE, "replay", tmp_path / "pictures", "--output", tmp_path / "pictures", says=("own folder",))
    refused(USAGE, "replay", tmp_path / "pictures", "--output", "", says=("folder of its own",))


def test_a_pipe_is_no_recording(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    refused(SOURCE, "replay", tmp_path / "pipe.mp4", "--output", tmp_path / "out", says=("pipe.mp4", "no regular file"))


def test_an_endpoint_that_cannot_be() -> None:
    refused(USAGE, "subscribe", "tcp://127.0.0.1:99999", says=("99999",))


def test_nothing_to_resume(tmp_path: Path) -> None:
    refused(FAILED, "replay", "synthetic:?frames=2", "--output", tmp_path / "new", "--resume", says=("resume",))


def test_another_recording_in_place_of_the_first_is_not_gone_on_with(tmp_path: Path) -> None:
    clip, out = tmp_path / "clip.avi", tmp_path / "out"
    video(clip, frames=4)
    assert run("replay", clip, "--output", out).returncode == 0
    before = (out / "readings.csv").read_bytes()
    first = clip.read_bytes()
    video(clip, frames=5)
    refused(FAILED, "replay", clip, "--output", out, "--resume", says=("clip.avi", "not what it was", "--overwrite"))
    clip.unlink()
    refused(SOURCE, "replay", clip, "--output", out, "--resume", says=("clip.avi",))
    clip.write_bytes(first)
    for wish in ("--regions", "--overlay"):
        refused(FAILED, "replay", clip, "--output", out, "--resume", wish, says=("without outlines", "--overwrite"))
    assert (out / "readings.csv").read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [("replay", "x.mp4"), ("replay", "x.mp4", "--output", "o", "--speed", "fast"), ("live",), ("nonsense",)],
)
def test_wrong_use(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*arguments, XDG_DATA_HOME=str(tmp_path))
    assert done.returncode == USAGE
    assert "Traceback" not in done.stderr


def test_readings_do_not_leave_the_machine_without_keys() -> None:
    refused(USAGE, "demo", says=("CURVE",), CAPILLARY_STREAM_PUBLISH_ENDPOINT="tcp://0.0.0.0:5560")


def test_a_broken_plug_in_fails_with_its_own_error(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise RuntimeError('the plug-in is not ready')\n")
    config = tmp_path / "c.toml"
    config.write_text('[analyser]\nname = "broken:make"\n[publish]\nenabled = false\n')
    arguments = ("-c", config, "replay", "synthetic:?frames=2", "--output", tmp_path / "out")
    done = run(*arguments, PYTHONPATH=str(tmp_path))
    assert done.returncode == MODEL
    assert "broken.py" in done.stderr  # where, for whoever wrote it
    assert "the plug-in is not ready" in done.stderr.splitlines()[-1]
