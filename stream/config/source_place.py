"""The place of a live run among those of one command. Loads nothing."""

from dataclasses import dataclass, field

from stream.protocol.types import LONGEST_NAME


@dataclass(frozen=True, slots=True)
class SourcePlace:
    """One of several sources: the number-th, from 1, and where its run sends what is to be published and shown.

    collector: address of the inbox of the command. keys: the public and the secret half of the command's own CURVE
    pair, 32 bytes each; None if no other user of the machine can reach that inbox.
    """

    number: int
    collector: str
    keys: tuple[bytes, bytes] | None = field(default=None, repr=False)

    def name_of(self, source: str) -> str:
        """Return the short name of the source with its number: two cameras of one make have different topics."""
        return f"{source[: LONGEST_NAME - 2]}-{self.number}"
