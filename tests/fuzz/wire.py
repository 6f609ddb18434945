"""Mutated messages against the wire. `python -m tests.fuzz.wire --count 1000000 --seed 1`.

Every one is a whole message or is refused with a WireError; nothing else may happen, and memory may not grow.
"""

import argparse
import random
from dataclasses import dataclass

import psutil

from stream.errors import WireError
from stream.protocol.frames import Committed, Done
from stream.protocol.processes import Hello, PeerUp, Stop
from stream.protocol.readings import ObjectOutline, RegionOutline, RunStatus
from stream.protocol.wire import decode, encode
from tests.doubles.readings import header, reading
from tests.fuzz.mutation import mutated

_HELLO = Hello(role="worker", index=1, incarnation=2, endpoint="ipc:///x", pid=7, detail="cnn@abc")
SAMPLES = tuple(
    encode(message)
    for message in (
        header(5, ring="/proc/1/fd/9", slot=1, generation=2, previous=bytes(200)),
        reading(
            5, quality="poor", quality_reasons=("blurred",), measures={"sharpness": 0.5},
            regions=(RegionOutline(bytes(16), 0.5), RegionOutline(bytes(8), 1.0)),
            objects=(ObjectOutline("hair", bytes(16)),), picture=bytes(300),
        ),
        RunStatus(session="s", source="s", mode="live", state="good", density_pct=5.0, quality_reasons=("a", "b")),
        Done(worker=0, incarnation=0, seq=4, attempt=1, capture=0),
        Committed(next_seq=7, sink=0), PeerUp(peer=_HELLO), _HELLO, Stop(),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    """accepted: whole messages all the same. grown_mb: how much more memory the process holds."""

    accepted: int
    refused: int
    grown_mb: float


def fuzz(count: int, seed: int) -> Tally:
    """Decode `count` mutated messages. Anything but a message or a WireError is raised, with the seed that made it."""
    chance, process = random.Random(seed), psutil.Process()
    accepted = 0
    before = process.memory_info().rss
    for number in range(count):
        data = mutated(chance.choice(SAMPLES), chance)
        try:
            decode(data)
            accepted += 1
        except WireError:
            pass
        except BaseException as error:
            raise AssertionError(f"seed {seed}, message {number}: {data!r}") from error
    return Tally(accepted, count - accepted, (process.memory_info().rss - before) / 2**20)


def main() -> None:
    """Run once; print the seed and what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    given = parser.parse_args()
    print(f"seed {given.seed}: {fuzz(given.count, given.seed)}")


if __name__ == "__main__":
    main()
