"""The way to the page of one source: where it listens now, and what every request to it must bring. Pure.

The page listens on loopback and takes a token that only this command knows: who may ask is decided before, by the page
with the tabs.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from starlette.types import Scope

from stream.view.server.request_audit import client_address
from stream.view.server.security_headers import STRICT_HEADERS

Headers = list[tuple[bytes, bytes]]

_OF_A_CONNECTION: Final = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)
"""RFC 9110, 7.6.1: headers that are of one connection alone."""
_OF_THE_VISITOR: Final = frozenset({b"host", b"origin", b"cookie", b"authorization", b"forwarded"})
_SET_ANEW: Final = frozenset(
    {b"content-security-policy", b"date", *(name.encode() for name in STRICT_HEADERS if name != "cache-control")}
)


@dataclass(frozen=True, slots=True)
class PageLink:
    """The page of one source.

    number: of the source, from 1. address: returns where the page is, empty while there is none. token: opens it.
    """

    number: int
    address: Callable[[], str]
    token: str = field(repr=False)

    def port(self) -> int | None:
        """Return the port on which the page listens; None while there is no page."""
        address = self.address()
        return urlsplit(address).port if address else None

    def target(self, scope: Scope) -> str:
        """Return path and query below the page's own root, as they were sent."""
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        path = raw.partition(b"?")[0].removeprefix(f"/{self.number}".encode()).decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        return f"{path}?{query}" if query else path

    def to_page(self, scope: Scope) -> Headers:
        """Return the headers of a request for the page: who asked, and the token in place of the visitor's own."""
        return [
            *(pair for pair in scope["headers"] if _is_passed_on(pair[0])),
            (b"authorization", f"Bearer {self.token}".encode()),
            (b"x-forwarded-for", client_address(scope).encode()),
        ]


def from_page(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return the headers of an answer without those that the page with the tabs sets itself."""
    return [(name, value) for name, value in headers if name.lower() not in _OF_A_CONNECTION | _SET_ANEW]


def _is_passed_on(name: bytes) -> bool:
    name = name.lower()
    return not (name in _OF_A_CONNECTION | _OF_THE_VISITOR or name.startswith((b"x-forwarded-", b"sec-websocket-")))
