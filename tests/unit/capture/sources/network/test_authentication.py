"""A user and password are proven as RFC 7616 and RFC 7617 say, with the examples of the standards."""

import pytest

from capture.sources.network.http_video.authentication import authorization, challenges_of

NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
OPAQUE = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"


def answer(header: str, user: str = "Mufasa", password: str = "Circle of Life", nonce: str = "") -> str | None:
    return authorization(challenges_of([header]), "GET", "/dir/index.html", user, password, nonce)


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_as_in_rfc_7616_section_3_9_1(algorithm: str, response: str) -> None:
    header = (
        f'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, '
        f'nonce="{NONCE}", opaque="{OPAQUE}"'
    )
    found = answer(header, nonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
    assert found is not None
    assert f'response="{response}"' in found
    assert f'opaque="{OPAQUE}"' in found
    assert "qop=auth, nc=00000001" in found


def test_digest_of_an_old_camera_as_in_rfc_2069() -> None:
    found = answer(
        'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"', password="CircleOfLife"
    )
    assert found is not None
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in found
    assert "cnonce" not in found


def test_basic_as_in_rfc_7617() -> None:
    assert answer('Basic realm="x"', "Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


@pytest.mark.parametrize(
    "headers",
    [
        ['Basic realm="a, b", Digest realm="c", nonce="n"'],
        ['Basic realm="a"', 'Digest realm="c", nonce="n", algorithm=MD5-sess, qop=auth'],
        ['Digest realm="c", nonce="n", algorithm=UNKNOWN', 'Digest realm="c", nonce="n"', "Basic"],
    ],
)
def test_digest_is_preferred_however_it_is_offered(headers: list[str]) -> None:
    found = authorization(challenges_of(headers), "GET", "/", "u", "p", "c")
    assert found is not None
    assert found.startswith('Digest username="u", realm="c"')


@pytest.mark.parametrize("header", ["Negotiate", "", 'Digest nonce="n", qop="auth-int"', 'Digest algorithm="SHA-512"'])
def test_what_is_not_known_is_not_answered(header: str) -> None:
    assert answer(header) is None
