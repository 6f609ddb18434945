"""The program's version; the protocol's is in `stream.protocol.types`."""

from typing import Final

VERSION: Final = "0.1.0"
