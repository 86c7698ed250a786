"""Find where names stand in a text: places of their words --window--> similarity and span.

What it assumes: the words of a name stand together, with few others between them, mostly in
order. What fools it: a list that holds all words of a name ("the front and the liberation of
Azawad's towns"); names of common words only must therefore be complete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz import fuzz

from matchers.vocabulary import FUNCTION_WORDS, PERIODS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matchers.lexicon import Lexicon
    from matchers.names import Name
    from matchers.text import Token

SLACK: Final = 3  # words that may stand inside a name besides its own, on either side of the anchor
EXTRA: Final = 0.03  # similarity lost for each foreign content word inside the span
INVERSION: Final = 0.02  # similarity lost for each pair of words in the wrong order
RESCUE: Final = 80  # ratio of the missing letters to a neighbouring piece from which boundaries are forgiven
RESCUE_LETTERS: Final = 5  # fewer missing letters are found everywhere
RESCUE_TRUST: Final = 0.86

Places = dict[int, list[tuple[int, float]]]


class Hit(NamedTuple):
    """Hold a name found in a field: tokens `first` to `last`, those used, how alike."""

    name: Name
    first: int
    last: int
    used: frozenset[int]
    similarity: float


class Words:
    """Hold the words of one field, and where in it each alias word may stand."""

    def __init__(self, text: str, words: Sequence[Token], lexicon: Lexicon) -> None:
        self.text = text
        self.words = words
        self.lexicon = lexicon
        self.places: Places = {}
        lookup = lexicon.lookup
        places = self.places
        for at, token in enumerate(words):
            for form in token.forms:
                for number, similarity in lookup(form):
                    places.setdefault(number, []).append((at, similarity))

    def is_broken(self, first: int, last: int) -> bool:
        """Tell whether a sentence or clause ends between two words."""
        between = self.text[self.words[first].end : self.words[last].start]
        if PERIODS.isdisjoint(between):
            return False
        return any(
            not PERIODS.isdisjoint(gap) and not (gap.startswith(".") and len(self.words[at].raw) <= 4)
            for at in range(first, last)
            for gap in [self.text[self.words[at].end : self.words[at + 1].start]]
        )


def hits_of(name: Name, words: Words, *, near_score: int) -> list[Hit]:
    """Return where a name stands in a field, at most once for each anchor."""
    least = name.least(near_score)
    if len(name.words) == 1:
        floor = max(least, 1.0 if name.strict else 0.0)
        number = name.words[0]
        return [Hit(name, at, at, frozenset((at,)), s) for at, s in words.places.get(number, ()) if s >= floor]
    found: dict[frozenset[int], Hit] = {}
    joined = _joined(name, words.places)
    absent = [i for i in name.needed if name.words[i] not in words.places]
    if len(absent) > 1 and not joined:
        return []
    for at, index in _anchor_places(name, words.places, joined):
        hit = _verify(name, words, anchor=(at, index), joined=joined)
        if hit is not None and hit.similarity >= least:
            found[hit.used] = hit
    return list(found.values())


def _joined(name: Name, places: Mapping[int, list[tuple[int, float]]]) -> list[tuple[int, int, int]]:
    """List places where several words of a name are written in one: place, first word, end."""
    return [(at, first, end) for number, first, end in name.joins for at, s in places.get(number, ()) if s == 1.0]


def _anchor_places(name: Name, places: Places, joined: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    index = {number: i for i, number in reversed(list(enumerate(name.words)))}
    found = [(at, index[number]) for number in name.anchors for at, _ in places.get(number, ())]
    return list(dict.fromkeys([*found, *((at, first) for at, first, _ in joined)]))


def _verify(name: Name, words: Words, *, anchor: tuple[int, int], joined: list[tuple[int, int, int]]) -> Hit | None:
    """Give each word of the name its best place around the anchor and weigh what was found."""
    at, index = anchor
    low, high = at - len(name.words) + 1 - SLACK, at + len(name.words) - 1 + SLACK
    chosen: dict[int, tuple[int, float]] = {}
    for place, first, end in joined:
        if low <= place <= high:
            chosen.update(dict.fromkeys(range(first, end), (place, 1.0)))
    taken = {place for place, _ in chosen.values()}
    for i in (*name.content, *range(len(name.words))):
        if i in chosen:
            continue
        best = _best_place(words.places.get(name.words[i], ()), (low, high, at + i - index), taken)
        if best is not None and best[1] >= name.floor(i):
            chosen[i] = best
            taken.add(best[0])
    _mend(name, words, chosen=chosen, window=(low, high))
    if any(i not in chosen for i in name.needed):
        return _rescue(name, words, chosen=chosen)
    return _weigh(name, words, chosen)


def _best_place(
    options: Sequence[tuple[int, float]], window: tuple[int, int, int], taken: set[int]
) -> tuple[int, float] | None:
    low, high, expected = window
    best = None
    rank = (-1.0, 0)
    for place, similarity in options:
        if low <= place <= high and place not in taken:
            this = (similarity, -abs(place - expected))
            if this > rank:
                best, rank = (place, similarity), this
    return best


def _mend(name: Name, words: Words, *, chosen: dict[int, tuple[int, float]], window: tuple[int, int]) -> None:
    """Find a missing word of the name that the text cuts in two ("Gh aly")."""
    missing = [i for i in name.needed if i not in chosen and i not in name.strict]
    if len(missing) != 1 or not chosen:
        return
    number = name.words[missing[0]]
    for at in range(max(0, window[0]), min(len(words.words) - 1, window[1])):
        pair = words.words[at].form + words.words[at + 1].form
        if not pair.isdigit() and any(hit == number for hit, _ in words.lexicon.lookup(pair)):
            chosen[missing[0]] = (at, 1.0 - EXTRA)
            return


def _weigh(name: Name, words: Words, chosen: dict[int, tuple[int, float]]) -> Hit | None:
    content = [(i, chosen[i]) for i in name.content if i in chosen]
    spots = [place for _, (place, _) in content]
    first, last = min(spots), max(spots)
    used = frozenset(place for place, _ in chosen.values() if first <= place <= last)
    extra = sum(at not in used and words.words[at].form not in FUNCTION_WORDS for at in range(first, last + 1))
    if extra > name.most_extra or words.is_broken(first, last):
        return None
    inversions = sum(a > b for k, a in enumerate(spots) for b in spots[k + 1 :])
    found = sum(name.weights[i] * s for i, (place, s) in chosen.items() if first <= place <= last)
    similarity = found / sum(name.weights) - EXTRA * extra - INVERSION * inversions
    return Hit(name, first, last, used, min(1.0, similarity))


def _rescue(name: Name, words: Words, *, chosen: dict[int, tuple[int, float]]) -> Hit | None:
    """Forgive damaged word boundaries: what is missing must stand, in one or two pieces, beside what is there."""
    missing = [i for i in name.content if i not in chosen]
    matched = sum(name.weights[i] for i in name.content if i in chosen)
    if name.common or name.topic or name.strict or 2 * matched < sum(name.weights[i] for i in name.content):
        return None
    wanted = "".join(words.lexicon.word(name.words[i]) for i in missing)
    if len(wanted) < RESCUE_LETTERS:
        return None
    spots = sorted({place for place, _ in chosen.values()})
    low, high = max(0, spots[0] - len(missing) - 1), min(len(words.words) - 1, spots[-1] + len(missing) + 1)
    for start in range(low, high + 1):
        for end in range(start, min(high, start + len(missing)) + 1):
            piece = range(start, end + 1)
            if any(at in spots for at in piece):
                break
            likeness = fuzz.ratio("".join(words.words[at].form for at in piece), wanted, score_cutoff=RESCUE)
            first, last = min(start, spots[0]), max(end, spots[-1])
            if likeness and not words.is_broken(first, last) and last - first < len(name.words) + len(missing):
                return Hit(name, first, last, frozenset({*spots, *piece}), _rescued(name, likeness / 100, missing))
    return None


def _rescued(name: Name, likeness: float, missing: list[int]) -> float:
    lost = sum(name.weights[i] for i in missing) / sum(name.weights)
    return min(RESCUE_TRUST, 1 - lost * (1 - likeness))
