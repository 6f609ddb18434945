"""Whether a message was delivered, is refused for good or is sent again, is what the receiver's answer says."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.errors import OutputError, RefusedMessageError
from stream.outlets.clinical.hl7.acknowledgement import judge

PLACE = "engine:2575"


def answer(code: str, error: str = "", control: str = "C1") -> str:
    err = f"ERR||OBX^2^5|{error}^named^HL70357|E||||Anna Mueller, born 1950\r" if error else ""
    return f"MSH|^~\\&|||||20270115||ACK^R01^ACK|1|P|2.5.1\rMSA|{code}|{control}|Anna Mueller is not known\r{err}"


@pytest.mark.parametrize(("code", "error"), [("AA", ""), ("CA", ""), ("AE", "205")])
def test_it_is_delivered(code: str, error: str) -> None:
    judge(answer(code, error), "C1", PLACE)


@pytest.mark.parametrize(("code", "error"), [("AE", ""), ("AE", "101"), ("AE", "103")])
def test_a_fault_of_the_message_is_refused_for_good(code: str, error: str) -> None:
    with pytest.raises(RefusedMessageError):
        judge(answer(code, error), "C1", PLACE)


@pytest.mark.parametrize(
    ("code", "error"), [("AR", ""), ("AR", "203"), ("CE", ""), ("CR", "200"), ("AE", "204"), ("AE", "207")]
)
def test_what_a_person_can_set_right_is_sent_again(code: str, error: str) -> None:
    with pytest.raises(OutputError):
        judge(answer(code, error), "C1", PLACE)


@pytest.mark.parametrize(
    "wrong",
    [
        answer("AA", control="C2"),
        answer("ZZ"),
        "MSH|^~\\&|\r",
        "",
        "<html>",
        "MSH",
        "MSH|||||||\rMSA|AE||ERR",
        "MSA|AA|C1",
    ],
)
def test_what_acknowledges_nothing_is_no_delivery(wrong: str) -> None:
    with pytest.raises(OutputError):
        judge(wrong, "C1", PLACE)


def test_the_errors_of_older_versions_are_understood() -> None:
    old = "MSH|^~\\&|||||20270115||ACK|1|P|2.4\rMSA|AE|C1||||207^Application internal error\r"
    older = "MSH|^~\\&|||||20270115||ACK|1|P|2.4\rMSA|AE|C1\rERR|PID^1^3^204&Unknown key\r"
    for text in (old, older):
        with pytest.raises(OutputError):
            judge(text, "C1", PLACE)


@given(st.text(alphabet="MSHAERC|^~\\&\r\n1234567890 \x0b", max_size=80))
def test_no_answer_whatever_is_taken_for_a_delivery_or_ends_the_outlet(text: str) -> None:
    for answered in (text, f"MSH|^~\\&|{text}", f"MSH{text}\rMSA|{text}", f"MSH|^~\\&|\rMSA|AE|C1|{text}\rERR|{text}"):
        with contextlib.suppress(OutputError, RefusedMessageError):
            judge(answered, "C1", PLACE)
            assert "205" in answered or "AA" in answered or "CA" in answered


@pytest.mark.parametrize("code", ["AE", "AR"])
def test_the_words_of_the_receiver_are_not_repeated(code: str) -> None:
    with pytest.raises((OutputError, RefusedMessageError)) as caught:
        judge(answer(code, "101"), "C1", PLACE)
    assert "Mueller" not in str(caught.value)
    assert "a required field is missing" in str(caught.value)
