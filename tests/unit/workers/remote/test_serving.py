"""Requests from another machine are answered with readings, or refused: whatever the bytes are."""

import random

import msgspec
import numpy as np
import pytest

from stream.config.run_plan import AnalysisPlan
from stream.config.sections import AnalyserConfig
from stream.errors import WireError
from stream.protocol.readings import DensityReading
from stream.protocol.remote import Engage, Engaged
from stream.protocol.wire import decode, encode
from stream.version import VERSION
from tests.doubles import strange_analysers
from tests.doubles.readings import header
from tests.fuzz.mutation import mutated
from workers.remote.serving import Serving

PLAN = AnalysisPlan(AnalyserConfig(name="good"), picture_width_px=160)
ENGAGE = Engage(session="s", worker=3, regions=True, picture_width_px=160, version=VERSION, analyser=PLAN.sha256)
HEADER = header(7, t_grab_monotonic_ns=2**60, attempt=2)
PIXELS = np.full((48, 64, 3), 90, np.uint8)


@pytest.fixture
def serving() -> Serving:
    return Serving(strange_analysers.good({}), PLAN)


def test_a_frame_is_answered_with_its_reading(serving: Serving) -> None:
    answer = decode(serving.answer([encode(ENGAGE), encode(HEADER), PIXELS.data]))
    assert isinstance(answer, DensityReading)
    assert (answer.session, answer.worker, answer.seq, answer.attempt, answer.status) == ("s", 3, 7, 2, "ok")
    assert answer.regions is not None
    assert 0 <= answer.latency_ms < 60_000, "by this machine's clock, not by the one of who asked"


def test_a_greeting_is_answered_with_the_model_or_a_refusal(serving: Serving) -> None:
    assert decode(serving.answer([encode(ENGAGE)])) == Engaged(model_id="fixed")
    known = Serving(strange_analysers.measured({}), PLAN).answer([encode(ENGAGE)])
    assert decode(known) == Engaged(model_id="fixed", transfer="On new scenes: within 9 %.")
    for change in ({"version": "0.2"}, {"analyser": "b" * 64}):
        other = encode(msgspec.structs.replace(ENGAGE, **change))
        for parts in ([other], [other, encode(HEADER), PIXELS.tobytes()]):
            answer = decode(serving.answer(parts))
            assert isinstance(answer, Engaged)
            assert answer.refusal


@pytest.mark.parametrize(
    "parts",
    [
        [b""],
        [encode(HEADER)],
        [encode(ENGAGE), encode(ENGAGE), PIXELS.data],
        [encode(ENGAGE), encode(HEADER)],
        [encode(ENGAGE), encode(HEADER), PIXELS.data[:-1]],
        [encode(ENGAGE), encode(HEADER), b""],
        [encode(ENGAGE), encode(HEADER), PIXELS.data, b""],
    ],
)
def test_what_is_no_request_is_refused(serving: Serving, parts: list[bytes]) -> None:
    with pytest.raises(WireError):
        serving.answer(parts)


def test_damaged_requests_are_answered_or_refused(serving: Serving) -> None:
    chance = random.Random(1)
    for _ in range(2000):
        parts = [encode(ENGAGE), encode(HEADER), PIXELS.tobytes()]
        at = chance.randrange(3)
        parts[at] = mutated(parts[at], chance)
        try:
            assert isinstance(decode(serving.answer(parts)), DensityReading | Engaged)
        except WireError:
            continue
