"""How many of something, in words. Pure."""


def counted(number: int, noun: str) -> str:
    """`1 frame`, `2 frames`, `12000 frames`: a noun whose plural takes an s."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
