"""A process with nothing to do sleeps: a bedside runs on a battery."""

import os
import signal
from pathlib import Path

import psutil
import pytest

from tests.running import committed, eventually, running

WATCHED_S = 10.0


def name(process: psutil.Process) -> str:
    """As the processes name themselves."""
    return Path(f"/proc/{process.pid}/comm").read_text().strip()


def cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/comm").exists(), reason="looks into /proc, as Linux has it")
def test_processes_sleep_when_no_frame_comes(tmp_path: Path) -> None:
    """Less than one per cent of a core each, while the camera (here: stopped) gives nothing."""
    settings = {
        "SINK_SESSIONS_DIR": str(tmp_path),
        "PUBLISH_ENABLED": "false",
        "VIEW_PORT": "0",
        "RUNTIME_HANG_S": "60",
    }
    environment = {f"CAPILLARY_STREAM_{key}": value for key, value in settings.items()}
    with running("live", "synthetic:?seed=1&fps=5", "--workers", "2", **environment) as process:
        session = eventually(lambda: next(tmp_path.glob("*/session.sqlite"), None), "a session").parent
        eventually(lambda: committed(session), "a first reading")
        whole = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        (capture,) = (one for one in whole if name(one) == "capture")
        os.kill(capture.pid, signal.SIGSTOP)
        try:
            known = eventually(lambda: committed(session), "its last frames")
            assert known
            psutil.wait_procs(whole, timeout=3.0)  # what was under way
            before = {one.pid: cpu_s(one) for one in whole}
            psutil.wait_procs(whole, timeout=WATCHED_S)
            used = {name(one): 100 * (cpu_s(one) - before[one.pid]) / WATCHED_S for one in whole}
        finally:
            os.kill(capture.pid, signal.SIGCONT)
    assert {role: share for role, share in used.items() if share >= 1.0} == {}, used
