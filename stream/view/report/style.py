"""The report's style. It stands in the document, so that a page can keep the report after the program has gone."""

import base64
import hashlib
from pathlib import Path
from typing import Final

STYLE: Final = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")

STYLE_SOURCE: Final = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
"""What the content security policy (CSP 3, section 2.3.1) allows beside files from here: this style and no other."""
