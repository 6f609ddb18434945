"""The settings of the outlet `webhook`."""

from typing import Annotated

from msgspec import Meta

from stream.outlets.tls import TlsFiles


class WebhookSettings(TlsFiles, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[outlets.webhook]`."""

    url: Annotated[str, Meta(pattern=r"^https?://[^/\s]+", description="where to: https://host/path")]
    secret: Annotated[str, Meta(max_length=200, description='"whsec_" and 24 to 64 bytes in base64')]
    source: Annotated[
        str, Meta(max_length=100, description="stands in messages instead of the source's name; empty: that")
    ] = ""
    at_most_per_minute: Annotated[
        int, Meta(ge=1, le=100_000, description="requests in any minute; what exceeds that waits")
    ] = 60
    timeout_s: Annotated[float, Meta(gt=0, le=300, description="longest wait for an answer, s")] = 10.0
    marker_text: Annotated[bool, Meta(description="send the text of markers, which may name a person")] = False
