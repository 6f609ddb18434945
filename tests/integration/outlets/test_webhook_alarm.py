"""The whole program posts an alarm as soon as it is raised."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.web.webhook_receiver import SECRET, WebhookReceiver
from tests.running import eventually, running


@pytest.mark.slow
def test_a_low_density_is_posted_with_value_and_limit(tmp_path: Path) -> None:
    mine, receiver = tmp_path / "mine.toml", WebhookReceiver()
    receiver.start()
    mine.write_text(
        f'publish.enabled = false\nview.enabled = false\nsink.sessions_dir = "{tmp_path / "sessions"}"\n'
        "alarms.low_pct = 99\nalarms.delay_s = 0\n"
        f'[outlets.webhook]\nurl = "http://127.0.0.1:{receiver.port}/hook?of=ward"\nsecret = "{SECRET}"\n'
    )
    with contextlib.ExitStack() as opened:
        opened.callback(receiver.stop)
        opened.enter_context(running("-c", mine, "live", "synthetic:?seed=1&fps=20&seconds=60"))
        alarm = eventually(lambda: next(raised(receiver), None), "the alarm is there")
    assert (alarm["limit"], alarm["value"] < 99) == (99.0, True)
    assert all(one["data"]["type"] == "alarm" for one in receiver.documents)


def raised(receiver: WebhookReceiver) -> Iterator[dict[str, Any]]:
    """Yield what was posted of raised alarms of a low density."""
    posted = [one["data"] for one in receiver.documents if one["type"] == "alarm.raised"]
    return (alarm for alarm in posted if alarm["kind"] == "low")
