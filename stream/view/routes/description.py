"""The document that describes all routes, itself among them."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from stream.view.answers.document import openapi
from stream.view.answers.operation import DescribedRoute, Operation, described
from stream.view.routes.request_helpers import json


def route(others: Sequence[BaseRoute]) -> DescribedRoute:
    """Return the route of the document about these routes and itself. It is made when it is asked for first."""

    @cache
    def document() -> dict[str, Any]:
        return openapi([*described(others), own])

    def answer(_: Request) -> Response:
        return json(document())

    own = DescribedRoute("/api/openapi.json", answer, Operation(says="this document", answer=dict[str, Any]))
    return own
