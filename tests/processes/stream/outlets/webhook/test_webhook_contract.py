"""What the receiver of a webhook has is what was measured, whatever happens to it."""

from typing import Any

from stream.outlets.json_message import rfc3339
from stream.protocol.readings import DensityReading
from tests.contracts.sender_contract import SenderContract
from tests.doubles.web.webhook_receiver import SECRET, WebhookReceiver


class TestWebhook(SenderContract):
    NAME = "webhook"

    def start_receiver(self) -> None:
        if not hasattr(self, "receiver"):
            self.receiver = WebhookReceiver()
        self.receiver.start()

    def stop_receiver(self) -> None:
        self.receiver.stop()

    def settings(self) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.receiver.port}/hook?of=ward"
        return {"url": url, "secret": SECRET, "timeout_s": 2, "at_most_per_minute": 10_000}

    def received(self) -> list[int]:
        return [document["data"]["seq"] for document in self.receiver.documents]

    def same_number(self, given: DensityReading) -> bool:
        (got,) = self.receiver.documents
        keys = ("session", "source", "t_capture_ns", "density_pct", "density_low_pct", "density_high_pct", "quality")
        return got["timestamp"] == rfc3339(given.t_capture_ns) and all(
            got["data"][key] == getattr(given, key) for key in keys
        )
