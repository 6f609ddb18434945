"""A route that says what it takes and gives: from this, openapi.json is made, so that no route can be left out."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from msgspec import Struct
from starlette.routing import BaseRoute, Route

JSON: Final = "application/json"


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
    """A route with its operation."""

    def __init__(self, path: str, endpoint: Callable[..., Any], operation: Operation, method: str = "GET") -> None:
        super().__init__(path, endpoint, methods=[method])
        self.method, self.operation = method, operation


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
