"""How regions are proposed: the program's own way, or another by its name, loaded when it is chosen."""

from collections.abc import Callable

from stream.pixels.colours import Colours
from workers.capillary.background import Flat
from workers.capillary.regions import Candidates, propose
from workers.runtimes.card import ProposalsName

Proposer = Callable[[Colours, Flat], Candidates]
"""From the picture at half of the frame's resolution and its flat field to candidates."""


def proposer(name: ProposalsName) -> Proposer:
    """Return the proposer called `name`."""
    if name == "helmy2022":
        from workers.capillary.helmy_regions import helmy_propose

        return helmy_propose
    return _by_contrast


def _by_contrast(_half: Colours, flat: Flat) -> Candidates:
    return propose(flat)
