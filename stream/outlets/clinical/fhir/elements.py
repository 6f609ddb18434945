"""The parts that resources are made of: codes, quantities, times (FHIR R4 and R5, Data Types). Pure.

Resources are plain dictionaries. The models of `fhir.resources` would check them at run time, too, but loading them
takes 0.3 s and 30 MB of a bedside machine; the tests hold every resource against them instead.
"""

from datetime import UTC, datetime
from typing import Any, Final

from stream.outlets.clinical.clinical_codes import CODES, Code

Resource = dict[str, Any]
UCUM: Final = "http://unitsofmeasure.org"


def concept(code: Code) -> Resource:
    """Return a CodeableConcept of the program's own system."""
    return {"coding": [{"system": CODES, "code": code.code, "display": code.display}], "text": code.display}


def word(text: str) -> Resource:
    """Return a CodeableConcept of the program's own system whose code says itself what it means."""
    return {"coding": [{"system": CODES, "code": text}], "text": text}


def standard(system: str, code: str) -> Resource:
    """Return a CodeableConcept of one of HL7's own systems."""
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}


def quantity(value: float, unit: str) -> Resource:
    """Return a Quantity in a UCUM unit."""
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def component(code: Code, **value: Any) -> Resource:
    """Return one component of an Observation. value: as value[x] is called, such as valueQuantity."""
    return {"code": concept(code)} | value


def identifier(system: str, value: str) -> Resource:
    """Return an Identifier; system: may be empty."""
    return ({"system": system} if system else {}) | {"value": value}


def instant(t_ns: int) -> str:
    """Return a time in UTC, RFC 3339 with Z, cut to microseconds. t_ns: since 1970 UTC."""
    seconds, rest_ns = divmod(t_ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest_ns // 1000:06d}Z"
