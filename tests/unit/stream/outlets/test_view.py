"""The outlet to the page hands everything on at once, and counts what the page's process did not take."""

from stream.outlets.outlet import Outlet
from stream.outlets.view import ViewOutlet
from stream.protocol.bedside import AlarmsNow
from stream.protocol.readings import DensityReading
from stream.protocol.types import Message
from tests.contracts.outlet_contract import OutletContract
from tests.doubles.readings import reading


class TestViewOutlet(OutletContract):
    def open(self) -> Outlet:
        self.taken: list[Message] = []

        def send(message: Message) -> bool:
            self.taken.append(message)
            return True

        return ViewOutlet(send)

    def received(self) -> list[int]:
        return [message.seq for message in self.taken if isinstance(message, DensityReading)]

    def open_dead(self) -> Outlet:
        return ViewOutlet(lambda _: False)


def test_the_page_gets_messages_of_every_kind_whole() -> None:
    page = TestViewOutlet()
    outlet = page.open()
    messages: list[Message] = [AlarmsNow(), reading(1, picture=b"jpeg")]
    for message in messages:
        outlet.tell(message)
    assert page.taken == messages
