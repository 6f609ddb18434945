"""Mutated recordings and pictures against the sources. `python -m tests.fuzz.media --count 4000 --seed 1`.

Each is opened and read to its end in a process of its own kind, as capture does: it is read, or refused in a sentence
(SourceError, UsageError). A decoder that crashes or hangs takes only that process with it, and is counted. Every frame
that is handed on is held against the one of the whole file.
"""

import argparse
import random
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from stream.config.plugins import find
from stream.protocol.contracts import Analyser, Frame, Pixels
from tests.fuzz.families import FAMILIES, written
from tests.fuzz.mutation import mutated
from tests.fuzz.reading import ReadingProcess, frames_of

_HEAD_BYTES: Final = 600


@dataclass(slots=True)
class FamilyTally:
    """What came of the mutated files of a family.

    files: read, refused, died, hung, wrong (neither read nor refused in a sentence, or something was printed).
    frames: same, failed, moved (another frame of the file), changed without a sign; good: changed, and called good.
    errors: of each that is good, by how much its density differs from the whole frame's, in percentage points.
    wrong: what was wrong, with its file's number. grown_mb: the peak of the reading process' memory, once warm.
    """

    files: Counter[str] = field(default_factory=Counter)
    frames: Counter[str] = field(default_factory=Counter)
    errors: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    grown_mb: float = 0.0

    def line(self) -> str:
        """Return the tally in one line."""
        files = " ".join(f"{name} {self.files[name]}" for name in ("read", "refused", "died", "hung", "wrong"))
        frames = " ".join(f"{name} {self.frames[name]}" for name in ("same", "failed", "moved", "changed", "good"))
        worst = f", off by {np.median(self.errors):.2f}, at most {max(self.errors):.2f}" if self.errors else ""
        return f"files {files}; frames {frames}{worst}"


def fuzz(
    count: int, seed: int, folder: Path, names: Sequence[str] = tuple(FAMILIES), keep: Path | None = None
) -> dict[str, FamilyTally]:
    """Read `count` mutated files, the families in turn; the same seed, the same files.

    keep: where to write pictures of changed frames that are called good, beside the whole ones.
    """
    chance = random.Random(seed)
    files = written(folder, names)
    bytes_of = {name: path.read_bytes() for name, path in files.items()}
    whole = {name: frames_of(path) for name, path in files.items()}
    tallies = {name: FamilyTally() for name in names}
    analyser: Analyser = find("analysers", "capillary")({})
    reader = ReadingProcess()
    for number in range(count):
        name = names[number % len(names)]
        data, tally = bytes_of[name], tallies[name]
        head = chance.choice((len(data), len(data), _HEAD_BYTES))  # formats are in the head, codecs in the rest
        path = folder / f"mutated{''.join(files[name].suffixes)}"
        path.write_bytes(mutated(data[:head], chance) + data[head:])
        found = reader.read(path)
        tally.files[found.outcome] += 1
        tally.grown_mb = max(tally.grown_mb, found.grown_mb)
        if found.outcome == "wrong":
            tally.wrong.append(f"seed {seed}, file {number} ({name}): {found.text}")
        for index, pixels in found.frames.items():
            _compare(tally, whole[name], index, pixels, analyser, keep and keep / f"{name.replace(' ', '-')}-{number}")
    reader.close()
    return tallies


def _compare(
    tally: FamilyTally, whole: list[Pixels], index: int, pixels: Pixels | None, analyser: Analyser, keep: Path | None
) -> None:
    if pixels is None:
        tally.frames["failed"] += 1
        return
    if index < len(whole) and np.array_equal(pixels, whole[index]):
        tally.frames["same"] += 1
        return
    if any(np.array_equal(pixels, one) for one in whole):
        tally.frames["moved"] += 1
        return
    tally.frames["changed"] += 1
    seen = analyser.analyse(Frame(pixels))
    if seen.quality.verdict == "good":
        tally.frames["good"] += 1
        own = whole[min(index, len(whole) - 1)]
        tally.errors.append(abs(seen.density_pct - analyser.analyse(Frame(own)).density_pct))
        if keep is not None:
            np.savez_compressed(f"{keep}-{index}", changed=pixels, whole=own)


def main() -> None:
    """Run once; print the seed and what came of each family."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--only", default="", help="families whose names begin with this")
    parser.add_argument("--keep", type=Path, help="a folder for changed frames that are called good")
    given = parser.parse_args()
    names = [name for name in FAMILIES if name.startswith(given.only)]
    print(f"seed {given.seed}")
    with tempfile.TemporaryDirectory(prefix="capillary-fuzz-") as folder:
        tallies = fuzz(given.count, given.seed, Path(folder), names, given.keep)
    for name, tally in tallies.items():
        print(f"{name:30} {tally.line()}", *tally.wrong, sep="\n    ")
    print(f"grown by {max(tally.grown_mb for tally in tallies.values()):.1f} MB")


if __name__ == "__main__":
    main()
