"""The steps of stopping a run come once each, in order, and the run ends."""

from hypothesis import given
from hypothesis import strategies as st

from stream.run.stop_order import StopOrder


def test_first_the_stream_ends_then_frames_are_given_up_then_the_run_ends() -> None:
    order = StopOrder()
    assert (order.began, order.hurried) == (False, False)
    assert order.next_step(10.0) == "end stream"
    assert (order.began, order.hurried) == (True, False)
    assert order.next_step(10.5) is None
    assert order.next_step(10.9) == "give up frames"
    assert order.hurried
    assert order.next_step(13.9) is None
    assert order.next_step(14.1) == "end run"


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=60))
def test_each_step_comes_once_and_none_before_its_time(pauses: list[float]) -> None:
    order, now_s = StopOrder(), 100.0
    steps = []
    for pause_s in pauses:
        step = order.next_step(now_s)
        if step is not None:
            steps.append((step, now_s))
        if step == "end run":
            break
        now_s += pause_s
    names = [name for name, _ in steps]
    assert names == ["end stream", "give up frames", "end run"][: len(names)]
    assert steps[0][1] == 100.0
    assert all(at_s > 100.8 for name, at_s in steps if name == "give up frames")
    assert all(at_s > 104.0 for name, at_s in steps if name == "end run")
