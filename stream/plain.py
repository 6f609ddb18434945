"""Text of somebody else's on its way to a terminal."""


def plain(text: str) -> str:
    """`text` with what cannot be printed escaped as in Python, so that a terminal does not obey it."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
