"""The OpenAPI document of all routes, from their types. Pure.

`python -m stream.commands.api_doc` writes it to docs/openapi.json; the page serves it as /api/openapi.json.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec import Struct

from stream.version import VERSION
from stream.view.answers.old_names import GONE_IN, OLD_NAMES
from stream.view.answers.operation import JSON, DescribedRoute, paths_of

_REFERENCE: Final = "#/components/schemas/{name}"
_DESCRIPTION: Final = (
    "The interfaces of one run. They are stable: keys, routes and values of an enumeration may be added, and none "
    "changes its meaning or its unit. Ignore what you do not know. A name that goes is marked deprecated for one "
    "version. Times: *_ns are ns since 1970 UTC; x and *_s are s; ages and latencies are *_ms. Another method than "
    "those of a path gets 405, with the header Allow; an address that is not here 404, with the nearest that is."
)
_EVERYWHERE: Final = (400, 403, 500)
"""Statuses that any route may answer with."""
_PLAIN: Final = (403,)
"""Refusals in plain text: they come from before the interfaces."""
_REFUSALS: Final = {
    400: "the request is wrong; a query with an unknown parameter, too",
    403: "the header Host or Origin is not of this page: programs send no Origin",
    404: "not found",
    409: "not possible now",
    503: "the process that stores the session is being restarted: try again",
}


class Refusal(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why something was refused: one or two sentences. `nearest`: of an unknown route, the one most like it."""

    error: str
    nearest: str = ""


def openapi(routes: Iterable[DescribedRoute]) -> dict[str, Any]:
    """Return the document."""
    known = list(routes)
    types = [kind for route in known for kind in (route.operation.answer, route.operation.body) if kind is not None]
    schemas, components = msgspec.json.schema_components([*types, Refusal], ref_template=_REFERENCE)
    by_type = {repr(kind): schema for kind, schema in zip(types, schemas, strict=False)}
    _add_old_names(components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Capillary Stream", "version": VERSION, "description": _DESCRIPTION},
        "servers": [
            {"url": "http://127.0.0.1:8765", "description": "the session now"},
            {"url": "http://127.0.0.1:8765/previous", "description": "the finished session before it, if there is one"},
        ],
        "security": [{}, {"token": []}],
        "paths": {
            path: {route.method.lower(): _operation(route, by_type) for route in same}
            for path, same in paths_of(known).items()
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": dict(sorted(components.items())),
        },
    }


def _operation(route: DescribedRoute, by_type: dict[str, Any]) -> dict[str, Any]:
    what = route.operation
    schema = {} if what.answer is None else {"schema": by_type[repr(what.answer)]}
    answers: dict[str, Any] = {str(what.status): {"description": what.says, "content": {what.media: schema}}}
    for status in sorted({*what.errors, *_EVERYWHERE}):
        reason = _REFUSALS.get(status, "an error of the program; see its log")
        refusal = {"schema": {"$ref": _REFERENCE.format(name=Refusal.__name__)}}
        content: dict[str, Any] = {"text/plain": {}} if status in _PLAIN else {JSON: refusal}
        answers[str(status)] = {"description": reason, "content": content}
    parts = re.findall(r"{(\w+)}", route.path.replace(":digits", ""))
    entry: dict[str, Any] = {"summary": what.says, "responses": answers}
    parameters = [
        *(_parameter(name, "path", "integer", f"number of the {name}", required=True) for name in parts),
        *(_parameter(one.name, "query", one.type, one.says, required=one.required) for one in what.query),
    ]
    if parameters:
        entry["parameters"] = parameters
    if what.body is not None:
        entry["requestBody"] = {"required": True, "content": {JSON: {"schema": by_type[repr(what.body)]}}}
    return entry


def _parameter(name: str, place: str, kind: str, says: str, *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "description": says, "schema": {"type": kind}}


def _add_old_names(components: dict[str, Any]) -> None:
    """Add the names of earlier, as deprecated copies of the present ones; one with another value is of any type."""
    for kind, names in OLD_NAMES.items():
        if kind.__name__ not in components:
            continue
        fields = components[kind.__name__]["properties"]
        for name in names:
            present = (
                {} if name.value else {key: value for key, value in fields[name.present].items() if key != "default"}
            )
            says = f"Deprecated, gone in {GONE_IN}: use `{name.present}`."
            fields[name.old] = {**present, "description": says, "deprecated": True}
