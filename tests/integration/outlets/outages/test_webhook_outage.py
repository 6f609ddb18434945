"""The whole program and a receiver of webhooks that comes and goes: nothing is lost, order and identity are kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.web.webhook_receiver import SECRET, WebhookReceiver
from tests.integration.outlets.outages.killing import (
    OUTAGES,
    check_that_the_trend_goes_on,
    kill_at_random,
    only_session,
    rows,
    stored_seqs,
)
from tests.running import run, running


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    receiver = WebhookReceiver()
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    return tmp_path / "sessions"


@pytest.fixture
def mine(tmp_path: Path, sessions: Path, receiver: WebhookReceiver) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(
        f'publish.enabled = false\nview.enabled = false\nsink.sessions_dir = "{sessions}"\n'
        "alarms.low_pct = 99\nalarms.delay_s = 0\n"
        f'[outlets.webhook]\nurl = "http://127.0.0.1:{receiver.port}/hook?of=ward"\nsecret = "{SECRET}"\n'
        'messages = ["reading", "alarm"]\nevery_s = 0\nat_most_per_minute = 100_000\ntimeout_s = 2\n'
    )
    return path


@pytest.mark.parametrize(("seconds", "outages", "away_s"), OUTAGES)
def test_a_receiver_that_is_killed_again_and_again_gets_every_reading_and_alarm_in_order(
    mine: Path, sessions: Path, receiver: WebhookReceiver, seconds: int, outages: int, away_s: float
) -> None:
    with running("-c", mine, "live", f"synthetic:?seed=1&fps=20&seconds={seconds}") as process:
        away = kill_at_random([receiver], seconds, outages, away_s)
        _, said = process.communicate(timeout=seconds + 60)
    assert process.returncode == 0, said
    session = only_session(sessions)
    done = run("-c", mine, "deliver", session)
    assert done.returncode == 0, done.stdout

    got = [document["data"] for document in receiver.documents]
    assert [one["seq"] for one in got if one["type"] == "reading"] == stored_seqs(session)
    alarms = [(one["event"], one["t_ns"]) for one in got if one["type"] == "alarm"]
    assert alarms == rows(session, "SELECT event, t_ns FROM alarm_events ORDER BY n")
    bodies = {headers["webhook-id"]: body for headers, body in receiver.attempts}
    assert len(set(bodies.values())) == len(bodies) == len(got)
    assert all(body == bodies[headers["webhook-id"]] for headers, body in receiver.attempts)
    check_that_the_trend_goes_on(session, away)
    assert "trying again" in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_wrong_secret_is_said_and_every_alarm_arrives_once_it_is_right(
    mine: Path, sessions: Path, receiver: WebhookReceiver
) -> None:
    right = mine.read_text()
    mine.write_text(right.replace(SECRET, "whsec_" + "A" * 32))
    receiver.knows_options = True
    ran = run("-c", mine, "live", "synthetic:?seed=1&fps=20&seconds=2")
    assert ran.returncode == 0, ran.stderr
    says = f'http://127.0.0.1:{receiver.port} does not let this program in (401): check "secret"'
    assert ran.stderr.count(says) == 1
    assert f"FAIL  outlet webhook: {says}" in run("-c", mine, "doctor", "--outlet", "webhook").stdout
    assert receiver.documents == []

    mine.write_text(right)
    session = only_session(sessions)
    assert run("-c", mine, "deliver", session).returncode == 0
    assert [one["data"]["seq"] for one in receiver.documents if one["type"] == "reading"] == stored_seqs(session)
