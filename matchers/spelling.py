"""Find the known word that a mistyped one was meant to be: a command, a setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# Of 100: one slip in a word of four letters still suggests; another setting of the same group does not.
_CLOSE: Final = 75.0


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word closest to a mistyped one, or None when none is close (`fuzz.ratio`, 0 to 100)."""
    # Imported late: a start that finds nothing mistyped does not pay for it.
    from rapidfuzz import fuzz, process

    found = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=_CLOSE)
    return found[0] if found else None
