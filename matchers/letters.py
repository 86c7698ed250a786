"""Find a name that is damaged in several words at once, by its letters alone, blanks left out.

places of some of its words --window--> letters of the window --alignment--> tokens, how alike

"BlaiseoCmpaoré", "League fort heJustice of Sobeyjroa": letters are wrong and blanks have moved, so words say
little. What it assumes: about one letter in six is wrong, and some word of the name is still recognisable. What
fools it: another name built alike ("League for the Justice of X"), hence each word's own letters must be there,
and a word that we know to be another one is never taken for a damaged one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from matchers.vocabulary import COMMON_WORDS, FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matchers.names import Name
    from matchers.sites import Words

AROUND: Final = 2  # words looked at on either side of where the name should stand
ALIGNED: Final = 78  # partial ratio of the letters from which a closer look pays
WHOLE: Final = 80  # ratio of all letters, with whole words at the edges
WORD: Final = 0.6  # share of the letters of each word that must be left
SHORT: Final = 0.5  # the same for a word of few letters
DISTINCTIVE: Final = 0.66  # the same for a word that makes the name this name
STRANGE: Final = 58  # ratio of the words that we do not know to those of the name that are missing
LONGER: Final = 1.6  # times as long as the missing words the strange ones may be
SHORTEST: Final = 9  # letters; of shorter names too little is left
SHORT_WORD: Final = 4  # letters; shorter words say nothing alone
TRUST: Final = 0.86  # similarity that is never exceeded
MOST_WINDOWS: Final = 4

Found = tuple[int, int, float]  # first and last token, similarity


def damaged(name: Name, words: Words) -> Iterable[Found]:
    """Yield where the letters of a name stand although its words do not."""
    if name.topic or len(name.letters) < SHORTEST:
        return
    for low, high in _windows(name, words):
        found = _aligned(name, words, low=low, high=high)
        if found is not None:
            yield found


def _windows(name: Name, words: Words) -> list[tuple[int, int]]:
    """List where the name should stand, as the words of it that are there tell."""
    begins = {at - i for i in name.content for at, _ in words.places.get(name.words[i], ())}
    found, last = [], -len(words.forms)
    for begin in sorted(begins):
        if begin > last + AROUND:
            found.append((max(0, begin - AROUND), min(len(words.forms), begin + len(name.words) + AROUND)))
            last = begin
    return found[:MOST_WINDOWS]


def _aligned(name: Name, words: Words, *, low: int, high: int) -> Found | None:
    forms = words.forms[low:high]
    alignment = fuzz.partial_ratio_alignment(name.letters, "".join(forms), score_cutoff=ALIGNED)
    if alignment is None:
        return None
    inside = _inside(forms, start=alignment.dest_start, end=alignment.dest_end)
    if not inside:
        return None
    first, last = low + inside[0], low + inside[-1]
    letters = "".join(forms[inside[0] : inside[-1] + 1])
    ratio = fuzz.ratio(letters, name.letters, score_cutoff=WHOLE)
    if not ratio or not _is_this(name, words, first=first, last=last, letters=letters):
        return None
    return first, last, min(TRUST, ratio / 100)


def _inside(forms: list[str], *, start: int, end: int) -> list[int]:
    """List the words of which at least half lies between two letters."""
    inside, at = [], 0
    for i, form in enumerate(forms):
        shared = min(end, at + len(form)) - max(start, at)
        if 2 * shared >= len(form):
            inside.append(i)
        at += len(form)
    return inside


def _is_this(name: Name, words: Words, *, first: int, last: int, letters: str) -> bool:
    """Tell whether each word of the name left its letters, and no other word stands in its place."""
    if words.is_broken(first, last):
        return False
    placed = {number: [at for at, _ in words.places.get(number, ()) if first <= at <= last] for number in name.words}
    there = {at for places in placed.values() for at in places}
    strange = [words.forms[at] for at in range(first, last + 1) if at not in there]
    if any(_is_another(form, words, name=name) for form in strange):
        return False
    missing = [words.lexicon.word(number) for number in name.words if not placed[number]]
    if strange and missing and not _may_be("".join(strange), "".join(missing)):
        return False
    return _has_left(name, words, letters=letters)


def _may_be(strange: str, missing: str) -> bool:
    """Tell whether words that we do not know can be the missing ones, damaged: "patrimoine" is not "patrie"."""
    return len(strange) <= LONGER * len(missing) and fuzz.ratio(strange, missing) >= STRANGE


def _has_left(name: Name, words: Words, *, letters: str) -> bool:
    """Tell whether enough letters of each word of the name stand where they should."""
    kept = [False] * len(name.letters)
    for block in Indel.opcodes(name.letters, letters):
        if block.tag == "equal":
            kept[block.src_start : block.src_end] = [True] * (block.src_end - block.src_start)
    at = 0
    for i, number in enumerate(name.words):
        length = len(words.lexicon.word(number))
        share = sum(kept[at : at + length]) / length
        at += length
        least = 1.0 if i in name.strict else DISTINCTIVE if i in name.distinctive else WORD
        if share < (least if length >= SHORT_WORD or i in name.strict else SHORT) and i in name.content:
            return False
    return True


def _is_another(form: str, words: Words, *, name: Name) -> bool:
    if form in COMMON_WORDS or (form in FUNCTION_WORDS and len(form) > SHORT_WORD):
        return True
    number = words.lexicon.number(form)
    return number is not None and number not in name.words and len(form) > SHORT_WORD
