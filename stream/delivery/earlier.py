"""Sessions before this one whose messages still wait for an outlet: a receiver was away when they ended."""

import contextlib
import logging
from pathlib import Path

from stream.errors import OutputError
from stream.machine.owner_lock import is_held
from stream.session.archive import Archive
from stream.session.deliveries.outgoing import newest_outgoing
from stream.session.deliveries.progress import FILE_NAME as PROGRESS
from stream.session.deliveries.progress import positions
from stream.session.output_folder import OWNER
from stream.session.store import FILE_NAME

log = logging.getLogger("capillary.delivery")


def unfinished(base: Path, outlet: str) -> list[Path]:
    """Return the folders of ended sessions in `base` in which messages wait for the outlet, oldest first."""
    folders = sorted(path.parent for path in base.glob(f"*/{PROGRESS}"))
    return [folder for folder in folders if not is_held(folder / OWNER) and waiting_in(folder, outlet) > 0]


def waiting_in(folder: Path, outlet: str) -> int:
    """Return how many messages of a session wait for an outlet; none if the session never had it, or is damaged."""
    try:
        position = positions(folder).get(outlet)
        if position is None:
            return 0
        with contextlib.closing(Archive(folder / FILE_NAME)) as archive:
            return max(0, newest_outgoing(archive) - position.n)
    except OutputError as error:
        log.warning("%s", error)
        return 0
