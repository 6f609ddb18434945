"""What the view is told when it is spawned. Loads no server."""

from dataclasses import dataclass
from pathlib import Path

from stream.config.sections import ViewConfig
from stream.view.live.session_info import SessionInfo


@dataclass(frozen=True, slots=True)
class ViewSettings:
    """What the view is told when it is spawned. folder: where the session lies."""

    folder: Path
    info: SessionInfo
    view: ViewConfig
