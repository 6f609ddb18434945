"""An address is taken apart; what may be secret is not shown, and a redirect leads nowhere else."""

import pytest

from capture.sources.network.address import Address, address_of, redirected
from capture.sources.uri import parse_uri
from stream.errors import SourceError


def address(text: str) -> Address:
    return address_of(parse_uri(text))


def test_it_is_shown_as_scheme_host_and_port() -> None:
    found = address("http://admin:s%65cret@[2001:db8::1]:8080/secret?token=secret#timeout_s=2")
    assert found.label == "http://[2001:db8::1]:8080"
    assert (found.host, found.port, found.user, found.password) == ("2001:db8::1", 8080, "admin", "secret")
    assert found.target == "/secret?token=secret"
    assert "secret" not in repr(found)


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("https", 443), ("rtsp", 554), ("rtsps", 322)])
def test_a_port_that_is_not_written_is_the_schemes(scheme: str, port: int) -> None:
    assert address(f"{scheme}://camera").port == port
    assert address(f"{scheme}://camera").target == "/"


def test_blanks_and_accents_are_sent_as_http_sends_them_and_what_is_so_already_stays() -> None:
    assert address("http://camera/Büro 1/a%20b?x=ä&y=%41").target == "/B%C3%BCro%201/a%20b?x=%C3%A4&y=%41"


def test_a_password_may_hold_an_at_sign() -> None:
    assert address("rtsp://admin:p@ss@camera/live").password == "p@ss"
    assert address("rtsp://admin:p@ss@camera/live").host == "camera"


def test_a_redirect_keeps_user_and_password_on_the_same_host_only() -> None:
    first = address("http://admin:secret@camera/a/b")
    assert redirected(first, "../c?d=1").target == "/c?d=1"
    assert redirected(first, "https://camera/x").port == 443
    assert redirected(first, "https://camera/x").password == "secret"
    with pytest.raises(SourceError, match=r"sends its callers on to http://other, which is not followed"):
        redirected(first, "http://other/x")
    with pytest.raises(SourceError, match="not followed"):
        redirected(address("https://camera/"), "http://camera/")
    with pytest.raises(SourceError, match="http://camera:81, which is not followed"):
        redirected(first, "http://camera:81/")
    assert redirected(address("http://camera:81/"), "http://camera:81/x").port == 81
    with pytest.raises(SourceError, match="cannot be read"):
        redirected(first, "")
