"""Short names of sources, safe for topics and logs: files are often called after patients, so they are not named."""

import hashlib
import os
import re
import unicodedata
from typing import Final

MAX_LENGTH: Final = 40


def pseudonym(kind: str, file_name: str) -> str:
    """Return a name that tells files apart without naming them: the kind, and six digits of the file name's hash."""
    return f"{kind}-{hashlib.sha256(os.fsencode(file_name)).hexdigest()[:6]}"


def safe_name(text: str, fallback: str = "source") -> str:
    """Write `text` in [a-z0-9-], at most 40 characters; `fallback` if nothing is left of it. Accents are dropped."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_LENGTH].rstrip("-")
    return name or fallback
