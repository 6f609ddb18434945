"""The codes in this program's reports. No LOINC or SNOMED code for capillary density is known: these are its own.

A designator that begins with 99 is private (DICOM PS3.16, 8.2). Units are UCUM.
"""

from typing import Final

from highdicom.coding_schemes import CodingSchemeIdentificationItem
from highdicom.sr import CodedConcept
from pydicom.sr.coding import Code

from stream.dicom.uids import uid

SCHEME: Final = "99CAPSTREAM"
_MEANINGS: Final = {
    "capillary-monitoring": "Capillary microscopy monitoring",
    "density": "Capillary density",
    "density-low": "Capillary density, lower end of 90 % interval",
    "density-high": "Capillary density, upper end of 90 % interval",
    "density-mean": "Capillary density, mean of good frames",
    "density-lowest": "Capillary density, lowest of good frames",
    "density-highest": "Capillary density, highest of good frames",
    "capillary-count": "Number of capillaries",
    "frames": "Frames analysed",
    "frames-good": "Frames of good quality",
    "quality": "Image quality",
    "good": "Good: may be acted on",
    "poor": "Poor: must not be acted on",
    "unusable": "Unusable: must not be acted on",
    "failed": "Failed: not analysed",
    "capillary": "Capillary",
}

PERCENT: Final = Code("%", "UCUM", "percent")
COUNT: Final = Code("1", "UCUM", "no units")
SCHEME_ITEM: Final = CodingSchemeIdentificationItem(
    SCHEME, name="Capillary Stream", uid=uid("scheme"), responsible_organization="Capillary Stream"
)
"""What an object says about the scheme."""


def code(value: str) -> CodedConcept:
    """Return a concept of this program's own scheme."""
    return CodedConcept(value, SCHEME, _MEANINGS[value])
