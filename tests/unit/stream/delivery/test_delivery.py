"""What a session keeps for an outlet is delivered in order, whatever happens to the receiver."""

from collections.abc import Callable
from pathlib import Path

import pytest

from stream.delivery.delivery import Delivery
from stream.delivery.earlier import unfinished, waiting_in
from stream.delivery.outlet_table import DeliverySettings, chosen, split
from stream.errors import ConfigError
from stream.outlets.outlet import SenderExtras
from stream.protocol.readings import RunStatus
from tests.doubles.outgoing_session import OutgoingSession
from tests.doubles.outlet_receiver import Receiver
from tests.doubles.readings import START_NS, reading
from tests.running import eventually

SECOND_NS = 1_000_000_000
Open = Callable[..., Delivery]


def test_messages_come_in_order_and_what_all_have_is_forgotten(
    receiver: Receiver, session: OutgoingSession, start: Open
) -> None:
    session.add(*map(reading, range(250)))
    delivery = start(session.folder)
    eventually(lambda: delivery.settled == 250, "all are settled")
    assert receiver.seqs == list(range(250))
    session.forget(delivery.settled)
    session.add(reading(250))
    delivery.tell(reading(250))
    eventually(lambda: receiver.seqs[-1] == 250, "numbers go on after the table was emptied")
    assert waiting_in(session.folder, "o") == 0


def test_a_message_that_is_refused_is_counted_and_the_next_ones_follow(
    receiver: Receiver, session: OutgoingSession, start: Open
) -> None:
    receiver.refused = {1}
    session.add(*map(reading, range(3)))
    delivery = start(session.folder)
    eventually(lambda: receiver.seqs == [0, 2], "the others are there")
    eventually(lambda: delivery.state.given_up == 1, "it is counted")


def test_beyond_the_limit_the_oldest_are_given_up_and_counted(
    receiver: Receiver, session: OutgoingSession, start: Open
) -> None:
    session.add(*map(reading, range(30)))
    delivery = start(session.folder, most_waiting=10)
    eventually(lambda: receiver.seqs == list(range(20, 30)), "the newest are there")
    assert delivery.state.given_up == 20


def test_what_an_ended_session_still_has_is_delivered_first(
    receiver: Receiver, session: OutgoingSession, start: Open, tmp_path: Path
) -> None:
    receiver.away = True
    session.add(*map(reading, range(3)))
    first = start(session.folder)
    eventually(lambda: first.state.condition == "failing", "nothing arrives")
    first.close()
    assert unfinished(tmp_path, "o") == [session.folder]
    assert unfinished(tmp_path, "another outlet") == []
    receiver.away = False
    later = OutgoingSession(tmp_path / "two")
    later.add(*map(reading, range(10, 13)))
    start(session.folder, later.folder)
    eventually(lambda: receiver.seqs == [0, 1, 2, 10, 11, 12], "the older session comes first")
    eventually(lambda: unfinished(tmp_path, "o") == [], "nothing waits any more")
    later.close()


def test_what_waits_of_one_patient_never_goes_to_the_record_of_another(
    receiver: Receiver, session: OutgoingSession, start: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.subject, receiver.away = "anna", True
    session.add(*map(reading, range(3)))
    first = start(session.folder)
    eventually(lambda: first.state.condition == "failing", "nothing arrives")
    first.close()
    receiver.subject, receiver.away = "berta", False
    later = OutgoingSession(tmp_path / "two")
    later.add(*map(reading, range(10, 13)))
    second = start(session.folder, later.folder)
    eventually(lambda: receiver.seqs == [10, 11, 12], "the later session is delivered")
    second.close()
    assert "named another patient" in caplog.text
    assert unfinished(tmp_path, "o") == [session.folder]
    for file in tmp_path.rglob("deliveries.sqlite*"):
        assert b"anna" not in file.read_bytes()
    receiver.subject = "anna"
    start(session.folder)
    eventually(lambda: receiver.seqs == [10, 11, 12, 0, 1, 2], "with its own configuration it is delivered")
    later.close()


def test_a_session_behind_one_that_waits_is_known_to_wait_too(
    receiver: Receiver, session: OutgoingSession, start: Open, tmp_path: Path
) -> None:
    receiver.away = True
    session.add(reading(0))
    later = OutgoingSession(tmp_path / "two")
    later.add(reading(1))
    delivery = start(session.folder, later.folder)
    eventually(lambda: delivery.state.condition == "failing", "nothing arrives")
    delivery.close()
    assert unfinished(tmp_path, "o") == [session.folder, later.folder]
    later.close()


def test_only_the_newest_status_is_sent(receiver: Receiver, session: OutgoingSession, start: Open) -> None:
    delivery = start(session.folder, messages=("status",))
    session.add(reading(0))
    for number in range(50):
        delivery.tell(RunStatus(session="s", source="s", mode="live", state="good", published=number))
    eventually(lambda: any(getattr(one, "published", 0) == 49 for one in receiver.taken), "the newest is there")
    eventually(lambda: delivery.state.waiting == 0, "a reading that is not wanted does not wait")
    assert receiver.seqs == []


def test_to_finish_is_to_wait_for_the_receiver_as_long_as_asked(
    receiver: Receiver, session: OutgoingSession, start: Open
) -> None:
    session.add(*map(reading, range(3)))
    delivery = start(session.folder)
    delivery.finish(5.0)
    assert receiver.seqs == [0, 1, 2]
    assert delivery.state.waiting == 0


def test_a_receiver_that_takes_its_time_is_waited_for_as_long_as_messages_arrive(
    receiver: Receiver, session: OutgoingSession, start: Open
) -> None:
    receiver.takes_s = 0.2
    session.add(*map(reading, range(14)))
    delivery = start(session.folder)
    delivery.finish(0.8)
    assert receiver.seqs == list(range(14))
    assert delivery.state.waiting == 0


def test_the_common_keys_of_a_table_are_not_the_senders() -> None:
    settings, own = split("o", {"every_s": 10, "use": "mqtt", "host": "h"})
    assert (settings.every_s, settings.use, own) == (10, "mqtt", {"host": "h"})


@pytest.mark.parametrize(("table", "says"), [({"every_s": -1}, "every_s"), ({"messages": ["dose"]}, "dose")])
def test_a_wrong_common_key_is_named(table: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        split("o", table)


def test_what_is_sent_is_chosen_of_what_the_outlet_can_take() -> None:
    extras = SenderExtras(messages=("alarm", "reading", "status"), by_default=("alarm",))
    assert chosen(DeliverySettings(), extras)[0] == {"alarm"}
    assert chosen(DeliverySettings(messages=("alarm", "reading")), extras)[0] == {"alarm", "reading"}
    with pytest.raises(ConfigError, match='no messages "marker", only: alarm, reading, status'):
        chosen(DeliverySettings(messages=("alarm", "marker")), extras)


def test_of_each_period_one_reading_arrives_although_the_receiver_was_away(
    receiver: Receiver, session: OutgoingSession, start: Open
) -> None:
    receiver.away = True
    session.add(*(reading(seq, t_capture_ns=START_NS + seq * SECOND_NS) for seq in range(25)))
    delivery = start(session.folder, every_s=10.0)
    eventually(lambda: delivery.state.condition == "failing", "nothing arrives")
    receiver.away = False
    eventually(lambda: delivery.state.waiting == 0, "nothing waits any more")
    assert receiver.seqs == [0, 10, 20]
