"""A text is read as any editor saved it, or the sentence says how to save it."""

import codecs
from pathlib import Path

import pytest

from stream.machine.text_files import LARGEST, TextError, decoded, read_text

TEXT = 'name = "Kapillare, µm"\n'


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
    ],
    ids=["plain", "mark", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "crlf", "cr"],
)
def test_any_editor_may_have_saved_it(content: bytes) -> None:
    assert decoded(content) == TEXT


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (TEXT.encode("latin-1"), r"not UTF-8 \(at byte 19\): save it as UTF-8"),
        (TEXT.encode("utf-16-le")[:20], "UTF-16 without its byte order mark"),
        (b"a = 1\0\n", "NUL bytes"),
        (codecs.BOM_UTF16_LE + b"a", "not UTF-16"),
    ],
    ids=["latin-1", "utf-16 without mark", "nul", "half a character"],
)
def test_what_is_no_text_is_said_with_what_to_do(content: bytes, reason: str) -> None:
    with pytest.raises(TextError, match=reason):
        decoded(content)


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "large.toml").write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(TextError, match="larger than 4 MB"):
        read_text(tmp_path / "large.toml")
    with pytest.raises(TextError, match="larger"):
        read_text(Path("/dev/zero"))


def test_an_empty_file_is_an_empty_text(tmp_path: Path) -> None:
    (tmp_path / "empty.toml").touch()
    assert not read_text(tmp_path / "empty.toml")
