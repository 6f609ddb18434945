"""What a user names is found, and a mistake in the name or in the plug-in is shown as what it is."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from stream.config.plugins import GroupName, find, load, names
from stream.errors import ConfigError, ModelError, StreamError, UsageError

GROUPS: tuple[GroupName, ...] = get_args(GroupName)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name, module in list(sys.modules.items()):
        if str(tmp_path) in str(getattr(module, "__spec__", "")):  # modules of native libraries cannot be loaded twice
            del sys.modules[name]


@pytest.mark.parametrize("group", GROUPS)
def test_every_built_in_name_leads_somewhere(group: GroupName) -> None:
    for name in names(group):
        assert find(group, name) is not None, name


@pytest.mark.parametrize(
    ("group", "error"),
    [
        ("sources", UsageError),
        ("analysers", ModelError),
        ("runtimes", ModelError),
        ("architectures", ModelError),
        ("outlets", ConfigError),
        ("engines", UsageError),
    ],
)
def test_an_unknown_name_is_the_error_of_its_group(group: GroupName, error: type[StreamError]) -> None:
    with pytest.raises(error, match=rf'no {group[:-1]} is called "nonsense"'):
        find(group, "nonsense")


def test_an_installed_package_adds_names_and_replaces_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "other-1.0.dist-info").mkdir()
    (folder / "other-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    points = "[capillary_stream.engines]\nmine = other_engine_here:spread\nserial = other_engine_here:spread\n"
    (folder / "other-1.0.dist-info" / "entry_points.txt").write_text(points)
    (folder / "other_engine_here.py").write_text("spread = 'other'\n")
    monkeypatch.syspath_prepend(folder)
    assert find("engines", "mine") == "other"
    assert find("engines", "serial") != "other"


def test_a_part_of_the_program_is_loaded_by_its_module_and_name() -> None:
    assert load("string:digits") == "0123456789"
    with pytest.raises(AttributeError):
        load("string:nothing_here")


def test_a_module_in_the_working_folder_is_found(folder: Path) -> None:
    (folder / "my_plugin_here.py").write_text("def make(table): return table\n")
    assert find("analysers", "my_plugin_here:make")({"a": 1}) == {"a": 1}


def test_a_package_in_the_working_folder_is_found(folder: Path) -> None:
    (folder / "my_package_here" / "deep").mkdir(parents=True)
    (folder / "my_package_here" / "deep" / "inside.py").write_text("make = 3\n")
    assert find("analysers", "my_package_here.deep.inside:make") == 3


def test_no_code_of_the_working_folder_is_loaded_for_a_known_name(folder: Path) -> None:
    find("sources", "video")
    find("analysers", "capillary")
    assert str(folder) not in sys.path


def test_the_working_folder_hides_nothing_that_is_installed(folder: Path) -> None:
    (folder / "string.py").write_text("raise SystemExit('taken from the working folder')\n")
    assert find("analysers", "string:digits") == "0123456789"


def test_a_misspelt_name_gets_the_nearest() -> None:
    with pytest.raises(ModelError, match=r'no analyser is called "capilary"; did you mean "capillary"\? Use'):
        find("analysers", "capilary")


def test_a_strange_name_is_refused_in_whole_sentences() -> None:
    with pytest.raises(ModelError, match=r'no analyser is called "zzz"; known: .*capillary.*\. Use a known name'):
        find("analysers", "zzz")


@pytest.mark.parametrize("name", ["no_such_module_here:make", "no_such_package_here.inside:make", "json.nothing:make"])
def test_a_module_that_is_not_there_is_a_plain_error(name: str) -> None:
    with pytest.raises(ModelError, match="there is no module"):
        find("analysers", name)


@pytest.mark.parametrize("name", ["json:nothing_here", "json:"])
def test_an_attribute_that_is_not_there_is_a_plain_error(name: str) -> None:
    with pytest.raises(ModelError, match=r"json has no|Use a known name"):
        find("analysers", name)


@pytest.mark.parametrize("name", ["", ":", ":make", ".relative:make", "a..b:make"])
def test_what_is_no_name_at_all_is_a_plain_error(name: str) -> None:
    with pytest.raises(ModelError):
        find("analysers", name)


def test_an_import_error_of_the_plugin_itself_is_raised_as_it_is(folder: Path) -> None:
    (folder / "needs_more.py").write_text("import a_library_nobody_has\n")
    with pytest.raises(ModuleNotFoundError, match="a_library_nobody_has"):
        find("analysers", "needs_more:make")


def test_so_is_one_of_a_library_whose_name_begins_like_the_plugin(folder: Path) -> None:
    (folder / "rarelib_plugin.py").write_text("import rarelib\n")
    with pytest.raises(ModuleNotFoundError, match="rarelib"):
        find("analysers", "rarelib_plugin:make")


def test_any_other_error_of_the_plugin_is_raised_as_it_is(folder: Path) -> None:
    (folder / "broken_plugin.py").write_text("1 / 0\n")
    with pytest.raises(ZeroDivisionError):
        find("analysers", "broken_plugin:make")
