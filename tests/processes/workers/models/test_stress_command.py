"""`models stress` as a user types it: a table and pictures, and one sentence for what cannot be read."""

from pathlib import Path

from PIL import Image

from tests.doubles.tiny_model import microscope_frame
from tests.running import run


def test_prints_the_table_and_writes_pictures(tmp_path: Path) -> None:
    (tmp_path / "frames").mkdir()
    for name in ("f1", "f2"):
        Image.fromarray(microscope_frame()[::3, ::3, ::-1]).save(tmp_path / "frames" / f"{name}.png")
    done = run("models", "stress", tmp_path, "--frames", "1", "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "1 frames" in done.stdout
    assert "turned by 90°" in done.stdout
    assert "round aperture" in done.stdout
    assert (tmp_path / "out" / "stress.json").is_file()
    assert len(list((tmp_path / "out").glob("*.jpg"))) > 30


def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path: Path) -> None:
    for name, content in {"text.png": b"no picture", "empty.mp4": b""}.items():
        (tmp_path / name).write_bytes(content)
        done = run("models", "stress", tmp_path / name)
        assert done.returncode == 3
        assert name in done.stderr
        assert "Traceback" not in done.stderr
    done = run("models", "stress", tmp_path / "absent")
    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()) == 1
