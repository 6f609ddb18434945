"""Mutated recordings and pictures against the sources. `python -m tests.fuzz.media --count 2000 --seed 1`.

Each is opened and read to its end in a process of its own kind, as capture does: it is read, or refused in a sentence
(SourceError, UsageError). A decoder that crashes or hangs takes only that process with it, and is counted.
"""

import argparse
import multiprocessing
import random
import resource
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from capture.sources.opening import SourceLimits, open_source
from stream.errors import StreamError
from tests.doubles.media import card, write_video
from tests.fuzz.mutation import mutated

LIMITS: Final = SourceLimits(max_width=4096, max_height=3072)
_MOST_FRAMES: Final = 50
_PATIENCE_S: Final = 30.0
_WARM: Final = 25  # files after which memory is compared


@dataclass(slots=True)
class Tally:
    """read, refused, died, hung: files. wrong: what was neither read nor refused in a sentence, with its file's number.

    grown_mb: the peak of a reading process' memory, above its peak once warm.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    grown_mb: float = 0.0


def samples(folder: Path) -> list[Path]:
    """Small whole files of every kind that can be written here, of test cards."""
    made = [write_video(folder / f"a{suffix}", codec, frames=6) for suffix, codec in
            ((".mkv", "MJPG"), (".avi", "MJPG"), (".mp4", "mp4v"), (".mkv.mkv", "FFV1"))]  # fmt: skip
    for suffix in (".png", ".jpg", ".tif"):
        made.append(folder / f"b{suffix}")
        cv2.imwrite(str(made[-1]), card(1, 96, 64))
    made.append(folder / "stack.tif")
    cv2.imwritemulti(str(made[-1]), [card(number, 96, 64) for number in range(3)])
    return made


def fuzz(count: int, seed: int, folder: Path) -> Tally:
    """Read `count` mutated files; the same seed, the same files."""
    chance, tally = random.Random(seed), Tally()
    whole = [(path.suffix, path.read_bytes()) for path in samples(folder)]
    reader = _Reader()
    for number in range(count):
        suffix, data = chance.choice(whole)
        head = chance.choice((len(data), 600))  # formats are in the head, codecs in the rest
        path = folder / f"mutated{suffix}"
        path.write_bytes(mutated(data[:head], chance) + data[head:])
        outcome, text = reader.read(path)
        tally.outcomes[outcome] += 1
        tally.grown_mb = max(tally.grown_mb, reader.grown_mb)
        if outcome == "wrong":
            tally.wrong.append(f"seed {seed}, file {number} ({suffix}): {text}")
        if outcome in ("died", "hung"):
            reader = _Reader()
    reader.close()
    return tally


class _Reader:
    """A process that reads one file after the other."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other,), daemon=True)
        self._process.start()
        other.close()
        self._files, self._warm, self.grown_mb = 0, 0, 0.0

    def read(self, path: Path) -> tuple[str, str]:
        """read, refused, wrong, died or hung; and the sentence."""
        self._pipe.send(str(path))
        try:
            if not self._pipe.poll(_PATIENCE_S):
                self.close()
                return "hung", ""
            outcome, text, peak = self._pipe.recv()
        except (EOFError, ConnectionError):
            self.close()
            return "died", ""
        self._files += 1
        if self._files == _WARM:
            self._warm = peak
        self.grown_mb = (peak - self._warm) / 2**20 if self._files >= _WARM else 0.0
        return outcome, text

    def close(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _serve(pipe: Connection) -> None:
    cv2.setNumThreads(1)
    while True:
        try:
            path = pipe.recv()
        except EOFError:
            return
        pipe.send((*_outcome(path), _peak()))


def _peak() -> int:
    """Most bytes that this process has held: its own, not those of the process that spawned it."""
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(status.read_text().partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _outcome(path: str) -> tuple[str, str]:
    try:
        source = open_source(path, LIMITS)
        try:
            pixels = np.empty((source.height, source.width, 3), np.uint8)
            for _ in range(_MOST_FRAMES):
                if source.grab() is None:
                    break
                source.retrieve(pixels)
        finally:
            source.close()
    except StreamError as error:
        text = str(error)
        return ("refused" if 0 < len(text) < 600 and "\n" not in text else "wrong"), text
    except BaseException as error:  # noqa: BLE001 (whatever it is, it is no sentence)
        return "wrong", f"{type(error).__name__}: {error}"
    return "read", ""


def main() -> None:
    """Run once; print the seed and what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="capillary-fuzz-") as folder:
        tally = fuzz(given.count, given.seed, Path(folder))
    print(f"seed {given.seed}: {dict(tally.outcomes)}, grown by {tally.grown_mb:.1f} MB")
    for wrong in tally.wrong:
        print(wrong)


if __name__ == "__main__":
    main()
