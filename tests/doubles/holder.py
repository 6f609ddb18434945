"""A process that holds a mark; as a script, it says when it has it, and waits for the end of its input."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def holding(mark: Path) -> list[str]:
    """Return the command line that starts it."""
    return [sys.executable, __file__, str(mark)]


if __name__ == "__main__":
    from stream.machine.owner_lock import OwnerLock

    held = OwnerLock(Path(sys.argv[1]))
    print("held", flush=True)
    sys.stdin.read()
