"""Only this machine's own page gets in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.view.server.access import is_host_of, is_same_origin
from stream.view.server.access_rules import LOOPBACK_NAMES
from stream.view.server.security_headers import content_security_policy


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "LOCALHOST:1", "[::1]:8765", "127.0.0.1"])
def test_loopback_names_are_let_in(host: str) -> None:
    assert is_host_of(LOOPBACK_NAMES, host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "127.0.0.1.evil.example", "localhost@evil", "evil@localhost", "localhost/x", "0.0.0.0:1",
     "localhost:abc", "localhost:99999", "localhost?x", "[::1", "192.168.1.2:8765", "localhost evil", "localhost;x"],
)  # fmt: skip
def test_other_hosts_are_not(host: str) -> None:
    assert not is_host_of(LOOPBACK_NAMES, host)


@given(st.text(max_size=40))
def test_what_is_let_in_cannot_add_to_the_policy(host: str) -> None:
    if is_host_of(LOOPBACK_NAMES, host):
        assert not set(host) & set("; ,'\"\r\n\t")
        assert content_security_policy(host).count(";") == 6


def test_a_browser_must_come_from_the_page_served_here() -> None:
    assert is_same_origin(None, "127.0.0.1:8765")
    assert is_same_origin("http://127.0.0.1:8765", "127.0.0.1:8765")
    assert not is_same_origin("http://127.0.0.1:3000", "127.0.0.1:8765")
    assert not is_same_origin("null", "127.0.0.1:8765")
    assert not is_same_origin("https://evil.example", "127.0.0.1:8765")
