"""An outlet in another process is sent everything at once, and what the process did not take is counted."""

from stream.outlets.outlet import Outlet, published
from stream.outlets.process_outlet import ProcessOutlet
from stream.protocol.bedside import AlarmsNow
from stream.protocol.readings import DensityReading
from stream.protocol.types import Message
from tests.contracts.outlet_contract import OutletContract
from tests.doubles.readings import reading


class TestProcessOutlet(OutletContract):
    def open(self) -> Outlet:
        self.taken: list[Message] = []

        def send(message: Message) -> bool:
            self.taken.append(message)
            return True

        return ProcessOutlet(send, lambda message: message)

    def received(self) -> list[int]:
        return [message.seq for message in self.taken if isinstance(message, DensityReading)]

    def open_dead(self) -> Outlet:
        return ProcessOutlet(lambda _: False, lambda message: message)


def test_the_page_gets_messages_of_every_kind_whole() -> None:
    page = TestProcessOutlet()
    outlet = page.open()
    messages: list[Message] = [AlarmsNow(), reading(1, picture=b"jpeg")]
    for message in messages:
        outlet.tell(message)
    assert page.taken == messages


def test_a_process_gets_the_part_that_it_needs() -> None:
    taken: list[Message] = []

    def send(message: Message) -> bool:
        taken.append(message)
        return True

    outlet = ProcessOutlet(send, published)
    for message in (AlarmsNow(), reading(1, picture=b"jpeg")):
        outlet.tell(message)
    assert taken == [reading(1, picture=None)]
    assert outlet.missed == 0
