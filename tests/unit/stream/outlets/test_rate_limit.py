"""In no minute there are more requests than the limit, and none waits longer than that needs."""

from hypothesis import given
from hypothesis import strategies as st

from stream.outlets.webhook.rate_limit import RateLimit


@given(st.integers(1, 5), st.lists(st.floats(0, 40), max_size=30))
def test_no_minute_has_more_than_the_limit(at_most: int, pauses_s: list[float]) -> None:
    limit, now_s, sent = RateLimit(at_most), 0.0, list[float]()
    for pause_s in pauses_s:
        now_s += pause_s
        wait_s = limit.wait_s(now_s)
        assert wait_s == 0 or len([one for one in sent if one > now_s - 60]) >= at_most
        now_s += wait_s
        limit.sent(now_s)
        sent.append(now_s)
    for first, later in zip(sent, sent[at_most:], strict=False):
        assert later - first >= 60 - 1e-6
