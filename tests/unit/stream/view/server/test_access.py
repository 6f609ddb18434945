"""Only requests from the page itself get in, and with the right token if one is set; others are noted."""

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.security.events import SecurityEvents
from stream.view.live.feed import Feed
from stream.view.live.session_info import SessionInfo
from stream.view.server.access import COOKIE, is_host_of, is_same_origin
from stream.view.server.access_rules import AccessRules
from stream.view.server.app import make_app
from stream.view.server.security_headers import content_security_policy

PAGE = "https://ward-7:8765"
RULES = AccessRules(frozenset({"ward-7"}), token="the-token", tls=True)


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "LOCALHOST:1", "[::1]:8765", "127.0.0.1"])
def test_loopback_names_are_let_in(host: str) -> None:
    assert is_host_of(frozenset(), host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "127.0.0.1.evil.example", "localhost@evil", "evil@localhost", "localhost/x", "0.0.0.0:1",
     "localhost:abc", "localhost:99999", "localhost?x", "[::1", "192.168.1.2:8765", "localhost evil", "localhost;x"],
)  # fmt: skip
def test_other_hosts_are_not(host: str) -> None:
    assert not is_host_of(frozenset(), host)


@given(st.text(max_size=40))
def test_what_is_let_in_cannot_add_to_the_policy(host: str) -> None:
    if is_host_of(frozenset(), host):
        assert not set(host) & set("; ,'\"\r\n\t")
        assert content_security_policy(host).count(";") == 6


def test_a_browser_must_come_from_the_page_served_here() -> None:
    assert is_same_origin(None, "127.0.0.1:8765")
    assert is_same_origin("http://127.0.0.1:8765", "127.0.0.1:8765")
    assert not is_same_origin("http://127.0.0.1:3000", "127.0.0.1:8765")
    assert not is_same_origin("null", "127.0.0.1:8765")
    assert not is_same_origin("https://evil.example", "127.0.0.1:8765")


def ask(events: SecurityEvents, path: str, **headers: str) -> httpx.Response:
    info = SessionInfo(session="s1", mode="live")
    app: Any = make_app(Feed(info), rules=RULES, events=events)

    async def answer() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PAGE) as client:
            return await client.get(path, headers=headers)

    return asyncio.run(answer())


def details(events: SecurityEvents) -> list[tuple[str, str]]:
    return [(note.what, note.detail) for note in events.take(0.0)]


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer another"}, {"cookie": f"{COOKIE}=another"}])
def test_without_the_token_there_is_a_refusal_with_strict_headers(headers: dict[str, str]) -> None:
    events = SecurityEvents()
    answer = ask(events, "/api/status", **headers)
    assert (answer.status_code, "/?token=" in answer.text) == (401, True)
    assert answer.headers["content-security-policy"].startswith("default-src 'self'; connect-src 'self' wss://ward-7")
    assert details(events) == [("refused", "no token, or another")]


@pytest.mark.parametrize("headers", [{"authorization": "bearer the-token"}, {"cookie": f"x=1; {COOKIE}=the-token"}])
def test_a_program_and_a_browser_get_in_with_the_token(headers: dict[str, str]) -> None:
    events = SecurityEvents()
    assert ask(events, "/api/status", **headers).json()["session"] == "s1"
    assert details(events) == []


def test_the_token_in_the_address_moves_into_a_cookie() -> None:
    events = SecurityEvents()
    answer = ask(events, "/api/status?a=1&token=the-token&b=%26")
    assert (answer.status_code, answer.headers["location"]) == (303, "/api/status?a=1&b=%26")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE}=the-token;")
    assert all(flag in cookie for flag in ("httponly", "secure", "samesite=strict"))
    assert details(events) == [("connected", "by the token")]


def test_another_host_is_refused_before_its_token_is_looked_at() -> None:
    events = SecurityEvents()
    answer = ask(events, "/?token=the-token", host="evil.example")
    assert (answer.status_code, "content-security-policy" in answer.headers) == (403, False)
    assert details(events) == [("refused", "another host or origin")]


def test_a_request_that_is_not_understood_is_noted() -> None:
    events = SecurityEvents()
    assert ask(events, "/api/trend?pixels=1", authorization="Bearer the-token").status_code == 400
    assert details(events) == [("refused", "a request that is not understood")]
