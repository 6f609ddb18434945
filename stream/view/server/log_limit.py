"""Rate-limit repeated log records: one line per kind and minute.

What a client can cause again and again must not fill the disk with the server's log.
"""

import logging
import time
import traceback
from typing import Final

_EVERY_S: Final = 60.0
_LOGGERS: Final = ("asyncio", "uvicorn.error")


def limit_server_log() -> None:
    """Rate-limit what a server in this process logs from now on."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_limit)  # added once, however often this is called


class LogRateLimit(logging.Filter):
    """Passes one record per kind and minute, without traceback. A kind is the place of a record and of its error."""

    def __init__(self) -> None:
        super().__init__()
        self._next_s: dict[tuple[object, ...], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Decide whether the record is logged. Its traceback becomes one line: the error, and where it was raised."""
        error = record.exc_info[1] if record.exc_info else None
        raised_at = traceback.extract_tb(error.__traceback__)[-1:] if error is not None else []
        kind = record.pathname, record.lineno, type(error), *((one.filename, one.lineno) for one in raised_at)
        now_s = time.monotonic()
        if now_s < self._next_s.get(kind, now_s):
            return False
        self._next_s[kind] = now_s + _EVERY_S
        if error is not None:
            place = "".join(f", {one.filename}:{one.lineno}" for one in raised_at)
            summary = f"{type(error).__name__} {ascii(str(error))[:200]}{place}"
            record.msg, record.args = f"{record.getMessage().splitlines()[0]}: {summary}", ()
            record.exc_info = record.exc_text = None
        return True


_limit: Final = LogRateLimit()
