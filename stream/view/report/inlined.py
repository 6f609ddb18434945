"""The report's style and script. They stand in the document, so that a page can keep the report without the program."""

import base64
import hashlib
from pathlib import Path
from typing import Final


def _hash_source(text: str) -> str:
    """Return what allows this text, and no other, in a content security policy (CSP 3, section 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


_FOLDER: Final = Path(__file__).parent
STYLE: Final = (_FOLDER / "report.css").read_text(encoding="utf-8")
SCRIPT: Final = (_FOLDER / "print.js").read_text(encoding="utf-8")
STYLE_SOURCE: Final = _hash_source(STYLE)
SCRIPT_SOURCE: Final = _hash_source(SCRIPT)
