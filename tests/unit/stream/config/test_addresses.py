"""What counts as this machine's own is decided by the address alone."""

import errno

import pytest

from stream.config.addresses import bindable, canonical, in_address, is_any, is_loopback, reason_not_had


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.5.6.7", "127.255.255.254", "localhost", "LOCALHOST", "localhost.", "LocalHost."),
        *("::1", "[::1]", "0:0:0:0:0:0:0:1", "[0000::0001]", "::ffff:127.0.0.1", "[::FFFF:7f00:1]", "::1%lo"),
    ],
)
def test_these_are_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        *("", "*", "0.0.0.0", "::", "[::]", "10.0.0.1", "128.0.0.1", "::2", "fe80::1%eth0", "::ffff:10.0.0.1"),
        *(
            "localhost.example.org",
            "my.localhost",
            "127.0.0.1.nip.io",
            "127.1",
            "0x7f000001",
            "2130706433",
            "127.0.0.01",
        ),
        *("ward-7", "::ffff:0:127.0.0.1", "localhost..", "[localhost"),
    ],
)
def test_these_are_not(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("host", "short", "bound", "shown"),
    [
        ("[::1]", "::1", "::1", "[::1]"),
        ("0:0:0:0:0:0:0:1", "::1", "::1", "[::1]"),
        ("::ffff:127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("LOCALHOST.", "localhost", "127.0.0.1", "localhost"),
        ("fe80::1%eth0", "fe80::1%eth0", "fe80::1%eth0", "[fe80::1%25eth0]"),
        ("Ward-7.", "ward-7", "ward-7", "ward-7"),
    ],
)
def test_a_host_is_written_in_one_way(host: str, short: str, bound: str, shown: str) -> None:
    assert (canonical(host), bindable(host), in_address(host)) == (short, bound, shown)


def test_every_network_is_known_in_any_form() -> None:
    assert all(is_any(host) for host in ("", "*", "0.0.0.0", "::", "[::]", "0:0:0:0:0:0:0:0"))
    assert not is_any("10.0.0.1")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EADDRINUSE, "in use"),
        (errno.EADDRNOTAVAIL, "no such address"),
        (errno.ENODEV, "no such address"),
        (errno.EACCES, "may not listen"),
        (errno.EINVAL, "otherwise"),
    ],
)
def test_the_true_reason_is_told(number: int, words: str) -> None:
    assert words in reason_not_had(number, "otherwise")
