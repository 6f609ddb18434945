"""What an archive's answer to C-STORE means for the report: it has it, it never will, or it may later."""

import pytest

from stream.outlets.dicom.store_status import fate_of


@pytest.mark.parametrize("status", [0x0000, 0xB000, 0xB007, 0x0111])
def test_success_a_warning_and_a_duplicate_are_stored(status: int) -> None:
    assert fate_of(status) == "stored"


@pytest.mark.parametrize("status", [0xA900, 0xC001, 0x0117])
def test_an_object_that_it_cannot_take_is_refused_for_good(status: int) -> None:
    assert fate_of(status) == "refused"


@pytest.mark.parametrize("status", [0xA700, 0x0110, 0x0122, 0x0124, 0x1234])
def test_an_archive_that_is_full_or_not_set_up_for_it_is_asked_again(status: int) -> None:
    assert fate_of(status) == "not stored"
