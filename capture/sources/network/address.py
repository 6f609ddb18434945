"""The address of a camera in the network, taken apart. Pure.

User, password, path and query may be secrets: people read scheme and host only.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote, unquote, urljoin, urlsplit

from capture.sources.uri import SourceUri
from stream.errors import SourceError, UsageError

_PORTS: Final = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}
_NOT_QUOTED: Final = "/?%:@!$&'()*+,;=~-._[]|"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a camera answers.

    label: for people, scheme, host and port as they were written. target: path and query, as they are sent.
    proxy: host and port of what makes the connection; None: this program does, directly.
    """

    scheme: str
    host: str
    port: int
    label: str
    target: str = field(repr=False)
    user: str = field(repr=False)
    password: str = field(repr=False)
    proxy: tuple[str, int] | None = None


def address_of(uri: SourceUri) -> Address:
    """Take the address apart. Raises UsageError if it names no host or no possible port."""
    try:
        parts = urlsplit(uri.path)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        if str(error).startswith("Port"):
            raise UsageError(
                f"The {uri.scheme} address names no port that there is; it is a number up to 65535."
            ) from None
        host, port = None, None
    if not host or re.search(r"[\s\x00-\x1f\x7f]", host):
        raise UsageError(f"The {uri.scheme} address names no host; write it as {uri.scheme}://host:port/path.")
    shown = f"[{host}]" if ":" in host else host
    return Address(
        scheme=uri.scheme,
        host=host,
        port=port or _PORTS[uri.scheme],
        label=f"{uri.scheme}://{shown}{f':{port}' if port else ''}",
        target=_quoted(parts.path, parts.query),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def proxy_of(text: str | None) -> tuple[str, int] | None:
    """Return host and port of a proxy that is written as HOST:PORT; None if none is named. Raises UsageError."""
    if text is None:
        return None
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not port or "@" in text or parts.path:
        raise UsageError("A proxy is written as proxy=HOST:PORT.")
    return host, port


def redirected(address: Address, location: str) -> Address:
    """Return where the camera sends its callers, with the same user and password.

    Raises SourceError if that is another host, another port without encryption, which may be another user's program,
    or leads from an encrypted address to one that is not.
    """
    try:
        parts = urlsplit(urljoin(f"{address.label}{address.target}", location))
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or not location or parts.scheme not in ("http", "https"):
        raise SourceError(f"{address.label} sends its callers to an address that cannot be read.")
    same = host == address.host and (parts.scheme == "https" or (address.scheme, address.port) == ("http", port or 80))
    if not same:
        shown = f"{parts.scheme}://{host}{f':{port}' if port else ''}"
        raise SourceError(
            f"{address.label} sends its callers on to {shown}, which is not followed. "
            f"If that is the camera, name its address yourself."
        )
    return replace(
        address,
        scheme=parts.scheme,
        port=port or _PORTS[parts.scheme],
        target=_quoted(parts.path, parts.query),
    )


def _quoted(path: str, query: str) -> str:
    """Return path and query as HTTP sends them: what is no ASCII, and blanks, as %XX."""
    return quote(f"{path or '/'}{f'?{query}' if query else ''}", safe=_NOT_QUOTED)
