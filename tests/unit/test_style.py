"""What the measures of the code take for a broken rule, and what they let pass."""

from pathlib import Path

import pytest
import style


def module(source: str, path: str = "stream/x.py") -> style.Module:
    return style.Module(Path(path), source)


def idioms(sentence: str) -> list[str]:
    measures = style.idioms([module(f'"""{sentence}"""')])
    return [offender for measure in measures for offender in measure.offenders]


@pytest.mark.parametrize(
    "sentence", ["Write a row a frame.", "One line a session.", "Once a minute a kind.", "Nobody."]
)
def test_a_sentence_that_must_be_decoded_is_named(sentence: str) -> None:
    assert idioms(sentence) == [f"stream/x.py:1: {sentence}"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Write one row per frame.",
        "One frame a second.",
        "Make a copy of a frame.",
        "Open one that an error closed.",
        'Not "told", "a row a frame".',
    ],
)
def test_plain_sentences_and_quotations_pass(sentence: str) -> None:
    assert idioms(sentence) == []


def test_an_offender_is_named_with_its_line() -> None:
    (offender,) = style.idioms([module('x = 1\n\n\ndef f() -> None:\n    """Do.\n\n    Told so.\n    """\n')])[
        0
    ].offenders
    assert offender == "stream/x.py:7: Told so."


def test_a_function_is_described_by_what_it_does_and_a_property_by_what_it_is() -> None:
    source = (
        'def f() -> None:\n    """The sum."""\n\ndef g() -> None:\n    """Return the sum."""\n\n'
        'class C:\n    """A sum."""\n\n    @property\n    def h(self) -> int:\n        """The sum."""\n'
    )
    measure = style.first_words([module(source)])
    assert (measure.value, measure.offenders) == (50, ("stream/x.py:2: The sum.",))


def test_a_name_that_says_nothing_is_found() -> None:
    assert style.unclear(
        [module("def why_not() -> str: ...\nclass Kept: ...\ndef kept_frames() -> int: ...\n")]
    ).offenders == (
        "stream/x.py:2: Kept",
        "stream/x.py:1: why_not",
    )


def test_a_name_with_two_meanings_is_found_and_an_alias_written_twice_is_not() -> None:
    one = module("class _Door: ...\nOutline = list[int]\nSeq = int\n", "stream/a.py")
    two = module("class Door: ...\nOutline = list[int]\nSeq = float\n", "stream/b.py")
    assert style.names([one, two]).offenders == (
        "Door: stream/a.py:1: _Door, stream/b.py:1: Door",
        "Seq: stream/a.py:3: Seq, stream/b.py:3: Seq",
    )


def test_more_than_fourteen_files_are_too_many_for_one_folder() -> None:
    files = [module("", f"stream/{name}.py") for name in ("__init__", *map(str, range(14)))]
    assert not style.folders(files).broken
    assert style.folders([*files, module("", "stream/one_more.py")]).offenders == ("stream: 15 files",)
