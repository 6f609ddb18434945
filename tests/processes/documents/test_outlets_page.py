"""The outlet with acknowledgement in docs/extending/outlets.md is short, and passes the contract as shown there."""

import re
import sys
from io import BufferedRWPair, BytesIO
from types import ModuleType
from typing import Any

import pytest

from stream.errors import OutputError, RefusedMessageError
from stream.outlets.selection import sender_of
from tests.doubles.readings import reading
from tests.running import ROOT

MOST_LINES = 60


def block(name: str) -> str:
    """Return the code of the page that begins with a file's name."""
    text = (ROOT / "docs/extending/outlets.md").read_text()
    found = re.search(rf"```python\n# {re.escape(name)}\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


def module(name: str) -> ModuleType:
    """Return a module made of the page's code, as if its file lay on Python's path."""
    made = sys.modules[name] = ModuleType(name)
    exec(compile(block(f"{name}.py"), f"{name}.py", "exec"), made.__dict__)
    return made


module("line_outlet")
TestLines = module("test_line_outlet").TestLines  # pytest runs the suite of the page


@pytest.mark.parametrize("name", ["line_outlet.py", "test_line_outlet.py"])
def test_an_outlet_and_its_test_are_short(name: str) -> None:
    assert len(block(name).splitlines()) < MOST_LINES


def test_an_answer_decides_whether_a_message_is_given_up_or_sent_again() -> None:
    for answer, error in ((b"never\n", RefusedMessageError), (b"", OutputError), (b"what?\n", OutputError)):
        sender: Any = sender_of("line_outlet:Lines", {"port": 1})
        sender._stream = BufferedRWPair(BytesIO(answer), BytesIO())
        with pytest.raises(error):
            sender.send(reading(0))
