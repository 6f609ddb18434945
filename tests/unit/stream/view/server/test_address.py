"""Where the page is said to be can be opened there."""

import pytest

from stream.config.sections import ViewConfig
from stream.view.server.address import page_address, token_hint


@pytest.mark.parametrize(
    ("view", "address"),
    [
        (ViewConfig(), "http://127.0.0.1:8765"),
        (ViewConfig(host="[::1]"), "http://[::1]:8765"),
        (ViewConfig(names=("ward-7",)), "http://127.0.0.1:8765"),
        (ViewConfig(host="0.0.0.0", names=("ward-7",), certificate_file="page.crt"), "https://ward-7:8765"),
        (ViewConfig(host="::", certificate_file="page.crt"), "https://localhost:8765"),
        (ViewConfig(host="10.0.0.7", certificate_file="page.crt"), "https://10.0.0.7:8765"),
    ],
)
def test_the_address_is_one_that_opens(view: ViewConfig, address: str) -> None:
    assert page_address(view, 8765) == address


def test_how_the_token_is_given_is_said_where_there_is_one() -> None:
    assert token_hint(ViewConfig()) == ""
    assert token_hint(ViewConfig(token_file="page.token")).endswith("/?token=… and the token in page.token)")
