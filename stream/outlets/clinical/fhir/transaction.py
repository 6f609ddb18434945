"""A transaction that may be sent again: each resource is made only if the server has none like it. Pure."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid5

from stream.outlets.clinical.fhir.elements import Resource

_NAMESPACE: Final = UUID("0d5c6a4e-7a6f-5f0a-9d55-2f0a7c1d9b3e")
"""This program's own, chosen once."""


def place_of(name: str) -> str:
    """Return what a resource is called within a transaction, and how others refer to it there."""
    return f"urn:uuid:{uuid5(_NAMESPACE, name)}"


def entry(resource: Resource, name: str) -> Resource:
    """Return the entry of a resource. It is not made if one with its first identifier, or else its first tag, exists.

    This is the conditional create of the standard (RESTful API, 3.1.0.8.2). name: as `place_of` was given.
    """
    if "identifier" in resource:
        known = resource["identifier"][0]
        condition = f"identifier={known['system']}|{known['value']}"
    else:
        tag = resource["meta"]["tag"][0]
        condition = f"_tag={tag['system']}|{tag['code']}"
    return {
        "fullUrl": place_of(name),
        "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"], "ifNoneExist": condition},
    }


def transaction(entries: Sequence[Resource]) -> Resource:
    """Return the Bundle: all of it is taken, or nothing."""
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}
