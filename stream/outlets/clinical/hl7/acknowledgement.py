"""What a receiver's answer to a message means (HL7 v2.5.1, 2.9). Pure.

Delivered: AA (original mode: processed), CA (enhanced mode: stored), or error 205, it has this message already.
Refused for good: AE, an error in this message's content, which would be the same the next time.
To be sent again: AR and CR, the receiver takes no such messages as it is set up now, or is itself in trouble; CE, it
cannot store it; and AE with one of the errors 200 to 207 of table 0357: a person can set right what they name.
"""

from typing import Final

from stream.errors import OutputError, RefusedMessageError
from stream.outlets.clinical.hl7.encoding import SEGMENT_END

_DELIVERED: Final = ("AA", "CA")
_KNOWN: Final = ("AA", "AE", "AR", "CA", "CE", "CR")
_ALREADY_THERE: Final = "205"
_ERRORS: Final = {
    "100": "segments in a wrong order",
    "101": "a required field is missing",
    "102": "a wrong type of data",
    "103": "a value that is not in its table",
    "104": "a value that is too long",
    "200": "a type of message that it does not take",
    "201": "an event that it does not take",
    "202": "a processing id that it does not take",
    "203": "a version that it does not take",
    "204": "an identifier that it does not know",
    "206": "a record that is locked",
    "207": "an error of its own",
}
"""Table 0357; the receiver's own words are not repeated: they may name a patient."""
_MENDABLE: Final = ("200", "201", "202", "203", "204", "206", "207")


def judge(answer: str, control: str, place: str) -> None:
    """Return if the answer says that the message of this control id was delivered. place: host and port.

    Raises RefusedMessageError if it is refused for good, OutputError if it is to be sent again.
    """
    segments = _segments(answer)
    if segments is None:
        raise OutputError(f"{place} gave an answer that is no HL7 acknowledgement: check host and port")
    code, answered = _field(segments["MSA"], 1), _field(segments["MSA"], 2)
    if answered != control:
        raise OutputError(f"{place} acknowledged another message than the one that was sent; it is sent again")
    error = _error(segments)
    if code in _DELIVERED or error == _ALREADY_THERE:
        return
    if code not in _KNOWN:
        raise OutputError(f"{place} gave an answer that is no HL7 acknowledgement: its code is not one of AA to CR")
    what = f" because of {_ERRORS[error]} (error {error})" if error in _ERRORS else ""
    if code == "AE" and error not in _MENDABLE:
        raise RefusedMessageError(f"{place} refused a message for good (AE){what}: its log says more")
    raise OutputError(f"{place} takes no message now ({code}){what}: see its log, and the outlet's settings")


def _segments(answer: str) -> dict[str, list[str]] | None:
    """Return the fields of the first segment of each name; None if it is no acknowledgement."""
    if not answer.startswith("MSH") or len(answer) < len("MSH|^~\\&"):
        return None
    found: dict[str, list[str]] = {}
    for line in answer.replace("\n", SEGMENT_END).split(SEGMENT_END):
        fields = line.split(answer[3])
        found.setdefault(fields[0], fields)
    return found if "MSA" in found else None


def _error(segments: dict[str, list[str]]) -> str:
    """Return the code of the error: ERR-3, or before v2.5 ERR-1.4, or MSA-6; empty if there is none."""
    delimiters = _field(segments["MSH"], 1)
    component, part = (delimiters[0], delimiters[3]) if len(delimiters) > 3 else ("^", "&")
    err = segments.get("ERR", [])
    old = _field(err, 1).split(component)
    named = (_field(err, 3), old[3] if len(old) > 3 else "", _field(segments["MSA"], 6))
    return next((text.split(component)[0].split(part)[0] for text in named if text), "")


def _field(fields: list[str], number: int) -> str:
    return fields[number].strip() if number < len(fields) else ""
