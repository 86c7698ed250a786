"""Work out what a chat's thumbs say of a term: words that mark another meaning, a bar that would have spared it. Pure.

What it assumes: a word that stands in the disliked reports of a name and hardly ever in its
other reports belongs to the other meaning. What fools it: a name that has few reports yet;
then longer words are preferred, and the reader sees what was learnt and may choose another.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Final

from matchers.text import tokens
from matchers.vocabulary import COMMON_WORDS, FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matchers.tuning import Tuning

MOST_WORDS: Final = 3
_SHORTEST_WORD: Final = 4
# A word may stand in this share of the other reports and still mark another meaning.
_ELSEWHERE: Final = 0.05
# So many disliked reports, and no liked one as sure, before a bar is moved by itself.
FEWEST_BLAMES: Final = 3
# Scores at which the share of right matches steps up (matchers/calibration.py).
BARS: Final = (84, 90, 100)


def marking_words(disliked: Sequence[str], others: Sequence[str], *, names: Iterable[str]) -> tuple[str, ...]:
    """Return the words that tell disliked texts from the other texts of a name, best first; `names` say nothing."""
    ours = {form for name in names for form in _forms(name)}
    here = Counter(word for text in disliked for word in _words(text) - ours)
    elsewhere = Counter(word for text in others for word in _words(text))
    most = _ELSEWHERE * len(others)
    good = [word for word in here if elsewhere[word] <= most]
    ranked = sorted(good, key=lambda word: (-here[word], elsewhere[word], -len(word), word))
    return tuple(ranked[:MOST_WORDS])


def next_bar(score: int) -> int | None:
    """Return the bar that a score does not pass, None when nothing is surer."""
    return next((bar for bar in BARS if bar > score), None)


def learnt_bar(votes: Iterable[tuple[int, int]]) -> int | None:
    """Return the bar that (score, vote) pairs of one name ask for; None while they do not agree."""
    pairs = list(votes)
    blamed = [score for score, vote in pairs if vote < 0]
    praised = [score for score, vote in pairs if vote > 0]
    if len(blamed) < FEWEST_BLAMES or any(score <= max(blamed) for score in praised):
        return None
    return next_bar(max(blamed))


def tuning_mark(tuning: Tuning) -> str:
    """Return a short hash by which a button knows what was changed."""
    written = f"{tuning.entity}\x1f{tuning.kind.value}\x1f{tuning.value}"
    return hashlib.sha256(written.encode()).hexdigest()[:12]


def _words(text: str) -> set[str]:
    return {
        form
        for form in _forms(text)
        if len(form) >= _SHORTEST_WORD and not form.isdigit() and form not in COMMON_WORDS | FUNCTION_WORDS
    }


def _forms(text: str) -> set[str]:
    return {token.form for token in tokens(text)}
