"""What an archive's status means for an object it was sent. Pure."""

from typing import Final, Literal

from pynetdicom.status import code_to_category

_DUPLICATE: Final = 0x0111
_INVALID: Final = 0x0117


def fate_of(status: int) -> Literal["stored", "refused", "not stored"]:
    """Return what a status of C-STORE, or a failure reason of STOW-RS, means (DICOM PS3.4, B.2.3; PS3.18, I.2.2).

    Refused is an object that is invalid, does not fit its class (A9xx) or cannot be understood (Cxxx). A class that is
    not supported is not: an archive can be set up to take it.
    """
    if status == _DUPLICATE or code_to_category(status) in ("Success", "Warning"):
        return "stored"
    if status == _INVALID or 0xA900 <= status < 0xAA00 or 0xC000 <= status < 0xD000:
        return "refused"
    return "not stored"
