"""Names of people: what is kept of what was typed, and when two are the same."""

import unicodedata

LONGEST_NAME = 40

# Joiners are format characters too, but emoji and several scripts are spelt with them.
_JOINERS = "\u200c\u200d"
# Drawn as nothing, though Unicode counts them as marks, letters or symbols.
_INVISIBLE = {*_JOINERS, "\u034f", "\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"} | {
    chr(selector) for selector in range(0xFE00, 0xFE10)
}


def clean_name(typed: str) -> str:
    """The name to show: one line, single spaces, no control or direction marks.

    Direction marks and their like would let a name rearrange the page around it.
    The answer is empty when nothing visible was typed.
    """
    kept = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", typed)
        if character.isspace() or _is_shown(character)
    )
    name = " ".join(kept.split())
    return name if name_key(name) else ""


def name_key(name: str) -> str:
    """Equal for two names that look the same: case, width and joiners do not count."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", folded)
        if character not in _INVISIBLE
    ).strip()


def _is_shown(character: str) -> bool:
    # Category C: control, format, surrogate, private use, unassigned.
    return character in _JOINERS or unicodedata.category(character)[0] != "C"
