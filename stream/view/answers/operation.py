"""A route that says what it takes and gives: from this, openapi.json is made, so that no route can be left out."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from msgspec import Struct
from starlette.datastructures import QueryParams
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from stream.errors import WireError

JSON: Final = "application/json"
_TOKEN: Final = "token"
"""May stand in any query: a program that has a cookie may still send it."""


class Query(Struct, frozen=True, kw_only=True):
    """One parameter of a query: its name, its type in the words of JSON Schema, and what it means."""

    name: str
    type: str = "number"
    says: str
    required: bool = False


class Operation(Struct, frozen=True, kw_only=True):
    """What a route does, takes and gives.

    answer: the type of the JSON answer; None for an answer of another `media` type. body: the type of the JSON body;
    None if none is sent. errors: the HTTP statuses of refusals beside 500.
    """

    says: str
    answer: Any = None
    media: str = JSON
    status: int = 200
    body: Any = None
    query: tuple[Query, ...] = ()
    errors: tuple[int, ...] = ()


class DescribedRoute(Route):
    """A route with its operation. What its query does not have is refused: a misspelt name would change nothing."""

    def __init__(self, path: str, endpoint: Callable[..., Any], operation: Operation, method: str = "GET") -> None:
        super().__init__(path, endpoint, methods=[method])
        self.method, self.operation = method, operation

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. Raises WireError if its query has a parameter that is not known, or one twice."""
        if scope["method"] in (self.methods or ()):  # else it is refused anyhow
            check_query(QueryParams(scope["query_string"]), self.operation.query)
        await super().handle(scope, receive, send)


def check_query(given: QueryParams, known: Sequence[Query]) -> None:
    """Raise WireError if a query has a parameter that is not among those known, or one twice."""
    names = [one.name for one in known]
    seen = [name for name, _ in given.multi_items()]
    for name in seen:
        if name not in (*names, _TOKEN):
            there = f"there are {', '.join(names)}" if names else "it takes none"
            raise WireError(f'This address has no parameter "{name[:40]}"; {there}.')
        if seen.count(name) > 1:
            raise WireError(f'The parameter "{name}" is given more than once.')


def described(routes: Iterable[BaseRoute]) -> list[DescribedRoute]:
    """Return the routes that programs may use."""
    return [route for route in routes if isinstance(route, DescribedRoute)]


def plain_path(path: str) -> str:
    """Return a route's path as documents have it: without the types of its parts."""
    return path.replace(":digits}", "}")


def paths_of(routes: Sequence[DescribedRoute]) -> dict[str, list[DescribedRoute]]:
    """Return the routes by their plain path, in the order of the paths."""
    paths: dict[str, list[DescribedRoute]] = {}
    for route in sorted(routes, key=lambda one: one.path):
        paths.setdefault(plain_path(route.path), []).append(route)
    return paths
