"""Text that any terminal and any page can show: what it cannot is spelled out, as Python does."""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"
"""Without these, words of some languages and some pictures fall apart."""


def spelled(text: str, *, keep: str = "\n") -> str:
    r"""Return text with characters spelled out that move a cursor, hide text or are none.

    A file name or what comes from the Hub may hold the escape sequences of terminals, marks that
    turn the direction of writing, and bytes that are no text; these become \x1b, \u202e and \xff.

    Args:
        text: what is shown.
        keep: characters that are meant.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(one if one in keep or _is_shown(one) else _spelling(one) for one in text)


def _is_shown(character: str) -> bool:
    kind = unicodedata.category(character)
    return character in _JOINERS or kind == "Zs" or (kind[0] not in "CZ") or kind == "Cn"


def _spelling(character: str) -> str:
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:
        # how Python keeps a byte of a file name that is no UTF-8
        return f"\\x{number - 0xDC00:02x}"
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
