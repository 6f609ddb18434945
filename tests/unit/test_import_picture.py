"""What the picture of the imports shows of a small program, and which imports it refuses."""

from pathlib import Path

import pytest
from import_picture import draw

CONTRACT = (
    '[[tool.importlinter.contracts]]\ntype = "layers"\ncontainers = ["stream"]\nlayers = ["sink | view", "wire"]\n'
)
PROGRAM = {
    "run_stream.py": '"""Commands."""\nimport capture\nfrom stream import sink\n',
    "capture/__init__.py": '"""Frames."""\nfrom stream import wire\n',
    "stream/__init__.py": '"""Shared."""\n',
    "stream/sink/__init__.py": '"""Readings in order. On disk."""\nimport stream.wire\n',
    "stream/view/__init__.py": '"""The page."""\n\n\ndef f() -> None:\n    from stream.wire import encode\n',
    "stream/wire.py": '"""Bytes ↔ messages."""\n',
    "pyproject.toml": CONTRACT,
}


def written(folder: Path, **changes: str) -> Path:
    for name, text in (PROGRAM | changes).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_every_box_is_drawn_with_its_sentence_and_the_same_each_time(tmp_path: Path) -> None:
    picture, wrong = draw(written(tmp_path))
    assert wrong == []
    assert [
        text for text in ("run_stream", "capture", "sink", "Readings in order<", "The page<") if text not in picture
    ] == []
    assert draw(tmp_path)[0] == picture


def test_the_table_of_commands_imports_what_it_names_as_text(tmp_path: Path) -> None:
    picture, _ = draw(
        written(tmp_path, **{"run_stream.py": 'COMMANDS = {"view": "stream.view:main", "live": "capture:live"}\n'})
    )
    assert picture.count('class="arrow"') == 5


def test_arrows_that_follow_from_others_are_left_out(tmp_path: Path) -> None:
    picture, _ = draw(written(tmp_path, **{"run_stream.py": "import capture, stream.wire\nfrom stream import sink\n"}))
    assert picture.count('class="arrow"') == 5
    assert "5 of 6 arrows are drawn" in picture


@pytest.mark.parametrize(
    ("importing", "imported"),
    [("stream.sink", "stream.view"), ("stream.wire", "stream.sink"), ("stream.wire", "capture")],
)
def test_an_arrow_sideways_or_up_is_named(tmp_path: Path, importing: str, imported: str) -> None:
    file = "stream/wire.py" if importing == "stream.wire" else "stream/sink/__init__.py"
    _, wrong = draw(written(tmp_path, **{file: f"import {imported}\n"}))
    assert wrong[0] == f"{importing} imports {imported}: not below it"


def test_neighbours_that_import_each_other_are_named_though_no_module_does(tmp_path: Path) -> None:
    written(
        tmp_path, **{"stream/view/live/__init__.py": "", "stream/view/live/feed.py": "import stream.view.app.rules\n"}
    )
    written(tmp_path, **{"stream/view/app/rules.py": "", "stream/view/app/page.py": "import stream.view.live.feed\n"})
    assert draw(tmp_path)[1] == ["a circle of imports: stream.view.app → stream.view.live → stream.view.app"]
