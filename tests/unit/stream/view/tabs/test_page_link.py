"""What goes on to the page of a source: the request as it was, with the command's token in place of the visitor's."""

from typing import Any

from stream.view.tabs.page_link import PageLink, from_page

LINK = PageLink(2, lambda: "http://127.0.0.1:43210", "inner-token")


def scope(path: bytes = b"/2/api/status", **fields: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "path": path.decode(),
        "raw_path": path,
        "query_string": b"",
        "headers": [],
        "client": ("10.0.0.7", 5),
    } | fields


def test_path_and_query_go_on_below_the_pages_own_root_as_they_were_written() -> None:
    assert LINK.target(scope(b"/2/api/frames/%37", query_string=b"points=0&x=%20")) == "/api/frames/%37?points=0&x=%20"
    assert LINK.target(scope(b"/2/")) == "/"
    assert LINK.target(scope(b"/2/2/previous/")) == "/2/previous/"


def test_the_page_hears_who_asks_and_nothing_of_the_visitors_secrets() -> None:
    headers = [
        (b"host", b"ward.example.org"),
        (b"origin", b"https://ward.example.org"),
        (b"cookie", b"capillary_token=outer"),
        (b"Authorization", b"Bearer outer"),
        (b"x-forwarded-for", b"6.6.6.6"),
        (b"connection", b"keep-alive"),
        (b"content-type", b"application/json"),
    ]
    assert LINK.to_page(scope(headers=headers)) == [
        (b"content-type", b"application/json"),
        (b"authorization", b"Bearer inner-token"),
        (b"x-forwarded-for", b"10.0.0.7"),
    ]


def test_the_policies_of_an_answer_are_those_of_the_page_with_the_tabs() -> None:
    headers = [
        (b"Content-Security-Policy", b"connect-src ws://127.0.0.1:43210"),
        (b"x-frame-options", b"DENY"),
        (b"transfer-encoding", b"chunked"),
        (b"content-type", b"text/csv"),
        (b"state-version", b"3"),
    ]
    assert from_page(headers) == [(b"content-type", b"text/csv"), (b"state-version", b"3")]


def test_there_is_no_port_while_there_is_no_page() -> None:
    assert LINK.port() == 43210
    assert PageLink(1, lambda: "", "t").port() is None
