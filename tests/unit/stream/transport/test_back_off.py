"""What is away is looked for at once, then less and less often, until an attempt succeeds."""

import random

from stream.transport.back_off import BackOff


def test_pauses_grow_from_half_a_second_to_ten_and_never_above() -> None:
    back_off = BackOff(random.Random(1))
    pauses = [back_off.pause_s() for _ in range(200)]
    assert pauses[0] == 0
    for number, usual in enumerate((0.5, 1, 2, 4, 8), 1):
        assert 0.75 * usual <= pauses[number] <= 1.25 * usual
    assert all(7.5 <= pause <= 10 for pause in pauses[6:])


def test_two_programs_do_not_come_at_the_same_moments() -> None:
    one, other = BackOff(random.Random(1)), BackOff(random.Random(2))
    assert [one.pause_s() for _ in range(5)] != [other.pause_s() for _ in range(5)]


def test_after_a_success_it_begins_anew() -> None:
    back_off = BackOff()
    for _ in range(5):
        back_off.pause_s()
    back_off.reset()
    assert back_off.pause_s() == 0
    assert back_off.pause_s() < 1
