"""What strangers can cause again and again is logged once a minute a kind, in a line: it must not fill the disk."""

import logging
import time
import traceback
from typing import Final

_EVERY_S: Final = 60.0
_LOGGERS: Final = ("asyncio", "uvicorn.error")


class Seldom(logging.Filter):
    """Lets a kind of record, by where it was made and by its error, through once a minute; without a traceback."""

    def __init__(self) -> None:
        super().__init__()
        self._next_s: dict[tuple[object, ...], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is logged. A traceback becomes its last line and the place where the error was raised."""
        error = record.exc_info[1] if record.exc_info else None
        place = traceback.extract_tb(error.__traceback__)[-1:] if error is not None else []
        kind = record.pathname, record.lineno, type(error), *((one.filename, one.lineno) for one in place)
        now_s = time.monotonic()
        if now_s < self._next_s.get(kind, now_s):
            return False
        self._next_s[kind] = now_s + _EVERY_S
        if error is not None:
            raised = "".join(f", {one.filename}:{one.lineno}" for one in place)
            said = f"{type(error).__name__} {ascii(str(error))[:200]}{raised}"
            record.msg, record.args = f"{record.getMessage().splitlines()[0]}: {said}", ()
            record.exc_info = record.exc_text = None
        return True


_seldom: Final = Seldom()


def quieten() -> None:
    """From now on, for what a server in this process logs."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_seldom)
