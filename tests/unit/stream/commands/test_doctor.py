"""What `doctor` finds, with a fix, and its exit code."""

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from stream.errors import ModelError, SourceError
from tests.unit.stream.commands.conftest import Type


@pytest.fixture(autouse=True)
def _parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a model that loads, a camera that is not there, and ports that are free."""

    class Model:
        model_id = "a-model"

    def no_camera(*_: object) -> None:
        raise SourceError("there is no camera 0; plug one in")

    monkeypatch.setattr("run_stream.Program.analyser", lambda _: Model)
    monkeypatch.setattr("run_stream.Program.open_source", no_camera)
    monkeypatch.setenv("CAPILLARY_STREAM_VIEW_PORT", "0")
    monkeypatch.setenv("CAPILLARY_STREAM_PUBLISH_ENDPOINT", "tcp://127.0.0.1:*")


def test_a_machine_without_a_camera_is_ready_all_the_same(typed: Type) -> None:
    done = typed("doctor")
    assert done.code == 0
    assert "  ok  model: a-model loads" in done.text
    assert "note  camera:0: there is no camera 0; plug one in" in done.text
    assert "FAIL" not in done.text


def test_what_keeps_a_run_from_working_fails(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    def untrusted(_: object) -> None:
        raise ModelError("the weights do not have the hash in their card")

    monkeypatch.setattr("run_stream.Program.analyser", untrusted)
    done = typed("doctor")
    assert done.code == 1
    assert "FAIL  model: the weights do not have the hash" in done.text


def test_a_port_in_use_comes_with_its_key(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_: object) -> None:
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))

    monkeypatch.setattr("socket.socket.bind", taken)
    done = typed("doctor")
    assert done.code == 1
    assert "-> end what uses it, or set view.port to another one" in done.text


def test_a_decoder_that_was_chosen_and_is_not_there_fails(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"cuda": "", "vaapi": "this FFmpeg was built without it"}
    monkeypatch.setattr("run_stream.Program.hardware_decoders", lambda _: found)
    assert "  ok  video decoder: software; hardware here: cuda" in typed("doctor").text
    monkeypatch.setenv("CAPILLARY_STREAM_CAPTURE_DECODER", "vaapi")
    done = typed("doctor")
    assert done.code == 1
    assert (
        "FAIL  video decoder: vaapi cannot be used: this FFmpeg was built without it; here: software, cuda" in done.text
    )


def test_a_sessions_folder_that_cannot_be_written_comes_with_its_key(
    typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("loop").symlink_to("loop")
    monkeypatch.setenv("CAPILLARY_STREAM_SINK_SESSIONS_DIR", "loop")
    done = typed("doctor")
    assert done.code == 1
    assert "-> set sink.sessions_dir to another folder" in done.text


def test_keys_are_looked_at_if_subscribers_need_them(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPILLARY_STREAM_PUBLISH_CURVE", "true")
    assert "FAIL  keys: " in typed("doctor").text
    typed("keys", "new")
    typed("keys", "allow", "ab" * 32, "ward-7")
    assert "  ok  keys: 1 allowed subscribers" in typed("doctor").text


@pytest.mark.parametrize(
    ("line", "says"),
    [("cuont = 2", ("workers.cuont", "workers.count")), ('count = "two"', ("workers.count", "int"))],
)
def test_a_mistake_in_the_configuration_is_named(typed: Type, line: str, says: tuple[str, ...]) -> None:
    Path("mine.toml").write_text(f"[workers]\n{line}\n")
    done = typed("-c", "mine.toml", "doctor")
    assert done.code == 2
    assert all(word in done.text for word in says)


def test_an_audit_log_that_is_not_there_is_an_error(typed: Type) -> None:
    done = typed("doctor", "--verify", "nothing")
    assert done.code == 1
    assert "nothing cannot be read" in done.text


def test_a_port_that_a_run_of_this_program_uses_is_no_failure(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_: object) -> None:
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))

    listening = SimpleNamespace(pid=os.getpid(), status="LISTEN", laddr=SimpleNamespace(port=8765))
    monkeypatch.setattr("socket.socket.bind", taken)
    monkeypatch.setattr("psutil.net_connections", lambda _: [listening])
    monkeypatch.setattr("psutil.Process.cmdline", lambda _: ["python", "/opt/run_stream.py", "live"])
    monkeypatch.setenv("CAPILLARY_STREAM_VIEW_PORT", "8765")
    done = typed("doctor")
    assert f"note  port for the live page: 8765: a run of this program uses it, process {os.getpid()}" in done.text


def test_tuning_names_the_machine_and_measures_on_drawn_frames_unless_others_are_given(
    typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("run_stream.Program.tune", lambda _, source: iter([f"measured on {source}"]))
    monkeypatch.setattr("psutil.cpu_percent", lambda _: 0.0)
    machine, _, *lines = typed("doctor", "--tune").text.splitlines()
    assert "core" in machine
    assert lines == ["measured on synthetic:?seed=1&frames=4"]
    assert "measured on clip.mp4" in typed("doctor", "--tune", "clip.mp4").text


def test_an_analyser_without_a_choice_of_runtimes_cannot_be_tuned(typed: Type) -> None:
    Path("mine.toml").write_text('[analyser]\nname = "helmy2022"\n')
    done = typed("-c", "mine.toml", "doctor", "--tune")
    assert done.code == 2
    assert 'the analyser "helmy2022" has no choice of runtimes' in done.text
