"""Notice when a text says itself what an acronym stands for, and that is something else.

"acute encephalitis syndrome (AES)", "AES (acute encephalitis syndrome)", "Crédit mutuel agricole : la CMA": the
initials of the words beside the bracket, comma or colon spell the acronym, and none of them belongs to the entity or to its world. The
idea is Schwartz and Hearst's (2003, abbreviation definitions in biomedical text), on whole words.

What it assumes: who writes an acronym for the first time explains it. What fools it: a long form
in another language than the acronym's (its initials do not fit, so nothing is said).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matchers.vocabulary import COMMON_WORDS, FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from matchers.text import Token

LONGEST: Final = 6  # letters of an acronym; longer ones mean one thing
_OPENS: Final = frozenset('([«“",:;–—/')
Stands = tuple[int, int]  # first and last token of a long form


def long_form(words: Sequence[Token], at: int, *, text: str) -> Stands | None:
    """Return where the text says what the acronym at a token stands for, or None."""
    letters = words[at].form
    if not 2 <= len(letters) <= LONGEST:
        return None
    before = at - 1
    while before > 0 and words[before].form in FUNCTION_WORDS and not _opens(text[words[before].end : words[at].start]):
        before -= 1
    if at and _opens(text[words[before].end : words[at].start]):
        found = _spelt(words, range(before, -1, -1), letters=letters[::-1])
        if found is not None:
            return found
    if at + 1 < len(words) and _opens(text[words[at].end : words[at + 1].start]):
        return _spelt(words, range(at + 1, len(words)), letters=letters)
    return None


def is_foreign(form: Stands, words: Sequence[Token], *, own: AbstractSet[str], known: Iterable[int]) -> bool:
    """Tell whether no word of a long form is the entity's own (`own` words, `known` places of context)."""
    inside = range(form[0], form[1] + 1)
    if not set(known).isdisjoint(inside):
        return False
    said = {written for at in inside for written in words[at].forms}
    return (said - COMMON_WORDS - FUNCTION_WORDS).isdisjoint(own)


def _opens(gap: str) -> bool:
    return not _OPENS.isdisjoint(gap)


def _spelt(words: Sequence[Token], places: Iterable[int], *, letters: str) -> Stands | None:
    """Walk away from an acronym: each word gives its initial, and function words may stand between."""
    found: list[int] = []
    for at in places:
        if words[at].form in FUNCTION_WORDS:
            continue
        if words[at].form[:1] != letters[len(found)]:
            return None
        found.append(at)
        if len(found) == len(letters):
            return min(found), max(found)
    return None
