"""Modes, proxies, passwords and limits are as they should be, whatever shell or service starts the program."""

import contextlib
import os
import re
import shutil
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from capture.sources.opening import open_source
from stream.errors import UsageError
from tests.running import ROOT, children, command, command_line, committed, eventually, running

SECRET = "geheim9"


def shell(script: str, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program after a line of shell, to its end."""
    return subprocess.run(
        ["bash", "-c", f'{script}; exec "$@"', "bash", *command(*arguments)],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        env=os.environ | environment,
        start_new_session=True,
    )


def open_to_others(folder: Path) -> list[str]:
    """Return what lies in a folder, itself included, and may be read by others, with its mode."""
    found = [folder, *folder.rglob("*")]
    return [f"{one}: {one.stat().st_mode & 0o777:o}" for one in found if one.stat().st_mode & 0o077]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Make a folder of two pictures."""
    (folder := tmp_path / "pictures").mkdir()
    for number in range(2):
        noise = np.random.default_rng(number).integers(60, 200, (240, 320, 3), np.uint8)
        cv2.imwrite(str(folder / f"{number}.png"), noise)
    return folder


@pytest.mark.parametrize("umask", ["000", pytest.param("022", marks=pytest.mark.slow)])
def test_results_are_for_their_owner_alone(pictures: Path, tmp_path: Path, umask: str) -> None:
    output = tmp_path / "deep" / "results"
    options = ("replay", pictures, "--output", output, "--regions", "--engine", "serial")
    first = shell(f"umask {umask}", *options)
    assert first.returncode == 0, first.stderr
    assert open_to_others(tmp_path / "deep") == []
    for file in output.iterdir():
        file.chmod(0o666)
    again = shell(f"umask {umask}", *options, "--overwrite")
    assert again.returncode == 0, again.stderr
    assert open_to_others(output) == []


@pytest.mark.slow
def test_a_folder_that_the_user_made_keeps_its_mode(pictures: Path, tmp_path: Path) -> None:
    (output := tmp_path / "shared").mkdir()
    output.chmod(0o755)
    done = shell("umask 000", "replay", pictures, "--output", output, "--engine", "serial")
    assert done.returncode == 0, done.stderr
    assert open_to_others(output) == [f"{output}: 755"]


@pytest.mark.parametrize("limit", [32, *(pytest.param(one, marks=pytest.mark.slow) for one in (24, 48, 64))])
def test_too_few_file_descriptors_are_said_before_anything_is_begun(tmp_path: Path, limit: int) -> None:
    done = shell(
        f"ulimit -n {limit}",
        *("live", "synthetic:?seed=1", "--no-publish"),
        CAPILLARY_STREAM_SINK_SESSIONS_DIR=str(tmp_path / "sessions"),
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: too few file descriptors: {limit}, at least ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "sessions").exists()


class Server:
    """A small HTTP server that sends one picture again and again, and remembers who asked for what."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.port = 0


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    """Serve Motion JPEG on every path, as a camera or a proxy, until the block ends."""
    server = Server()
    noise = np.random.default_rng(1).integers(60, 200, (240, 320, 3), np.uint8)
    jpeg = cv2.imencode(".jpg", noise)[1].tobytes()
    part = b"--next\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg) + jpeg + b"\r\n"

    class Camera(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=next")
            self.end_headers()
            with contextlib.suppress(OSError):
                while not ended.wait(0.05):
                    self.wfile.write(part)

        def do_CONNECT(self) -> None:
            server.asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.handle_one_request()  # as if the camera were behind it

        def log_message(self, *_: object) -> None:
            pass

    ended = threading.Event()
    http = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
    server.port = http.server_address[1]
    threading.Thread(target=http.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        ended.set()
        http.shutdown()
        http.server_close()


def answers(page: str) -> str:
    """Return what the page's addresses answer."""
    texts = []
    for path in ("/api/session", "/api/status", "/api/trend", "/api/alarms", "/api/markers", "/metrics", "/"):
        with contextlib.suppress(OSError):
            texts.append(urllib.request.build_opener(urllib.request.ProxyHandler({})).open(page + path).read().decode())
    return "\n".join(texts)


def left(folder: Path) -> bytes:
    """Return every byte of every file below a folder, with the names."""
    return b"\n".join(os.fsencode(one) + (one.read_bytes() if one.is_file() else b"") for one in folder.rglob("*"))


@pytest.mark.parametrize(
    "form",
    [
        "http://user:{secret}@127.0.0.1:{port}/video?token={secret}#timeout_s=4",
        pytest.param("HTTP://127.0.0.1:{port}/video?user=me&pwd={secret}", marks=pytest.mark.slow),
        pytest.param("http://user:gehei%6d9@127.0.0.1:{port}/video", marks=pytest.mark.slow),
    ],
)
def test_no_proxy_hears_of_a_camera_and_its_password_is_kept_nowhere(tmp_path: Path, form: str) -> None:
    sessions = tmp_path / "sessions"
    with serving() as camera, serving() as proxy:
        detour = f"http://user:{SECRET}@127.0.0.1:{proxy.port}"
        names = ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY")
        environment = dict.fromkeys(names, detour) | {
            "no_proxy": "",
            "OPENCV_FFMPEG_CAPTURE_OPTIONS": f"http_proxy;{detour}",
            "CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(sessions),
        }
        source = form.format(secret=SECRET, port=camera.port)
        with running("-v", "live", source, "--port", "0", "--no-publish", **environment) as process:
            assert process.stderr is not None
            lines: list[str] = []
            reader = threading.Thread(target=lambda: lines.extend(process.stderr or ()), daemon=True)
            reader.start()
            page = eventually(lambda: next((one.split()[-1] for one in lines if "Live page" in one), ""), "a page")
            eventually(lambda: any(committed(one) > 2 for one in sessions.glob("*")), "readings on disk")
            everybody = [psutil.Process(process.pid), *children(process)]
            seen = "\n".join([answers(page), *map(command_line, everybody)])
            process.terminate()
            process.wait(timeout=30)
            reader.join(timeout=10)
        assert camera.asked
        assert not proxy.asked
    words = "".join(lines)
    assert re.search(r"http_proxy.* in the environment are ignored", words)
    assert SECRET not in words + seen
    assert "me" not in words.split()
    stored = left(sessions)
    assert SECRET.encode() not in stored
    assert b"gehei%6d9" not in stored
    assert b"127.0.0.1" in stored
    assert open_to_others(sessions) == []


@pytest.mark.slow
def test_a_quota_of_half_a_core_leaves_one_worker() -> None:
    root = Path("/sys/fs/cgroup/cpu" if Path("/sys/fs/cgroup/cpu").is_dir() else "/sys/fs/cgroup")
    group = root / f"capillary-test-{os.getpid()}"
    try:
        group.mkdir()
        if (group / "cpu.cfs_quota_us").exists():
            (group / "cpu.cfs_quota_us").write_text("50000")
        else:
            (group / "cpu.max").write_text("50000 100000")
    except OSError:
        with contextlib.suppress(OSError):
            group.rmdir()
        pytest.skip("no control group for CPU time can be made here")
    try:
        asked = (
            f"echo $$ > {group}/cgroup.procs; python -c 'from stream.machine.processes import cores; print(cores())'"
        )
        done = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT)
        assert done.stdout == "1\n"
    finally:
        group.rmdir()


@pytest.mark.slow
def test_a_home_that_cannot_be_written_is_no_cause_for_a_line(pictures: Path, tmp_path: Path) -> None:
    done = shell(
        "unset MPLCONFIGDIR XDG_CONFIG_HOME XDG_CACHE_HOME", "replay", pictures, "-o", tmp_path / "out", HOME="/proc"
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "trend.png").is_file()
    assert "atplotlib" not in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("limit", "words"), [("-f 64", "`ulimit -f`"), ("-v 300000", "`ulimit -v`")])
def test_a_limit_of_the_shell_is_named_as_the_cause(tmp_path: Path, limit: str, words: str) -> None:
    options = ("live", "synthetic:?seed=1&seconds=1", "--no-publish", "--no-view")
    done = shell(f"ulimit {limit}", *options, CAPILLARY_STREAM_SINK_SESSIONS_DIR=str(tmp_path / "sessions"))
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_limit_on_the_size_of_files_is_named_by_what_is_written(pictures: Path, tmp_path: Path) -> None:
    done = shell("ulimit -f 20", "replay", pictures, "-o", tmp_path / "out", "--engine", "serial")
    assert done.returncode == 1
    assert "`ulimit -f`" in done.stderr
    done = shell("ulimit -f 100", "record", "synthetic:?seed=1", tmp_path / "recorded", "--seconds", "5")
    assert done.returncode == 5
    assert "`ulimit -f`" in done.stderr
    assert "Errno" not in done.stderr


def test_a_proxy_that_the_address_names_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving() as proxy:
        source = open_source(f"http://camera.invalid:8080/video#proxy=127.0.0.1:{proxy.port}")
        try:
            assert (source.width, source.height) == (320, 240)
        finally:
            source.close()
        assert proxy.asked[0] == "camera.invalid:8080"
    with pytest.raises(UsageError, match="proxy=HOST:PORT"):
        open_source("http://camera.invalid/video#proxy=http://127.0.0.1:1/")


@pytest.mark.slow
@pytest.mark.parametrize("limit", [2, 12])
def test_too_few_processes_are_said_before_anything_is_begun(tmp_path: Path, limit: int) -> None:
    if os.getuid() or shutil.which("setpriv") is None:
        pytest.skip("another user is tried: needs root and setpriv(1)")
    tmp_path.chmod(0o777)
    read = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    user = ["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups", *read]
    started = [*user, *command("live", "synthetic:?seed=1", "--no-publish", "--no-view")]
    done = subprocess.run(
        ["bash", "-c", f'ulimit -u {limit}; exec "$@"', "bash", *started],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"HOME": str(tmp_path), "CAPILLARY_STREAM_SINK_SESSIONS_DIR": str(tmp_path / "sessions")},
    )
    assert done.returncode == 1, done.stderr
    assert "too few processes and threads" in done.stderr
    assert not (tmp_path / "sessions").exists()
