"""A hospital's FHIR server, in a thread of its own: it takes only resources that the models of fhir.resources take."""

import json
import ssl
from collections.abc import Callable
from typing import Any

from fhir.resources import R4B, get_fhir_model_class

from tests.doubles.web.web_server import Answer, WebServer

Json = dict[str, Any]
_VERSIONS = {"R4": "4.0.1", "R5": "5.0.0"}


def validated(resource: Json, release: str) -> None:
    """Raise ValueError if a resource is none of that release."""
    model = R4B.get_fhir_model_class if release == "R4" else get_fhir_model_class
    again = model(resource["resourceType"]).model_validate(resource).model_dump(mode="json")
    assert again.keys() == resource.keys()


class FhirServer(WebServer):
    """Keeps what it took, also over its own restarts, always on the same port."""

    def __init__(self, release: str = "R4", tls: ssl.SSLContext | None = None, authorization: str = "") -> None:
        super().__init__(tls)
        self.release = release
        self.resources: list[Json] = []
        self.posts = 0
        self._conditions: set[tuple[str, str]] = set()  # what the resources would be found by
        self.answer: Callable[[], Answer | None] = lambda: None
        """What is answered instead, if anything."""
        self._authorization = authorization

    def of(self, kind: str) -> list[Json]:
        return [one for one in list(self.resources) if one["resourceType"] == kind]

    def densities(self) -> list[Json]:
        return [one for one in self.of("Observation") if one["code"]["coding"][0]["code"] == "density"]

    def answered(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        if (instead := self.answer()) is not None:
            return instead
        if self._authorization and headers.get("Authorization") != self._authorization:
            return self._json(401, outcome("login"))
        if method == "GET" and path == "/fhir/metadata":
            return self._json(
                200, {"resourceType": "CapabilityStatement", "fhirVersion": _VERSIONS[self.release], "kind": "instance"}
            )
        if method == "GET":
            return self._json(200 if path == "/fhir/Patient/known" else 404, outcome("not-found"))
        if path != "/fhir":
            return 404, {"Content-Type": "text/html"}, b"<html>Not found</html>"
        return self._transaction(json.loads(body))

    def _transaction(self, bundle: Json) -> Answer:
        self.posts += 1
        try:
            validated(bundle, self.release)
            for entry in bundle["entry"]:
                validated(entry["resource"], self.release)
        except (ValueError, AssertionError) as error:
            return self._json(422, outcome("invalid", str(error)))
        taken = []
        for entry in bundle["entry"]:
            resource, condition = entry["resource"], entry["request"]["ifNoneExist"]
            known = (resource["resourceType"], condition) in self._conditions
            if not known:
                self.resources.append(resource)
                self._conditions.update((resource["resourceType"], one) for one in _conditions(resource))
            taken.append({"response": {"status": "200 OK" if known else "201 Created"}})
        return self._json(200, {"resourceType": "Bundle", "type": "transaction-response", "entry": taken})

    def _json(self, status: int, document: Json) -> Answer:
        return status, {"Content-Type": "application/fhir+json"}, json.dumps(document).encode()


def outcome(code: str, words: str = "") -> Json:
    issue = {"severity": "error", "code": code, "diagnostics": words, "expression": ["Bundle.entry[1].resource"]}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _conditions(resource: Json) -> list[str]:
    identifiers, tags = resource.get("identifier", []), resource.get("meta", {}).get("tag", [])
    return [
        *(f"identifier={one['system']}|{one['value']}" for one in identifiers if "system" in one),
        *(f"_tag={one['system']}|{one['code']}" for one in tags),
    ]
