"""Whether an outlet still names the person that a session was begun with: readings must not go to another's record.

The names come from the configuration, which changes from patient to patient, while messages of an earlier session may
still wait. Beside the messages lies only a salted hash, from which no identifier can be read.
"""

import hashlib
import secrets
import sqlite3
from typing import Final

_TABLE: Final = "CREATE TABLE IF NOT EXISTS subjects (outlet TEXT PRIMARY KEY, seal TEXT NOT NULL)"
_NOTE: Final = "INSERT OR IGNORE INTO subjects VALUES (?, ?)"
_CORRECT: Final = "INSERT OR REPLACE INTO subjects VALUES (?, ?)"
_ROUNDS: Final = 100_000


def is_subject(database: sqlite3.Connection, outlet: str, subject: str) -> bool:
    """Return whether this is whom the session's messages for the outlet name; the first one asked about is noted."""
    database.execute(_TABLE)
    found = database.execute("SELECT seal FROM subjects WHERE outlet = ?", (outlet,)).fetchone()
    if found is None:
        database.execute(_NOTE, (outlet, _seal(subject, secrets.token_hex(16))))
        return True
    seal = str(found[0])
    return bool(seal) == bool(subject) and secrets.compare_digest(seal, _seal(subject, seal.partition(":")[0]))


def correct_subject(database: sqlite3.Connection, outlet: str, subject: str) -> None:
    """Note another one: a person says that the first was wrong."""
    database.execute(_TABLE)
    database.execute(_CORRECT, (outlet, _seal(subject, secrets.token_hex(16))))


def _seal(subject: str, salt: str) -> str:
    """Return a salted hash that takes some 30 ms; of no subject at once."""
    if not subject:
        return ""
    return f"{salt}:{hashlib.pbkdf2_hmac('sha256', subject.encode(), bytes.fromhex(salt), _ROUNDS).hex()}"
