"""Addresses to listen on: which are this machine's own, how they are written, and why one cannot be had.

127.0.0.0/8 (RFC 1122, 3.2.1.3), ::1 (RFC 4291, 2.5.3), both also as IPv4-mapped addresses, and the name localhost
(RFC 6761, 6.3). Any other name counts as beyond this machine, whatever it resolves to.
"""

import errno
import ipaddress
import re
from typing import Final

_LOCALHOST: Final = "localhost"
NO_SUCH_ADDRESS: Final = frozenset({errno.EADDRNOTAVAIL, errno.ENODEV, errno.EAFNOSUPPORT, errno.ENXIO})
"""Errors of a system, or of ZeroMQ, that takes an address which it does not have for a device."""
# Names of machines (RFC 1123, 2.1; underscores too): a last part of digits alone would be half an address.
_NAME: Final = re.compile(r"(?:[\w-]+\.)*(?!\d+\.?$)[\w-]+\.?")
_ENDPOINT: Final = re.compile(r"tcp://(?:[\w.-]+|\*|\[[0-9a-fA-F:.]+(?:%[\w.-]+)?\]):([1-9]\d{0,4}|\*)")
_MOST_PORT: Final = 65535
_ANY: Final = frozenset({"", "*", "0.0.0.0", "::"})


def canonical(host: str) -> str:
    """Return a host without brackets, an address in its shortest form, a name in lower case without a final dot."""
    inner = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        address = ipaddress.ip_address(inner)
    except ValueError:
        return inner.lower().removesuffix(".")
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def is_loopback(host: str) -> bool:
    """Return True if only programs on this machine can reach what listens there; with or without brackets."""
    plain = canonical(host)
    try:
        return ipaddress.ip_address(plain).is_loopback
    except ValueError:
        return plain == _LOCALHOST


def is_host(host: str) -> bool:
    """Return True if a text can be the name or the address of a machine, or means all of its networks."""
    plain = canonical(host)
    try:
        ipaddress.ip_address(plain)
    except ValueError:
        return is_any(host) or _NAME.fullmatch(plain) is not None
    return True


def is_endpoint(text: str) -> bool:
    """Return True if a text is an endpoint of ZeroMQ in TCP, with a port that there is, or `*` for a free one."""
    found = _ENDPOINT.fullmatch(text)
    return found is not None and (found[1] == "*" or int(found[1]) <= _MOST_PORT)


def is_any(host: str) -> bool:
    """Return True if the host means every network of this machine."""
    return canonical(host) in _ANY


def bindable(host: str) -> str:
    """Return the host as a socket takes it: localhost as its address, because ZeroMQ takes names for interfaces."""
    plain = canonical(host)
    return "127.0.0.1" if plain == _LOCALHOST else plain


def in_address(host: str) -> str:
    """Return the host as it stands in an address: IPv6 in brackets, the `%` of a scope escaped (RFC 6874)."""
    plain = canonical(host)
    return f"[{plain.replace('%', '%25')}]" if ":" in plain else plain


def split_endpoint(endpoint: str) -> tuple[str, str]:
    """Return host and port of a ZeroMQ endpoint, tcp://HOST:PORT."""
    host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
    return host, port


def reason_not_had(error_number: int | None, otherwise: str) -> str:
    """Return why an address cannot be listened on, as the end of a sentence; `otherwise` for any other error."""
    match error_number:
        case errno.EADDRINUSE:
            return "the port is in use by another program"
        case number if number in NO_SUCH_ADDRESS:
            return "this machine has no such address"
        case errno.EACCES | errno.EPERM:
            return "this user may not listen there; ports below 1024 are for the system"
        case _:
            return otherwise
