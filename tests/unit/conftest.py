"""Unit tests open no socket and start no process: any that does fails here, and belongs into tests/processes."""

import multiprocessing.util
import platform
import socket
import subprocess
from collections.abc import Iterator

import pytest
import zmq

platform.processor()  # libraries ask for it: `uname -p`, once a process

FORBIDDEN = [
    (socket.socket, "listen"),
    (socket.socket, "connect"),
    (zmq.Context, "socket"),
    (subprocess.Popen, "__init__"),
    (multiprocessing.util, "spawnv_passfds"),  # every start of multiprocessing, its resource tracker's too
]


def _refuse(*_: object, **__: object) -> None:
    pytest.fail("a unit test opens no socket and starts no process: move it to tests/processes")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    """Fixtures of any scope are held to it too."""
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in FORBIDDEN:
            patch.setattr(owner, name, _refuse)
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in FORBIDDEN:
            patch.setattr(owner, name, _refuse)
        return (yield)
