"""The wire under atheris, Google's coverage-guided fuzzer, where it is installed: `python -m tests.fuzz.atheris_wire`.

Arguments are libFuzzer's, such as -max_total_time=600. `pip install atheris` needs clang.
"""

import sys

try:
    import atheris
except ImportError:
    sys.exit("atheris is not installed here: pip install atheris")

with atheris.instrument_imports():
    from stream.errors import WireError
    from stream.protocol.wire import decode


def try_one(data: bytes) -> None:
    """Anything but a message or a WireError is a finding."""
    try:
        decode(data)
    except WireError:
        return


if __name__ == "__main__":
    atheris.Setup(sys.argv, try_one)
    atheris.Fuzz()
