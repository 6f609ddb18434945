"""LiteRT computes with kernels for few channels, also on a processor with AMX."""

import subprocess
import sys

import pytest

_ASKS = """
import ctypes, faulthandler
from workers.capillary.analyser import SHIPPED
from workers.runtimes.card import read_card
from workers.runtimes.loading import load
from workers.runtimes.small_tiles import _Stack, without_amx

ARCH_PRCTL, GET_PERMITTED, REQUEST, TILE_DATA = 158, 0x1022, 0x1023, 18
libc = ctypes.CDLL(None)


def stack():
    now = _Stack()
    libc.sigaltstack(None, ctypes.byref(now))
    return now.start, now.size


{before}
own = stack()
with without_amx():
    assert libc.syscall(ARCH_PRCTL, REQUEST, TILE_DATA) != 0, "granted"
assert stack() == own, "the stack that was there is not there again"
load(read_card(SHIPPED), SHIPPED, "litert")
assert stack() == own, "the stack that was there is not there again"
permitted = ctypes.c_uint64()
libc.syscall(ARCH_PRCTL, GET_PERMITTED, ctypes.byref(permitted))
assert not permitted.value >> TILE_DATA & 1, "LiteRT has AMX"
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems grant AMX without being asked")
@pytest.mark.parametrize("before", ["", "faulthandler.enable()"])
def test_linux_refuses_amx_while_litert_loads_and_signals_have_their_stack_again(before: str) -> None:
    done = subprocess.run([sys.executable, "-c", _ASKS.format(before=before)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
