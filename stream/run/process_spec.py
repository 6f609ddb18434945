"""What a process of a run is, before it is started. Loads nothing."""

from dataclasses import dataclass
from typing import Any

from stream.protocol.types import Role

ProcessKey = tuple[Role, int]
"""Role of a process, and its number among those of the role."""


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One process to run: "module:function", called with (child, plan, *arguments) in a spawned interpreter.

    essential: the run ends if the process cannot be kept alive.
    """

    role: Role
    index: int
    target: str
    arguments: tuple[Any, ...] = ()
    essential: bool = True

    @property
    def key(self) -> ProcessKey:
        """Role and number."""
        return self.role, self.index
