"""Keeps a library from Intel's AMX, whose tiles are too large for a network of few channels."""

import ctypes
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_TOO_SMALL: Final = 8192
"""Bytes: room for a signal frame with the registers of AVX-512, but not with those of AMX, which alone are 8192."""


class _Stack(ctypes.Structure):
    """`stack_t` of sigaltstack(2)."""

    _fields_ = (("start", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t))


@contextmanager
def without_amx() -> Iterator[None]:
    """Make Linux refuse AMX to a library that asks for it inside the block, on this thread; elsewhere, do nothing.

    XNNPACK, which computes for LiteRT, asks once in a process, and if refused takes its kernels for AVX-512 VNNI. Those
    compute 16 channels at a time, the ones for AMX 64, even if a layer has 8. Both add integers: the values are the
    same.

    Linux grants AMX only if every alternate signal stack has room for its registers (xstate.rst in the kernel's
    documentation, "Using dynamically enabled XSTATE features"). Inside the block this thread has one that has not.
    """
    if not (sys.platform == "linux" and platform.machine() == "x86_64"):
        yield
        return
    libc, memory = ctypes.CDLL(None), ctypes.create_string_buffer(_TOO_SMALL)
    small, before = _Stack(ctypes.addressof(memory), 0, _TOO_SMALL), _Stack()
    libc.sigaltstack(ctypes.byref(small), ctypes.byref(before))
    try:
        yield
    finally:
        libc.sigaltstack(ctypes.byref(before), None)
