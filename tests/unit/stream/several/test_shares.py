"""What each of several sources gets: workers as equally as can be, and a page that nobody else can open."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from stream.config.sections import Config, RemoteWorker, ViewConfig
from stream.errors import UsageError
from stream.several.shares import check_sources, is_room_for_another, share_of, worker_shares


@pytest.mark.parametrize(
    ("asked", "cores", "sources", "shares"),
    [(0, 2, 2, [1, 1]), (0, 8, 3, [3, 3, 2]), (5, 2, 2, [3, 2]), (0, 1, 4, [1, 1, 1, 1]), (2, 16, 2, [1, 1])],
)
def test_workers_are_shared_equally_and_each_source_has_one(
    asked: int, cores: int, sources: int, shares: list[int]
) -> None:
    assert worker_shares(asked, cores, sources) == shares


@pytest.mark.parametrize(
    ("busy", "workers", "room"),
    [
        ([], 1, True),
        ([1], 1, False),
        ([0], 1, True),
        ([0, 0], 1, False),
        ([1], 2, True),
        ([2], 2, False),
        ([1, 1], 2, False),
        ([1, 0, 0], 2, True),
        ([1, 0, 0, 0], 2, False),
    ],
)
def test_a_recording_begins_once_workers_are_free_unless_too_many_still_write(
    busy: list[int], workers: int, room: bool
) -> None:
    assert is_room_for_another(busy, workers) == room


def test_fewer_workers_than_sources_are_refused() -> None:
    with pytest.raises(UsageError, match="2 workers cannot analyse 3 sources: each needs one at least"):
        worker_shares(2, 8, 3)


def test_a_source_that_is_named_twice_is_refused_without_its_password() -> None:
    with pytest.raises(UsageError, match=r"^http://host/video is named twice"):
        check_sources(["http://me:secret@host/video", "camera:0", "http://me:secret@host/video"])


def test_more_sources_than_one_command_watches_are_refused() -> None:
    with pytest.raises(UsageError, match="9 sources are named; one command watches at most 8"):
        check_sources([f"camera:{number}" for number in range(9)])


def test_workers_on_other_machines_are_dealt_out_in_turn() -> None:
    remote = tuple(RemoteWorker(address=f"tcp://10.0.0.{n}:5570", key="0" * 64) for n in range(3))
    config = Config()
    config = replace(config, workers=replace(config.workers, remote=remote))
    shares = [share_of(config, place, [1, 2], Path("token")).workers for place in range(2)]
    assert [(share.count, [one.address[-6] for one in share.remote]) for share in shares] == [
        (1, ["0", "2"]),
        (2, ["1"]),
    ]


def test_the_page_of_each_source_is_on_loopback_behind_a_token_whatever_was_configured() -> None:
    view = ViewConfig(
        host="0.0.0.0", port=443, names=("ward.example.org",), token_file="t", certificate_file="c", key_file="k"
    )
    hidden = share_of(replace(Config(), view=view), 0, [1, 1], Path("/run/token")).view
    assert (hidden.host, hidden.port, hidden.names, hidden.token_file) == ("127.0.0.1", 0, (), "/run/token")
    assert not hidden.certificate_file
    assert not hidden.key_file
