"""What subscribers cost: delay of readings, latency of the analysis and CPU time, with 0, 1 and 100 of them in one run.

`uv run python -m tests.benchmarks.subscriber_cost [--seconds 10] [--rounds 2]` prints one line for each number of
subscribers. They are SUB sockets in processes of their own; the last number of them stands beside ten more that never
read. The analyser does next to nothing, so that 60 readings per second come on any machine; rounds are interleaved,
because other programs of the machine change delays from minute to minute.
"""

import argparse
import json
import multiprocessing
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import msgpack
import psutil
import zmq

from tests.running import command, committed, eventually, free_port

FPS: Final = 60
SILENT: Final = 10
"""Subscribers that never read, beside the most that do."""
_PROCESSES: Final = 4
_SETTLE_S: Final = 1.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--subscribers", type=int, nargs="*", default=[0, 1, 100])
    options = parser.parse_args()
    for line in measured(options.subscribers, options.seconds, options.rounds):
        print(json.dumps(line), flush=True)


def measured(counts: Sequence[int], seconds: float, rounds: int) -> list[dict[str, Any]]:
    """Return what each number of subscribers meant, in one run of the program.

    delay_ms: from sending to arrival at a subscriber. age_ms: from capture to arrival. latency_ms: from capture to the
    end of the analysis. cpu_percent: of one core, for each process of the program. missed: gaps in what readers got.
    """
    found: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, _program(Path(folder)) as (program, endpoint, database):
        for _ in range(rounds):
            for count, silent in [*((count, 0) for count in counts), (max(counts), SILENT)]:
                found[count, silent].append(_phase(program, endpoint, count, silent, seconds))
        latencies = _latencies(database)
    return [_summary(count, silent, phases, latencies) for (count, silent), phases in found.items()]


@contextmanager
def _program(folder: Path) -> Iterator[tuple[psutil.Process, str, Path]]:
    """Run the program; yield its process, its endpoint and its session."""
    endpoint = f"tcp://127.0.0.1:{free_port()}"
    config = folder / "bench.toml"
    config.write_text(
        f'view.enabled = false\npublish.endpoint = "{endpoint}"\nsink.sessions_dir = "{folder / "sessions"}"\n'
        'analyser.name = "tests.doubles.strange_analysers:good"\n'
    )
    source = f"synthetic:?seed=1&live=true&fps={FPS}"
    with subprocess.Popen(command("-c", config, "-q", "live", source), stderr=subprocess.DEVNULL) as program:
        try:
            session = eventually(lambda: next(iter((folder / "sessions").glob("*")), None), "a session", 60)
            eventually(lambda: committed(session) > FPS, "readings", 60)
            yield psutil.Process(program.pid), endpoint, session / "session.sqlite"
        finally:
            program.terminate()


def _phase(program: psutil.Process, endpoint: str, count: int, silent: int, seconds: float) -> dict[str, Any]:
    """Have so many subscribers for so long."""
    shares = [count // _PROCESSES + (number < count % _PROCESSES) for number in range(_PROCESSES)]
    context = multiprocessing.get_context("spawn")
    pipes, readers = [], []
    for share in filter(None, shares):
        ours, theirs = context.Pipe()
        readers.append(context.Process(target=read, args=(endpoint, share, seconds, theirs), daemon=True))
        pipes.append(ours)
    with zmq.Context[zmq.Socket[bytes]]() as silence:
        unread = [silence.socket(zmq.SUB) for _ in range(silent)]  # kept: one that is let go of is closed
        for socket in unread:
            socket.subscribe(b"")
            socket.connect(endpoint)
        for reader in readers:
            reader.start()
        for pipe in pipes:
            assert pipe.recv() == "ready"
        time.sleep(_SETTLE_S)
        began_ns, before = time.time_ns(), _cpu(program)
        for pipe in pipes:
            pipe.send("go")
        time.sleep(seconds)
        ended_ns, after = time.time_ns(), _cpu(program)
        seen = [pipe.recv() for pipe in pipes]
        for reader in readers:
            reader.join()
        silence.destroy(linger=0)
    cpu = {role: 100 * (after[role] - before.get(role, 0.0)) / seconds for role in after}
    return {"seen": seen, "cpu": cpu, "span": (began_ns, ended_ns)}


def read(endpoint: str, count: int, seconds: float, pipe: Connection) -> None:
    """Be so many subscribers; report the delay and the age of each reading, ms, and how many were missed."""
    with zmq.Context[zmq.Socket[bytes]]() as context:
        poller = zmq.Poller()
        for _ in range(count):
            socket = context.socket(zmq.SUB)
            socket.subscribe(b"reading.")
            socket.connect(endpoint)
            poller.register(socket, zmq.POLLIN)
        pipe.send("ready")
        arrived: list[tuple[int, Any, bytes]] = []  # unpacked afterwards: that must not delay what comes next
        until_s = float("inf")
        while time.monotonic() < until_s:
            if until_s == float("inf") and pipe.poll():
                pipe.recv()
                until_s = time.monotonic() + seconds
                arrived = []
            for socket, _ in poller.poll(100):
                body = socket.recv_multipart()[1]
                arrived.append((time.time_ns(), socket, body))
        pipe.send(_seen(arrived))
        context.destroy(linger=0)


def _seen(arrived: Sequence[tuple[int, Any, bytes]]) -> tuple[list[float], list[float], int]:
    """Return delays and ages, ms, and how many readings lay between those that came and were not dropped before."""
    delays: list[float] = []
    ages: list[float] = []
    missed = 0
    last: dict[Any, tuple[int, int]] = {}
    for now_ns, socket, body in arrived:
        reading = msgpack.unpackb(body)
        delays.append((now_ns - reading["t_published_ns"]) / 1e6)
        ages.append((now_ns - reading["t_capture_ns"]) / 1e6)
        seq, drops = last.get(socket, (reading["seq"] - 1, reading["drops_total"]))
        missed += reading["seq"] - seq - 1 - (reading["drops_total"] - drops)
        last[socket] = reading["seq"], reading["drops_total"]
    return delays, ages, missed


def _cpu(program: psutil.Process) -> dict[str, float]:
    """Return the CPU seconds so far of each process of the program, by its name; all of them as `all`."""
    spent: dict[str, float] = defaultdict(float)
    for one in [program, *program.children(recursive=True)]:
        times = one.cpu_times()
        spent[one.name()] += times.user + times.system
        spent["all"] += times.user + times.system
    return spent


def _latencies(database: Path) -> list[tuple[int, float]]:
    """Return moment of capture, ns, and latency, ms, of all readings."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
        return opened.execute("SELECT t_capture_ns, latency_ms FROM readings").fetchall()


def _summary(
    count: int, silent: int, phases: Sequence[dict[str, Any]], latencies: Sequence[tuple[int, float]]
) -> dict[str, Any]:
    own = [[ms for at_ns, ms in latencies if phase["span"][0] <= at_ns <= phase["span"][1]] for phase in phases]
    rates = [1e9 * len(some) / (phase["span"][1] - phase["span"][0]) for some, phase in zip(own, phases, strict=True)]
    return {
        "subscribers": count,
        "silent": silent,
        "readings_per_s": round(statistics.median(rates), 1),
        "delay_ms": _spread([[ms for delays, _, _ in phase["seen"] for ms in delays] for phase in phases]),
        "age_ms": _spread([[ms for _, ages, _ in phase["seen"] for ms in ages] for phase in phases]),
        "latency_ms": _spread(own),
        "missed": sum(missed for phase in phases for _, _, missed in phase["seen"]),
        "cpu_percent": {
            role: round(statistics.median(phase["cpu"].get(role, 0.0) for phase in phases), 1)
            for role in sorted({role for phase in phases for role in phase["cpu"]})
        },
    }


def _spread(rounds: Sequence[Sequence[float]]) -> dict[str, float]:
    """Return median and 99th percentile of each round, and of the rounds the median: one may have been disturbed."""
    ordered = [sorted(values) for values in rounds if values]
    shares = {"p50": 0.5, "p99": 0.99} if ordered else {}
    return {
        name: round(statistics.median(values[int(share * len(values))] for values in ordered), 2)
        for name, share in shares.items()
    }


if __name__ == "__main__":
    main()
