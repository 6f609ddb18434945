"""What the readers of pictures raise on damaged files, as sentences that a user understands."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PIL import Image

from capture.sources.files import unreadable
from stream.errors import SourceError

DAMAGE: Final = (
    OSError, SyntaxError, ValueError, TypeError, EOFError, LookupError, ArithmeticError, AttributeError, MemoryError,
    RuntimeError, struct.error, zlib.error,
)  # fmt: skip


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn any damage that a reader meets inside into a SourceError that names the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except SourceError:
        raise
    except Image.DecompressionBombError:
        limit = 2 * (Image.MAX_IMAGE_PIXELS or 0) // 1_000_000
        raise SourceError(
            f"{path} claims more than {limit} million pixels; nothing that large is opened (see capture.max_width_px)."
        ) from None
    except DAMAGE as error:
        # The readers' own OSErrors carry no number of the system's.
        if isinstance(error, OSError) and error.errno is not None:
            raise unreadable(path, error) from None
        raise SourceError(f"{path} is damaged or no PNG, JPEG, BMP, GIF, WebP or TIFF picture.") from None
