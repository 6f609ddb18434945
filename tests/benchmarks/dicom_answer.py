"""How long a pushed cine takes to come back: from the call of `storescu` until report and overlay are in the archive.

`uv run python -m tests.benchmarks.dicom_answer [--frames 30] [--rounds 5]` starts Orthanc and `serve dicom`, and prints
one line per push, in s, with the processor time of the service, and the medians.
"""

import argparse
import contextlib
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

import psutil

from stream.machine.cpu_time import tree_cpu_seconds
from tests.doubles.archives.cine import write_cine
from tests.doubles.archives.orthanc import Orthanc
from tests.running import running

_STORESCU: Final = "/usr/bin/storescu"
_LOOK_S: Final = 0.02


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for line in measured(Path(folder), options.frames, options.rounds):
            print(json.dumps(line), flush=True)


def measured(folder: Path, frames: int, rounds: int) -> list[dict[str, float]]:
    """Return for each push how long pushing took, and how long it took until both answers were there, s; then medians.

    cpu_s: what the service and its workers took of the processors meanwhile.

    frames: of the cine, 1920x1080, uncompressed.
    """
    archive = Orthanc(folder / "orthanc")
    archive.start()
    config = folder / "hospital.toml"
    config.write_text(f'[outlets.dicom]\nhost = "127.0.0.1"\nport = {archive.dicom_port}\ncalled = "ORTHANC"\n')
    lines = []
    service = ("-c", config, "serve", "dicom", "--port", "0", "--inbox", folder / "inbox")
    with contextlib.ExitStack() as stack:
        stack.callback(archive.stop)
        process = stack.enter_context(running(*service))
        assert process.stderr is not None
        listening = next(line for line in process.stderr if "Listening" in line)
        port = listening.split(" as ")[0].rpartition(":")[2]
        for number in range(rounds):
            write_cine(folder / "cine.dcm", frames)  # another one each time: it has new identifiers
            begun_s, begun_cpu_s = time.monotonic(), tree_cpu_seconds(psutil.Process(process.pid))
            subprocess.run([_STORESCU, "-aec", "CAPILLARY", "127.0.0.1", port, folder / "cine.dcm"], check=True)
            pushed_s = time.monotonic() - begun_s
            while archive.count() < 2 * (number + 1):
                time.sleep(_LOOK_S)
            answered_s = time.monotonic() - begun_s
            cpu_s = tree_cpu_seconds(psutil.Process(process.pid)) - begun_cpu_s
            line = {"pushed_s": pushed_s, "answered_s": answered_s, "cpu_s": cpu_s}
            lines.append({name: round(value, 2) for name, value in line.items()})
    return [*lines, {name: statistics.median(line[name] for line in lines) for name in lines[0]}]


if __name__ == "__main__":
    main()
