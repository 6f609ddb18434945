"""Deaths in a row: who is started again, when, and who is given up."""

from hypothesis import given
from hypothesis import strategies as st

from stream.run.process_spec import ProcessKey
from stream.run.restart_policy import Death, RestartPolicy, back_off_s

SINK: ProcessKey = ("sink", 0)
WORKER: ProcessKey = ("worker", 0)
OTHER: ProcessKey = ("worker", 1)
CRASH = Death(ready=True, outside=False, finished=0)
KILLED = Death(ready=True, outside=True, finished=0)
UNREADY = Death(ready=False, outside=False, finished=0)

deaths = st.builds(Death, ready=st.booleans(), outside=st.booleans(), finished=st.integers(0, 3))


def waits(policy: RestartPolicy, key: ProcessKey, death: Death, times: int, every_s: float = 0.1) -> list[float]:
    """How long each of so many equal deaths is waited for, until the process is given up."""
    found: list[float] = []
    for number in range(times):
        wait_s = policy.wait_s(key, death, number * every_s)
        if wait_s is None:
            break
        found.append(wait_s)
    return found


def test_who_keeps_dying_waits_ever_longer() -> None:
    times = [back_off_s(number) for number in range(10)]
    assert times[:2] == [0.0, 0.0]
    assert times == sorted(times)
    assert 0 < times[2] < times[-1] <= 2.0


@given(st.integers(0, 9))
def test_a_process_is_given_up_at_so_many_deaths_of_its_own(restarts: int) -> None:
    policy = RestartPolicy(restarts)
    assert len(waits(policy, SINK, CRASH, 100)) == max(1, restarts) - 1
    assert policy.deaths(SINK) == max(1, restarts)


def test_a_worker_that_died_at_a_frame_has_one_life_more_if_any_restart_is_allowed() -> None:
    assert len(waits(RestartPolicy(3), WORKER, CRASH, 100)) == 3
    assert len(waits(RestartPolicy(3), WORKER, UNREADY, 100)) == 2
    assert len(waits(RestartPolicy(1), WORKER, CRASH, 100)) == 0


@given(st.lists(deaths, max_size=30), st.integers(0, 5))
def test_no_process_is_given_up_while_frames_are_finished_between_its_deaths(row: list[Death], restarts: int) -> None:
    policy = RestartPolicy(max(2, restarts))
    for number, death in enumerate(row):
        between = Death(death.ready, death.outside, finished=number)
        assert policy.wait_s(SINK, between, number) is not None
        assert policy.deaths(SINK) == 1


def test_frames_that_others_finish_do_not_hurry_a_process_that_is_never_ready() -> None:
    policy = RestartPolicy(4)
    found = [policy.wait_s(WORKER, Death(ready=False, outside=False, finished=number), number) for number in range(9)]
    assert found == [back_off_s(number) for number in range(1, 10)]
    useful = Death(ready=True, outside=False, finished=99)
    assert policy.wait_s(WORKER, useful, 9.0) == 0.0


def test_kills_from_outside_are_outlasted_for_ten_seconds() -> None:
    policy = RestartPolicy(2)
    assert len(waits(policy, SINK, KILLED, 1000)) == 101
    assert policy.deaths(SINK) == 102


def test_kills_everywhere_are_outlasted_for_two_minutes() -> None:
    policy = RestartPolicy(2)
    assert policy.wait_s(SINK, KILLED, 0.0) is not None
    for second in range(1, 121):
        assert policy.wait_s(WORKER, KILLED, second) is not None
        assert policy.wait_s(SINK, KILLED, second) is not None
    assert policy.wait_s(SINK, KILLED, 121.0) is None


def test_kills_of_another_worker_are_no_kills_everywhere() -> None:
    policy = RestartPolicy(2)
    assert policy.wait_s(WORKER, KILLED, 0.0) is not None
    assert policy.wait_s(OTHER, KILLED, 5.0) is not None
    assert policy.wait_s(WORKER, KILLED, 9.0) is not None
    assert policy.wait_s(WORKER, KILLED, 11.0) is None


def test_one_death_of_its_own_among_kills_is_enough() -> None:
    policy = RestartPolicy(3)
    assert policy.wait_s(SINK, KILLED, 0.0) is not None
    assert policy.wait_s(SINK, CRASH, 0.1) is not None
    assert policy.wait_s(SINK, KILLED, 0.2) is None


@given(st.lists(st.tuples(st.sampled_from([SINK, WORKER, OTHER]), deaths), max_size=40))
def test_a_wait_is_never_longer_than_the_longest(row: list[tuple[ProcessKey, Death]]) -> None:
    policy = RestartPolicy(3)
    for number, (key, death) in enumerate(row):
        wait_s = policy.wait_s(key, death, number / 10)
        assert wait_s is None or 0.0 <= wait_s <= 2.0
