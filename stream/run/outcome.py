"""How a run ended. Loads nothing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: its exit code, and a sentence for the user, empty if there is nothing to say.

    by_page: a page asked for the end.
    """

    exit_code: int
    sentence: str
    by_page: bool = False
