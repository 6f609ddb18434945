"""A parent with one child that waits for ever; as a script, it prints the child's number and waits too."""

import multiprocessing
import sys
import threading
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def wait_for_ever(portable: bool | None = None, ready: object = None) -> None:
    """Wait in a child; with `portable` given, in one that ends with its parent."""
    if portable is not None:
        from stream.machine.processes import end_with_parent

        end_with_parent(portable=portable)
    if ready is not None:
        ready.set()  # type: ignore[attr-defined]
    threading.Event().wait()


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    bound = context.Event()
    child = context.Process(target=wait_for_ever, args=(sys.argv[1] == "True", bound))
    child.start()
    bound.wait(60)
    print(child.pid, flush=True)
    threading.Event().wait()
