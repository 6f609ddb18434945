"""What outlets cost: CPU time of all processes of the program with no outlet, and with all at once.

`uv run python -m tests.benchmarks.outlet_cost [--seconds 20] [--fps 60] [--rounds 2] [--outlets mqtt hl7 …] [--each]`
prints one line per run: CPU per cent of a core, of the program and of its process that delivers, and readings per
second. The analyser gives a fixed answer at once, and frames are small, so that any machine reaches 60 per second.
Receivers run beside, and are not counted. Every outlet has its own settings by default: how often it sends is part of
what it costs.
"""

import argparse
import contextlib
import json
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil

from stream.protocol.contracts import Analyser, Analysis, Frame, Quality, Region
from tests.doubles.archives.orthanc import Orthanc
from tests.doubles.clinical.fhir_server import FhirServer
from tests.doubles.clinical.hl7_receiver import Hl7Receiver
from tests.doubles.collectors.trace_collector import TraceCollector
from tests.doubles.media import write_video
from tests.doubles.mqtt.mosquitto import Mosquitto
from tests.doubles.web.webhook_receiver import SECRET, WebhookReceiver
from tests.running import command, committed, eventually, free_port

WARM_UP_S: Final = 8.0
Table = dict[str, str | int | float | bool]


class Fixed:
    """An analyser that has the same answer to every frame."""

    model_id = "fixed"
    _answer: Final = Analysis(5.0, 4.0, 6.0, [Region(np.zeros((3, 2), np.int32), 0.5, 1.0)], Quality("good", (), {}))

    def analyse(self, _frame: Frame) -> Analysis:
        return self._answer


def fixed(_settings: Mapping[str, Any]) -> Analyser:
    """Make the analyser; its name in the configuration is `tests.benchmarks.outlet_cost:fixed`."""
    return Fixed()


@contextmanager
def mqtt(folder: Path) -> Iterator[Table]:
    broker = Mosquitto(folder)
    broker.start()
    yield {"host": "127.0.0.1", "port": broker.port}
    broker.stop()


@contextmanager
def hl7(_folder: Path) -> Iterator[Table]:
    receiver = Hl7Receiver()
    receiver.port = free_port()
    receiver.start()
    yield {"host": "127.0.0.1", "port": receiver.port}
    receiver.stop()


@contextmanager
def fhir(_folder: Path) -> Iterator[Table]:
    server = FhirServer()
    server.start()
    yield {"url": f"http://127.0.0.1:{server.port}/fhir"}
    server.stop()


@contextmanager
def dicom(folder: Path) -> Iterator[Table]:
    archive = Orthanc(folder / "orthanc")
    archive.start()
    yield {"host": "127.0.0.1", "port": archive.dicom_port, "called": archive.AE_TITLE}
    archive.stop()


@contextmanager
def otlp(_folder: Path) -> Iterator[Table]:
    collector = TraceCollector()
    yield {"endpoint": collector.endpoint}
    collector.stop()


@contextmanager
def webhook(_folder: Path) -> Iterator[Table]:
    receiver = WebhookReceiver()
    receiver.start()
    yield {"url": f"http://127.0.0.1:{receiver.port}/hook?of=ward", "secret": SECRET}
    receiver.stop()


@contextmanager
def prometheus(_folder: Path) -> Iterator[Table]:
    yield {"port": free_port()}


@contextmanager
def lsl(_folder: Path) -> Iterator[Table]:
    yield {}


RECEIVERS: Final[dict[str, Callable[[Path], AbstractContextManager[Table]]]] = {
    receiver.__name__: receiver for receiver in (dicom, fhir, hl7, lsl, mqtt, otlp, prometheus, webhook)
}
"""From the name of an outlet to what starts its receiver, and gives its table in the configuration."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--fps", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--outlets", nargs="*", default=list(RECEIVERS), choices=list(RECEIVERS))
    parser.add_argument("--each", action="store_true", help="also one outlet at a time")
    options = parser.parse_args()
    sets: list[Sequence[str]] = [(), *((name,) for name in options.outlets if options.each), options.outlets]
    found: dict[str, list[float]] = {}
    for _ in range(options.rounds):
        for outlets in sets:
            line = measured(outlets, options.seconds, options.fps)
            found.setdefault(line["outlets"], []).append(line["program_cpu_percent"])
            print(json.dumps(line), flush=True)
    without = statistics.median(found["none"])
    for outlets, values in found.items():
        print(f"{outlets}: {statistics.median(values) - without:+.1f} % of a core")


def measured(outlets: Sequence[str], seconds: float, fps: float) -> dict[str, Any]:
    """Run the program once with these outlets."""
    with contextlib.ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        tables = {name: opened.enter_context(RECEIVERS[name](folder)) for name in outlets}
        config = folder / "bench.toml"
        config.write_text(configuration(folder, tables))
        clip = write_video(folder / "clip.avi", frames=round((2 * WARM_UP_S + seconds) * fps), fps=fps)
        program = subprocess.Popen(
            command("-c", config, "live", clip),
            stderr=subprocess.PIPE,
            text=True,
        )
        opened.callback(end, program)
        assert program.stderr is not None
        threading.Thread(target=program.stderr.read, daemon=True).start()
        session = eventually(lambda: next((folder / "sessions").glob("*"), None), "the session")
        eventually(lambda: committed(session) > fps, "a second of readings")
        time.sleep(WARM_UP_S / 2)
        before, began, began_s = cost(program.pid), committed(session), time.monotonic()
        time.sleep(seconds)
        after, ended, took_s = cost(program.pid), committed(session), time.monotonic() - began_s
    return {
        "outlets": " ".join(outlets) or "none",
        **{f"{name}_cpu_percent": round(100 * (after[name] - before[name]) / took_s, 1) for name in after},
        "readings_per_s": round((ended - began) / took_s, 1),
    }


def configuration(folder: Path, tables: Mapping[str, Table]) -> str:
    """Return the file; without outlets there is no subscribers' socket either."""
    lines = [
        f"view.enabled = false\npublish.enabled = {'true' if tables else 'false'}",
        f'publish.endpoint = "tcp://127.0.0.1:{free_port()}"',
        f'sink.sessions_dir = "{folder / "sessions"}"\nworkers.count = 2',
        'analyser.name = "tests.benchmarks.outlet_cost:fixed"',
    ]
    for name, table in tables.items():
        lines += [f"[outlets.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def cost(pid: int) -> dict[str, float]:
    """Return CPU seconds so far, of all processes together and of the one that delivers."""
    spent = {"program": 0.0, "delivery": 0.0}
    for one in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
        times = one.cpu_times()
        spent["program"] += times.user + times.system
        if "delivery" in " ".join([one.name(), *one.cmdline()]):
            spent["delivery"] += times.user + times.system
    return spent


def end(program: "subprocess.Popen[str]") -> None:
    """Stop the program in order."""
    program.terminate()
    program.wait(30)


if __name__ == "__main__":
    main()
