"""Which engine spreads the frames, over how much. Loads no engine: the command line asks before it decides."""

from dataclasses import dataclass

from stream.errors import UsageError


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """How an engine is run: its name, how many workers, and for ray a running cluster's address."""

    engine: str
    workers: int
    address: str | None = None


def engine_choice(engine: str, workers: int, address: str | None, *, whole: bool) -> EngineChoice | None:
    """How an engine that is not the program's own is run; None for its own.

    `whole`: a recording from its first frame, at full speed. Raises UsageError for what an engine cannot do.
    """
    if address is not None and engine != "ray":
        raise UsageError("--address names a Ray cluster: use it with --engine ray")
    if engine == "stream":
        return None
    if not whole:
        raise UsageError(f"--resume and --speed are for --engine stream; {engine} takes a recording whole")
    return EngineChoice(engine, 1 if engine == "serial" else workers, address)
