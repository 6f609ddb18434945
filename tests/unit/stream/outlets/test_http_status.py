"""A status refuses what was sent only if it speaks of the content; all else says what a person can set right."""

import pytest

from stream.outlets.http.http_status import in_words, is_of_the_content, refusal_in_words


@pytest.mark.parametrize("status", [413, 415, 422])
def test_what_finds_fault_with_the_content_is_refused_for_good(status: int) -> None:
    assert is_of_the_content(status)
    assert str(status) in refusal_in_words(status)


@pytest.mark.parametrize(
    "status", [300, 301, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 412, 425, 429, 500]
)
def test_what_a_person_can_set_right_is_waited_for_and_said(status: int) -> None:
    assert not is_of_the_content(status)
    assert f"({status})" in in_words(status, '"token"')


def test_a_bad_request_is_one_only_if_the_answer_names_what_is_wrong_with_it() -> None:
    assert is_of_the_content(400, named=True)
    assert not is_of_the_content(409, named=True)


@pytest.mark.parametrize(
    ("status", "says"), [(400, '"token"'), (401, '"token"'), (404, '"url"'), (410, "given up"), (503, "busy")]
)
def test_what_to_do_is_said(status: int, says: str) -> None:
    assert says in in_words(status, '"token"')
