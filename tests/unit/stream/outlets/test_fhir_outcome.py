"""Whether a transaction was taken, is refused for good or is sent again, is what the server's answer says."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.errors import OutputError, RefusedMessageError
from stream.outlets.clinical.fhir.outcome import judge

PLACE = "https://h/fhir"
TAKEN = {"response": {"status": "201 Created"}}


def outcome(code: Any = "invalid", severity: str = "error", **fields: Any) -> dict[str, Any]:
    issue = {"severity": severity, "code": code, "diagnostics": "Anna Mueller, born 1950"}
    return {"resourceType": "OperationOutcome", "issue": [issue | fields]}


def answer(*entries: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": list(entries)}


def test_all_of_it_was_taken() -> None:
    judge(200, answer(TAKEN, {"response": {"status": "200"}}), 2, PLACE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["OperationOutcome", "error"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["resourceType", "issue", "severity", "code", "expression"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)


@settings(max_examples=40)
@given(st.sampled_from([200, 204, 302, 400, 401, 422, 500]), JSON, JSON)
def test_no_answer_whatever_is_taken_for_a_delivery_or_ends_the_outlet(status: int, document: Any, issue: Any) -> None:
    for answered in (document, {"resourceType": "OperationOutcome", "issue": [issue, document]}):
        with pytest.raises((OutputError, RefusedMessageError)):
            judge(status, answered, 1, PLACE)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (outcome(expression=["Observation.value.ofType(Quantity)", 3]), "422, invalid"),
        (outcome(expression=["Bundle.entry[1].resource"]), r"invalid at Bundle.entry\[1\].resource"),
        (outcome("code-invalid"), "code-invalid"),
        (outcome(7), "422"),
        (outcome([{}], expression={"a": 1}), "422"),
    ],
)
def test_content_that_is_wrong_is_refused_for_good(document: dict[str, Any], says: str) -> None:
    with pytest.raises(RefusedMessageError, match=says) as caught:
        judge(422, document, 1, PLACE)
    assert "Mueller" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "document", "says"),
    [
        (400, outcome("not-supported"), "not-supported"),
        (400, outcome("not-found"), "not-found"),
        (400, None, '"url"'),
        (400, outcome(severity="warning"), '"url"'),
        (401, outcome("login"), '"token"'),
        (403, None, '"token"'),
        (404, None, '"url"'),
        (412, outcome("multiple-matches"), "several resources"),
        (429, None, "busy"),
        (503, outcome("transient"), "busy"),
        (500, outcome("exception"), "trouble"),
        (301, None, "another address"),
        (200, None, '"url"'),
        (200, answer(TAKEN), '"url"'),
        (200, answer(TAKEN, {"response": {"status": "500"}}), '"url"'),
        (200, answer(TAKEN, "?"), '"url"'),
        (200, outcome(severity="information"), '"url"'),
        (200, [1], '"url"'),
        (409, {"resourceType": "OperationOutcome", "issue": "?"}, "409"),
    ],
)
def test_everything_else_is_sent_again(status: int, document: Any, says: str) -> None:
    with pytest.raises(OutputError, match=says) as caught:
        judge(status, document, 2, PLACE)
    assert "Mueller" not in str(caught.value)
    assert "\n" not in str(caught.value)
