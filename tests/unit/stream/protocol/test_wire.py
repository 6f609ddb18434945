"""What travels between processes comes out as it went in, and nothing else gets through."""

import contextlib
import struct
import tracemalloc
from typing import Any, get_args

import msgpack
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from stream.errors import WireError
from stream.protocol.frames import FrameHeader
from stream.protocol.messages import AnyMessage
from stream.protocol.processes import Stop
from stream.protocol.readings import DensityReading, ObjectOutline, RegionOutline, RunStatus
from stream.protocol.types import Message
from stream.protocol.wire import MAX_MESSAGE_BYTES, checked, decode, encode
from tests.doubles.readings import reading

KINDS = get_args(AnyMessage)


def values(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Any value that the schema allows."""
    match kind:
        case inspect.Metadata(type=inner):
            return values(inner)
        case inspect.UnionType(types=types):
            return st.one_of([values(inner) for inner in types])
        case inspect.LiteralType(values=options):
            return st.sampled_from(options)
        case inspect.IntType(ge=low, le=high):
            return st.integers(-(2**63) if low is None else low, 2**63 - 1 if high is None else high)
        case inspect.FloatType(ge=low, le=high):
            return st.floats(low, high, allow_nan=False, allow_infinity=False)
        case inspect.StrType(max_length=longest):
            return st.text(max_size=min(longest or 20, 20))
        case inspect.BytesType():
            return st.binary(max_size=40)
        case inspect.DictType(key_type=key, value_type=value):
            return st.dictionaries(values(key), values(value), max_size=4)
        case inspect.VarTupleType(item_type=item):
            return st.lists(values(item), max_size=4).map(tuple)
        case inspect.TupleType(item_types=items):
            return st.tuples(*map(values, items))
        case inspect.StructType(cls=cls, fields=fields):
            return st.fixed_dictionaries({f.encode_name: values(f.type) for f in fields if f.encode_name != "v"}).map(
                lambda given: cls(**given)
            )
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
    raise AssertionError(f"the schema holds a type that this test does not know: {kind}")


messages = st.sampled_from(KINDS).flatmap(lambda kind: values(inspect.type_info(kind)))


def packed(**fields: Any) -> bytes:
    return msgpack.packb({"v": 1, "type": "stop"} | fields)  # type: ignore[no-any-return]


@given(messages)
def test_every_message_survives_the_journey(message: Message) -> None:
    assert decode(encode(message)) == message


@given(messages)
def test_a_message_is_one_map_with_string_keys_naming_its_type_and_version(message: Message) -> None:
    fields = msgpack.unpackb(encode(message))
    assert all(isinstance(key, str) for key in fields)
    assert fields["v"] == 1
    assert fields["type"] == type(message).__struct_config__.tag


@given(messages, st.dictionaries(st.text(min_size=12, max_size=30), st.text() | st.integers(0, 9) | st.binary()))
def test_keys_that_a_reader_does_not_know_are_ignored(message: Message, extra: dict[str, Any]) -> None:
    fields = msgpack.unpackb(encode(message))
    news = {f"new-{key}": value for key, value in extra.items()}
    assert decode(msgpack.packb(fields | news)) == message


@given(st.binary(max_size=300))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        decode(data)


@given(messages, st.data())
def test_a_damaged_message_is_refused_or_is_another_whole_message(message: Message, data: st.DataObject) -> None:
    whole = bytearray(encode(message))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        received = decode(damaged)
    except WireError:
        return
    assert isinstance(received, KINDS)
    assert encode(received)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=9) | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9) | st.integers(0, 9), inner),
    max_leaves=12,
)


@given(st.sampled_from(KINDS), st.dictionaries(st.text(max_size=12), json_like, max_size=8), st.data())
def test_a_map_of_wrong_types_is_refused(kind: type[Message], fields: dict[str, Any], data: st.DataObject) -> None:
    names = [name for name in kind.__struct_fields__ if name != "v"]
    for name in data.draw(st.lists(st.sampled_from(names), max_size=8)) if names else []:
        fields[name] = data.draw(json_like)
    try:
        received = decode(msgpack.packb(fields | {"v": 1, "type": kind.__struct_config__.tag}))
    except WireError:
        return
    assert isinstance(received, kind)


@pytest.mark.parametrize("depth", [100, 500, 1000, 5000, 100_000])
@pytest.mark.parametrize("opening", [b"\x91", b"\x81\xa1a"])
def test_deep_nesting_is_refused_not_a_crash(depth: int, opening: bytes) -> None:
    bomb = b"\x83" + msgpack.packb("v") + b"\x01" + msgpack.packb("type") + msgpack.packb("stop") + msgpack.packb("x")
    try:
        received = decode(bomb + opening * depth + b"\xc0")
    except WireError:
        return
    assert received == Stop()


@pytest.mark.parametrize(
    "bomb", [b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff"]
)
def test_a_promise_of_gigabytes_is_refused_before_they_are_claimed(bomb: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(WireError):
            decode(b"\x81\xa1x" + bomb)
        assert tracemalloc.get_traced_memory()[1] < 10 * MAX_MESSAGE_BYTES
    finally:
        tracemalloc.stop()


BULKS = {
    "empty maps": b"\xdc\x3a\x98" + b"\x80" * 15_000,
    "small arrays": b"\xdc\x3a\x98" + b"\x91\x00" * 15_000,
    "numbers": b"\xdc\x3a\x98" + b"\xca\x3f\x80\x00\x01" * 15_000,
    "outlines": b"\xdc\x3a\x98" + b"\x92\xc4\x00\x00" * 15_000,
}


@pytest.mark.parametrize("bulk", BULKS.values(), ids=BULKS.keys())
@pytest.mark.parametrize("key", ["regions", "quality_reasons", "measures", "unknown"])
def test_a_message_costs_no_more_memory_than_its_own_length(key: str, bulk: bytes) -> None:
    """Four megabytes of empty maps once cost 281 MB to read."""
    fields = msgspec.to_builtins(reading(), builtin_types=(bytes,)) | {key: None}
    whole = msgpack.packb(fields | {"zzz": 0})
    at = whole.index(msgpack.packb(key) + b"\xc0") + 1 + len(key)
    count = (MAX_MESSAGE_BYTES - len(whole) - 8) // len(bulk)
    bomb = whole[:at] + b"\xdc" + count.to_bytes(2, "big") + bulk * count + whole[at + 1 :]
    tracemalloc.start()
    try:
        with contextlib.suppress(WireError):
            decode(bomb)
        assert tracemalloc.get_traced_memory()[1] < MAX_MESSAGE_BYTES
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("extension", [b"\xd4\x01a", b"\xd6\xff\x00\x00\x00\x00", b"\xc7\x05\x01hello"])
def test_extension_types_are_refused_where_the_schema_has_a_value(extension: bytes) -> None:
    with pytest.raises(WireError):
        decode(b"\x83" + msgpack.packb("v") + b"\x01\xa4type\xa4stop\xa5final" + extension)


def test_a_message_that_is_too_long_is_refused_unread() -> None:
    with pytest.raises(WireError, match="longer"):
        decode(packed(x=bytes(MAX_MESSAGE_BYTES)))


@pytest.mark.parametrize("version", [0, 2, -1, 1.0, True, "1", None, [], {}])
def test_another_version_is_refused(version: Any) -> None:
    with pytest.raises(WireError):
        decode(packed(v=version))


def test_a_message_without_version_is_refused() -> None:
    with pytest.raises(WireError, match="`v`"):
        decode(msgpack.packb({"type": "stop"}))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_are_none_are_refused_wherever_they_hide(number: float) -> None:
    good = msgspec.to_builtins(reading())
    for fields in (
        {"time_s": number},
        {"density_pct": number},
        {"measures": {"sharpness": number}},
        {"regions": [(b"", number)]},
    ):
        with pytest.raises(WireError):
            decode(msgpack.packb(good | fields))
        with pytest.raises(WireError):
            decode(msgpack.packb(good | fields, use_single_float=True))


@pytest.mark.parametrize(
    "fields",
    [
        {"density_pct": 100.1},
        {"density_pct": -0.1},
        {"density_pct": "12"},
        {"status": "fine"},
        {"quality": "splendid"},
        {"seq": -1},
        {"seq": 1.5},
        {"worker": -2},
        {"attempt": 0},
        {"frame": "x" * 1000},
        {"capillary_count": True},
    ],
)
def test_values_outside_the_schema_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        decode(msgpack.packb(msgspec.to_builtins(reading()) | fields))


@pytest.mark.parametrize(
    "message",
    [
        reading(measures={"sharpness": float("nan")}),
        reading(density_pct=float("inf")),
        reading(regions=(RegionOutline(b"", 1.5),)),
        reading(regions=(RegionOutline(bytes(70_000), 0.5),)),
        reading(objects=(ObjectOutline("h" * 41, b""),)),
        reading(objects=(ObjectOutline("hair", bytes(70_000)),)),
        reading(objects=(ObjectOutline("dirt", bytes(12)),) * 201),
        reading(model_id="m" * 101),
        reading(picture=bytes(2**21 + 1)),
        reading(regions=tuple(RegionOutline(bytes(60_000), 0.5) for _ in range(80))),
    ],
    ids=lambda message: f"{len(msgspec.msgpack.encode(message))} bytes",
)
def test_what_a_reader_would_refuse_is_refused_before_it_is_sent(message: Message) -> None:
    """A message that vanished at the other end would leave a replay waiting for it for ever."""
    with pytest.raises(WireError):
        checked(message)


@given(messages)
def test_what_a_reader_would_take_passes_the_check_unchanged(message: Message) -> None:
    assert checked(message) is message


def test_the_longest_file_name_is_a_frame_name() -> None:
    assert decode(encode(reading(frame="n" * 255 + "-page12"))) == reading(frame="n" * 255 + "-page12")


def test_single_precision_numbers_of_other_languages_are_read() -> None:
    fields = msgspec.to_builtins(reading(latency_ms=0.5))
    assert decode(msgpack.packb(fields, use_single_float=True)) == reading(latency_ms=0.5)


def test_a_memoryview_is_read_like_bytes() -> None:
    assert decode(memoryview(encode(Stop()))) == Stop()


def test_later_of_two_equal_keys_counts_and_is_checked() -> None:
    body = b"\x83\xa1v\x01\xa1v\x02\xa4type\xa4stop"
    with pytest.raises(WireError):
        decode(body)


@given(st.binary(min_size=1, max_size=64), st.integers(0, 2**32 - 1))
def test_headers_with_hostile_lengths_are_refused(tail: bytes, length: int) -> None:
    for code in (0xC4, 0xC5, 0xC6, 0xC7, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF):
        with pytest.raises(WireError):
            decode(bytes([code]) + struct.pack(">I", length) + tail)


def test_every_kind_of_message_has_a_name_of_its_own() -> None:
    tags = [kind.__struct_config__.tag for kind in KINDS]
    assert len(set(tags)) == len(KINDS)
    assert {FrameHeader, DensityReading, RunStatus} < set(KINDS)
