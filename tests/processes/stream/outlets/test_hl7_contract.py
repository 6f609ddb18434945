"""What a hospital's interface engine has is what was measured, whatever happens to it."""

from typing import Any

from stream.outlets.clinical.hl7.encoding import hl7_time
from stream.outlets.clinical.hl7.oru import control_id
from stream.protocol.readings import DensityReading
from tests.contracts.sender_contract import SenderContract
from tests.doubles.clinical.hl7_receiver import Hl7Receiver
from tests.doubles.readings import reading


class TestHl7(SenderContract):
    NAME = "hl7"

    def start_receiver(self) -> None:
        if not hasattr(self, "receiver"):
            self.receiver = Hl7Receiver()
        self.receiver.start()

    def stop_receiver(self) -> None:
        self.receiver.stop()

    def settings(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self.receiver.port, "timeout_s": 2}

    def received(self) -> list[int]:
        seqs = {control_id(reading(seq)): seq for seq in range(100)}
        return [seqs[str(message["MSH.10"])] for message in self.receiver.messages]

    def same_number(self, given: DensityReading) -> bool:
        (message,) = self.receiver.messages
        results = {str(one(3)(0)(0)): one for one in message.segments("OBX")}
        numbers = [
            (float(str(results[code](5))), str(results[code](6)), str(results[code](14)), str(results[code](11)))
            for code in ("density", "density-low", "density-high")
        ]
        return numbers == [
            (value, "%^%^UCUM", hl7_time(given.t_capture_ns), "F")
            for value in (given.density_pct, given.density_low_pct, given.density_high_pct)
        ]
