"""What the live page costs: CPU time of the view with 0, 1 and 10 pages, drops, and the delay of pictures.

`uv run python -m tests.benchmarks.view_cost [--seconds 15] [--fps 12]` prints one line per number of pages. Pages are
WebSocket clients that read as fast as they can, in a process of their own. CPU times are of processes, so they are
little changed by whatever else the machine does; delays and drops are.
"""

import argparse
import json
import multiprocessing
import re
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.request
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil
from websockets.sync.client import connect

from tests.running import command

WARM_UP_S = 5.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--fps", type=float, default=12.0)
    parser.add_argument("--pages", type=int, nargs="*", default=[0, 1, 10])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for pages in options.pages:
            print(json.dumps(measured(Path(folder), pages, options.seconds, options.fps)), flush=True)


def measured(folder: Path, pages: int, seconds: float, fps: float) -> dict[str, Any]:
    """Run the program once with so many pages open."""
    config = folder / "bench.toml"
    config.write_text(
        f'[view]\nport = 0\n[publish]\nenabled = false\n[sink]\nsessions_dir = "{folder.as_posix()}/sessions"\n'
    )
    program = subprocess.Popen(
        command("-c", config, "live", f"synthetic:?seed=1&live=true&fps={fps:g}"), stderr=subprocess.PIPE, text=True
    )
    try:
        assert program.stderr is not None
        address = next(match[1] for line in program.stderr if (match := re.search(r"(http://\S+)", line)))
        threading.Thread(target=program.stderr.read, daemon=True).start()
        wait_for_readings(address)
        ours, theirs = multiprocessing.Pipe()
        watchers = multiprocessing.Process(target=watch, args=(address, pages, seconds + WARM_UP_S, theirs))
        watchers.start()
        time.sleep(WARM_UP_S)
        before, began = cost(program.pid), status(address)
        time.sleep(seconds)
        after, ended = cost(program.pid), status(address)
        memory = VIEWS[program.pid].memory_info().rss / 1e6
        seen = ours.recv()
        watchers.join()
    finally:
        program.terminate()
        program.wait(20)
    captured = ended["published"] - began["published"] + ended["dropped"] - began["dropped"]
    return {
        "pages": pages,
        **{f"{name}_cpu_percent": round(100 * (after[name] - before[name]) / seconds, 2) for name in after},
        "dropped_percent": round(100 * (ended["dropped"] - began["dropped"]) / max(captured, 1), 1),
        "view_rss_mb": round(memory, 1),
        **seen,
    }


def status(address: str) -> dict[str, Any]:
    """Return what /api/status says."""
    with urllib.request.urlopen(f"{address}/api/status") as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def wait_for_readings(address: str) -> None:
    """Until the analysis has begun."""
    deadline = time.monotonic() + 60
    while status(address)["published"] < 5:
        assert time.monotonic() < deadline
        time.sleep(0.1)


VIEWS: dict[int, psutil.Process] = {}


def cost(pid: int) -> dict[str, float]:
    """CPU seconds so far of the view, the process that listens, and of all processes together."""
    every = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    if pid not in VIEWS:
        VIEWS[pid] = next(one for one in every if any(c.status == "LISTEN" for c in one.net_connections("tcp")))
    times = {one.pid: one.cpu_times() for one in every}
    seconds = {number: spent.user + spent.system for number, spent in times.items()}
    return {"view": seconds[VIEWS[pid].pid], "program": sum(seconds.values())}


def watch(address: str, pages: int, seconds: float, out: Connection) -> None:
    """So many pages, for so long; tells pictures a second and page, and their ages on arrival, ms."""
    ages: list[float] = []
    delays: list[float] = []
    threads = [threading.Thread(target=one_page, args=(address, seconds, ages, delays)) for _ in range(pages)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    out.send(
        {
            "pictures_per_s": round(len(ages) / max(pages, 1) / seconds, 1),
            "grab_to_page_ms": spread(ages),
            "analysed_to_page_ms": spread(delays),
        }
    )


def spread(values: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    ordered = sorted(values)
    if not ordered:
        return {}
    return {"median": round(statistics.median(ordered), 1), "p95": round(ordered[int(0.95 * len(ordered))], 1)}


def one_page(address: str, seconds: float, ages: list[float], delays: list[float]) -> None:
    """Read everything that comes. A picture follows the words that tell its latency, grab to reading."""
    told: dict[str, Any] = {}
    until = time.monotonic() + seconds
    with connect(address.replace("http", "ws") + "/ws", max_size=None, proxy=None) as socket:
        while time.monotonic() < until:
            message = socket.recv()
            if isinstance(message, bytes):
                length = int.from_bytes(message[:4], "little")
                header = json.loads(message[4 : 4 + length])
                ages.append((time.time_ns() - header["t_capture_ns"]) / 1e6)
                if told["seq"] == header["seq"]:
                    delays.append(ages[-1] - told["latency_ms"])
            else:
                told = json.loads(message)["status"]


if __name__ == "__main__":
    main()
