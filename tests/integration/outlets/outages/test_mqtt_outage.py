"""The whole program and a broker that is killed again and again: nothing is lost, and the analysis does not notice."""

import contextlib
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.mqtt.mosquitto import Mosquitto, Subscriber
from tests.integration.outlets.outages.killing import Span, check_that_the_trend_goes_on, only_session, stored_seqs
from tests.running import eventually, free_port, run, running

FPS = 20


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.stop()


def config(folder: Path, port: int) -> Path:
    path = folder / "mine.toml"
    path.write_text(
        f'publish.enabled = false\nview.enabled = false\nsink.sessions_dir = "{folder / "sessions"}"\n'
        f'[outlets.mqtt]\nhost = "127.0.0.1"\nport = {port}\nexpires_s = 0\ntimeout_s = 5\n'
    )
    return path


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("kills", "away_s"), [(5, 0.5), pytest.param(20, 30.0, marks=pytest.mark.nightly)], ids=["in short", "at length"]
)
def test_a_broker_that_is_killed_again_and_again_has_every_reading_in_order(
    broker: Mosquitto, tmp_path: Path, kills: int, away_s: float
) -> None:
    chance, mine = random.Random(7), config(tmp_path, broker.port)
    away: list[Span] = []
    seconds = int(kills * (away_s + 1.5) + 4)
    with (
        contextlib.closing(Subscriber(broker.port)) as subscriber,
        running("-c", mine, "live", f"synthetic:?seed=1&fps={FPS}&seconds={seconds}") as process,
    ):
        eventually(lambda: len(subscriber.payloads("/density")) > FPS, "readings arrive")
        for _ in range(kills):
            began_s = time.time()
            broker.stop()
            time.sleep(away_s * chance.uniform(0.7, 1.3))
            broker.start()
            away.append((began_s, time.time()))
            eventually(lambda: subscriber.is_connected, "the subscriber is back")
            time.sleep(chance.uniform(0.0, 0.5))
        assert process.wait(seconds + 60) == 0
        session = only_session(tmp_path / "sessions")
        delivered = run("-c", mine, "deliver", session)
        assert delivered.returncode == 0, delivered.stderr
        expected = stored_seqs(session)
        eventually(lambda: len(set(seqs(subscriber))) == len(expected), "all of them are there")
        states = [json.loads(payload)["state"] for payload in subscriber.payloads("/status")]

    got = seqs(subscriber)
    assert list(dict.fromkeys(got)) == expected  # in order; what a killed broker sends twice is the same
    check_that_the_trend_goes_on(session, away)
    assert states[-1] == "ended"


def seqs(subscriber: Subscriber) -> list[int]:
    return [json.loads(payload)["seq"] for payload in subscriber.payloads("/density")]


@pytest.mark.slow
def test_a_broker_that_is_not_there_is_said_once_in_the_log_and_by_doctor(tmp_path: Path) -> None:
    port = free_port()
    mine = config(tmp_path, port)
    result = run("-c", mine, "live", f"synthetic:?seed=1&fps={FPS}&seconds=2")
    assert result.returncode == 0, result.stderr
    assert result.stderr.count(f"outlet mqtt: nothing listens on 127.0.0.1:{port}") == 1
    assert f"nothing listens on 127.0.0.1:{port}" in run("-c", mine, "doctor").stdout
