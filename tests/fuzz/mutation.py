"""Damages bytes the ways that files and senders do. Pure: the same seed, the same damage."""

import random


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return `data` with one to eight wounds: flipped, overwritten, cut, doubled, filled, or put in."""
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 8))):
        at = chance.randrange(len(damaged) + 1)
        size = chance.choice((1, 1, 2, 4, 8, 64, 1500))
        match chance.randrange(7):
            case 0 if damaged:
                damaged[at % len(damaged)] ^= 1 << chance.randrange(8)
            case 1:
                damaged[at : at + size] = chance.randbytes(size)
            case 2:
                del damaged[at:]
            case 3:
                damaged[at:at] = damaged[at : at + size]
            case 4:
                damaged[at : at + size] = bytes([chance.choice((0, 255, 127, 128))]) * size
            case 5:
                damaged[at:at] = chance.randbytes(size)
            case _:
                del damaged[at : at + size]
    return bytes(damaged)
