"""What the view is told when it is spawned. Loads no server."""

from dataclasses import dataclass

from stream.config import ViewConfig
from stream.view.info import SessionInfo


@dataclass(frozen=True, slots=True)
class ViewSettings:
    """What the view is told when it is spawned."""

    info: SessionInfo
    view: ViewConfig
