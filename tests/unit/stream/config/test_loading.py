"""What a user writes in a file, in the environment and on the command line is what counts, in that order."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.config.loading import load
from stream.config.sections import Config, sha256
from stream.errors import ConfigError

CONFIGS = Path(__file__).resolve().parents[4] / "configs"


def refused(text: str, folder: Path, environment: dict[str, str] | None = None, **overrides: Any) -> str:
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file, overrides, environment or {})
    return str(caught.value)


def test_without_anything_the_defaults_count() -> None:
    assert load(None, {}, {}) == Config()


@pytest.mark.parametrize("file", sorted(CONFIGS.glob("*.toml")), ids=lambda file: file.name)
def test_every_shipped_file_loads(file: Path) -> None:
    assert isinstance(load(file, {}, {}), Config)


def test_later_layers_win(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[workers]\ncount = 2\ndeaths_per_frame = 3\n[view]\nport = 9000\n")
    environment = {"CAPILLARY_STREAM_WORKERS_COUNT": "3", "CAPILLARY_STREAM_VIEW_PORT": "9001"}
    assert load(file, {}, {}).workers.count == 2
    assert load(file, {}, environment).workers.count == 3
    config = load(file, {"workers.count": 4}, environment)
    assert (config.workers.count, config.workers.deaths_per_frame, config.view.port) == (4, 3, 9001)
    assert config.capture == Config().capture


def test_a_table_of_the_file_changes_only_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[sink]\nstale_after_s = 2\n")
    assert load(file, {}, {}).sink.stale_after_s == 2.0
    assert load(file, {}, {}).sink.reorder_wait_ms == Config().sink.reorder_wait_ms


def numbers(kind: type[msgspec.Struct]) -> Iterator[tuple[str, msgspec.inspect.IntType | msgspec.inspect.FloatType]]:
    """Every number that a table of the configuration may hold, by name."""
    kinds = [(kind.__name__, msgspec.inspect.type_info(kind))]
    while kinds:
        name, found = kinds.pop()
        match found:
            case msgspec.inspect.StructType(fields=fields):
                kinds += [(f"{name}.{field.name}", field.type) for field in fields]
            case msgspec.inspect.UnionType(types=types):
                kinds += [(name, one) for one in types]
            case msgspec.inspect.VarTupleType(item_type=item) | msgspec.inspect.Metadata(type=item):
                kinds.append((name, item))
            case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
                yield name, found


def test_every_number_has_both_bounds() -> None:
    """One without could be larger than any message can say."""
    found = dict(numbers(Config))
    assert "Config.alarms.low_pct" in found
    assert [
        name
        for name, number in found.items()
        if (number.ge is None and number.gt is None) or (number.le is None and number.lt is None)
    ] == []


@pytest.mark.parametrize(
    ("name", "text", "key", "value"),
    [
        ("SOURCE", "camera:0", "source", "camera:0"),
        ("SOURCE", "/data/Patient 7/clip.avi", "source", "/data/Patient 7/clip.avi"),
        ("SOURCE", '"quoted"', "source", "quoted"),
        ("PUBLISH_ENABLED", "false", "publish.enabled", False),
        ("CAPTURE_MAX_FPS", "12.5", "capture.max_fps", 12.5),
        ("CAPTURE_MAX_FPS", "12", "capture.max_fps", 12.0),
        ("CAPTURE_MAX_WIDTH_PX", "1920", "capture.max_width_px", 1920),
        ("ANALYSER_SETTINGS", "{threshold = 0.5}", "analyser.settings", {"threshold": 0.5}),
    ],
)
def test_the_environment_is_read_as_toml_else_as_text(name: str, text: str, key: str, value: object) -> None:
    found: Any = load(None, {}, {f"CAPILLARY_STREAM_{name}": text})
    for part in key.split("."):
        found = getattr(found, part)
    assert found == value


def test_an_unknown_key_names_the_file_and_the_nearest_one(tmp_path: Path) -> None:
    assert '"workers.count"' in refused("[workers]\ncuont = 2", tmp_path)
    message = refused("[worker]\ncount = 2", tmp_path)
    assert '"worker"' in message
    assert '"workers"' in message
    assert "mine.toml" in message


@pytest.mark.parametrize(
    "text",
    [
        "[workers]\ncount = " + "9" * 5000,
        "source = " + "[" * 5000 + "]" * 5000,
        "[analyser.settings]\n" + ".".join("a" * 2000) + " = 1",
        '[security]\nkeys_dir = "/tmp/a\\u0000b"',
        "[alarms]\nlow_pct = nan",
        "[alarms]\ndisk_free_mb = inf",
    ],
)
def test_a_file_that_nobody_would_write_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    assert "mine.toml" in refused(text, tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("WORKERS_COUNT", "9" * 5000),
        ("WORKERS_COUNT", "[" * 5000 + "]" * 5000),
        ("SECURITY_KEYS_DIR", '"/tmp/a\\u0000b"'),
        ("SOURCE", "\udcff"),
    ],
)
def test_a_variable_that_nobody_would_set_is_refused_with_its_name(tmp_path: Path, name: str, text: str) -> None:
    assert f"CAPILLARY_STREAM_{name}" in refused("", tmp_path, {f"CAPILLARY_STREAM_{name}": text})


def test_an_unknown_key_with_nothing_near_lists_what_there_is(tmp_path: Path) -> None:
    message = refused("[view]\nzzzzzz = 1", tmp_path)
    assert "host, port" in message


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[workers]\ncount = "two"', "workers.count"),
        ("[workers]\ncount = 1.5", "workers.count"),
        ("[workers]\ncount = true", "workers.count"),
        ("[workers]\ncount = -1", "workers.count"),
        ("[workers]\ncount = 65", "workers.count"),
        ("[capture]\nmax_fps = nan", "capture.max_fps"),
        ("[sink]\nstale_after_s = inf", "sink.stale_after_s"),
        ("[sink]\nstale_after_s = nan", "sink.stale_after_s"),
        ("[view]\nport = 65536", "view.port"),
        ("source = 3", "source"),
        ("workers = 3", "workers"),
    ],
)
def test_a_wrong_type_or_an_impossible_value_names_the_key(tmp_path: Path, text: str, key: str) -> None:
    message = refused(text, tmp_path)
    assert f'"{key}"' in message
    assert "mine.toml" in message
    assert "$" not in message


@pytest.mark.parametrize(
    ("text", "environment", "overrides"),
    [
        ("workers = 3", {}, {"workers.count": 2}),
        ("workers = 3", {"CAPILLARY_STREAM_WORKERS_COUNT": "2"}, {}),
        ("view = false", {}, {"view.enabled": False}),
    ],
)
def test_a_value_where_a_table_belongs_is_refused_in_words_even_when_overridden(
    tmp_path: Path, text: str, environment: dict[str, str], overrides: dict[str, Any]
) -> None:
    assert text.split()[0] in refused(text, tmp_path, environment, **overrides)


def test_what_is_no_toml_is_said_with_its_place(tmp_path: Path) -> None:
    message = refused("[workers\ncount = 2", tmp_path)
    assert "not TOML" in message
    assert "line 1" in message


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "picture.toml").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(tmp_path / "picture.toml", {}, {})


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no config file"):
        load(tmp_path / "none.toml", {}, {})
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, {}, {})


@pytest.mark.parametrize(
    "endpoint",
    [
        *("ipc:///tmp/x", "inproc://x", "pgm://127.0.0.1:5560", "tcp://5560", "", "tcp://127.0.0.1", "tcp://[::1:5560"),
        *("tcp://localhost@10.0.0.1:5560", "tcp://10.0.0.1;127.0.0.1:5560", "tcp://10.0.0.1:556000"),
        "tcp://127.0.0.1:99999",
    ],
)
def test_what_is_no_address_to_publish_on_is_refused(tmp_path: Path, endpoint: str) -> None:
    message = refused(f'[publish]\nendpoint = "{endpoint}"', tmp_path)
    assert "publish.endpoint" in message
    assert "127.0.0.1" in message


@pytest.mark.parametrize(
    ("endpoint", "guarded"),
    [
        *((f"tcp://{host}:5560", False) for host in ("127.0.0.1", "localhost", "[::1]")),
        *((f"tcp://{host}:5560", True) for host in ("0.0.0.0", "*", "192.168.1.4", "eth0", "[::]", "127.0.0.1.evil")),
    ],
)
def test_beyond_this_machine_subscribers_need_keys(endpoint: str, guarded: bool) -> None:
    assert load(None, {"publish.endpoint": endpoint}, {}).publish.guarded is guarded
    assert load(None, {"publish.endpoint": endpoint, "publish.curve": True}, {}).publish.guarded


@pytest.mark.parametrize("host", ["0.0.0.0", "", "192.168.1.4", "::", "example.org", "127.0.0.1.example.org"])
def test_the_page_is_served_on_this_machine_only_without_token_and_tls(tmp_path: Path, host: str) -> None:
    message = refused(f'[view]\nhost = "{host}"\ntoken_file = "t"', tmp_path)
    assert "view.host" in message
    assert "view.certificate_file" in message


@pytest.mark.parametrize("host", ["localhost:8765", "http://127.0.0.1", "foo bar", "999.1.1.1", "127.0.0.1/", "10.0.0"])
def test_a_host_that_is_none_is_not_answered_with_tokens(tmp_path: Path, host: str) -> None:
    message = refused(f'[view]\nhost = "{host}"', tmp_path)
    assert "view.host" in message
    assert "view.port" in message
    assert "token" not in message


def test_the_page_goes_beyond_with_a_token_tls_and_names() -> None:
    tls = {"view.token_file": "t", "view.certificate_file": "c", "view.key_file": "k"}
    assert load(None, tls | {"view.host": "10.0.0.7"}, {}).view.host == "10.0.0.7"
    with pytest.raises(ConfigError, match=r"view\.names"):
        load(None, tls | {"view.host": "0.0.0.0"}, {})
    assert load(None, tls | {"view.host": "0.0.0.0", "view.names": ["ward-7"]}, {}).view.names == ("ward-7",)
    with pytest.raises(ConfigError, match="belong together"):
        load(None, {"view.certificate_file": "c"}, {})


def test_a_wrong_value_is_blamed_on_where_it_was_set(tmp_path: Path) -> None:
    for environment, overrides, where in (
        ({"CAPILLARY_STREAM_WORKERS_COUNT": "two"}, {}, "in the environment variable CAPILLARY_STREAM_WORKERS_COUNT"),
        ({"CAPILLARY_STREAM_WORKERS_COUNT": "2"}, {"workers.count": "two"}, "on the command line"),
    ):
        message = refused("[view]\nport = 1", tmp_path, environment, **overrides)
        assert where in message
        assert "mine.toml" not in message


def test_limits_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    said = refused("[alarms]\nlow_pct = 20\nhigh_pct = 10", tmp_path)
    assert "The low limit, 20 %, must be below the high one, 10 %" in said


def test_a_variable_that_sets_nothing_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    message = refused("", tmp_path, {"CAPILLARY_STREAM_WORKER_COUNT": "2"})
    assert "CAPILLARY_STREAM_WORKERS_COUNT" in message
    assert "sets nothing" in refused("", tmp_path, {"CAPILLARY_STREAM_": "2"})


@given(st.dictionaries(st.text(max_size=20), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)))  # fmt: skip
def test_any_values_make_a_configuration_or_one_error(values: dict[str, Any]) -> None:
    for key in ("workers.count", "view.host", "publish.endpoint", "analyser.settings", "view.names", "capture"):
        with contextlib.suppress(ConfigError):
            assert isinstance(load(None, {key: values}, {}), Config)


@given(st.text(max_size=300))
def test_any_text_is_a_configuration_or_one_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    file.write_text(text, encoding="utf-8", errors="replace")
    with contextlib.suppress(ConfigError):
        load(file, {}, {})


def test_a_socket_that_is_off_may_be_set_to_anything(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[publish]\nenabled = false\nendpoint = "tcp://0.0.0.0:1"\n[view]\nenabled = false\nhost = "::"')
    assert not load(file, {}, {}).publish.enabled


def test_the_hash_tells_configurations_apart_and_nothing_else() -> None:
    assert sha256(Config()) == sha256(load(None, {}, {}))
    assert sha256(Config()) != sha256(load(None, {"workers.count": 1}, {}))
    assert sha256(Config()) == sha256(load(None, {"sink.session_name": "Smith"}, {})), "names could be tried"
    order = {"analyser.settings": {"a": 1, "b": 2}}, {"analyser.settings": {"b": 2, "a": 1}}
    assert sha256(load(None, order[0], {})) == sha256(load(None, order[1], {}))


def test_a_frame_is_set_aside_after_as_many_deaths_as_end_a_run() -> None:
    """The supervisor grants a worker at a frame one life more, see `Supervisor._bury`."""
    config = Config()
    assert config.runtime.restarts == config.workers.deaths_per_frame == 5


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_that_notepad_saved_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "c.toml").write_bytes("[workers]\r\ncount = 3\r\n".encode(encoding))
    assert load(tmp_path / "c.toml", {}, {}).workers.count == 3


def test_how_to_save_a_file_of_another_encoding_is_said(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_bytes('[sink]\nsession_name = "Müller"\n'.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"c\.toml is not UTF-8 \(at byte 24\): save it as UTF-8"):
        load(tmp_path / "c.toml", {}, {})
