"""Which engine spreads the frames over workers, and over how many. Loads no engine."""

from dataclasses import dataclass

from stream.errors import UsageError


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """An engine by its name, how many workers it has, and for ray the address of a running cluster."""

    engine: str
    workers: int
    address: str | None = None


def engine_choice(engine: str, workers: int, address: str | None, *, whole: bool) -> EngineChoice | None:
    """Return the choice of an engine that is not the program's own; None for its own.

    `whole`: a recording from its first frame, at full speed. Raises UsageError if the engine cannot do it.
    """
    if address is not None and engine != "ray":
        raise UsageError("--address names a Ray cluster: use it with --engine ray")
    if engine == "stream":
        return None
    if not whole:
        raise UsageError(f"--resume and --speed are for --engine stream; {engine} analyses a recording as a whole")
    return EngineChoice(engine, 1 if engine == "serial" else workers, address)
