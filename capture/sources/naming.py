"""Short names of sources, safe for topics, logs and file names."""

import re
import unicodedata
from typing import Final

MAX_LENGTH: Final = 40


def safe_name(text: str, fallback: str = "source") -> str:
    """`text` in [a-z0-9-], at most 40 characters; `fallback` where nothing is left of it. Accents are dropped."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_LENGTH].rstrip("-")
    return name or fallback
