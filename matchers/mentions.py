"""Find where names stand in a text: places of their words --window--> similarity and span.

What it assumes: the words of a name stand together, with few others between them, mostly in
order. What fools it: a list that holds all words of a name ("the front and the liberation of
Azawad's towns"); names of common words only must therefore be complete.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import combinations
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, LCSseq

from matchers.letters import damaged
from matchers.sites import MOST_HITS
from matchers.vocabulary import COMMON_WORDS, CONJUNCTIONS, FUNCTION_WORDS, PREPOSITIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matchers.names import Name
    from matchers.sites import Place, Words

SLACK: Final = 3  # words that may stand inside a name besides its own, on either side of the anchor
EXTRA: Final = 0.03  # similarity lost for each foreign content word inside the span
INVERSION: Final = 0.02  # similarity lost for each pair of words in the wrong order
SHORT: Final = 4  # letters; words as short as this are found misspelt only inside a name that is there otherwise
RESCUE: Final = 78  # ratio of the letters from which damaged words and boundaries are forgiven
RESCUE_WINDOW: Final = 74  # partial ratio to the words around from which a closer look pays
# Letters in the right order without which that ratio cannot be reached: 2 n / (1 + n) = 0.74 where no other stands between.
RESCUE_ORDERED: Final = 0.58
RESCUE_WHOLE: Final = 82  # the same for all letters of a name together
RESCUE_SURE: Final = 93  # one letter in a long name: no need to ask which
RESCUE_PIECE: Final = 60  # and for those of the missing words alone: another word is not a damaged one
FUNCTION_SHARE: Final = 0.15  # what "for the" and the like may add to a missing half
RESCUE_LETTERS: Final = 5  # fewer missing letters are found everywhere
RESCUE_TRUST: Final = 0.86
AND: Final = "و"  # written in one with the word after it


Join = tuple[int, int, int]  # token, first word of the name, end


class Hit(NamedTuple):
    """Hold a name found in a field: tokens `first` to `last`, those used, how alike."""

    name: Name
    first: int
    last: int
    used: frozenset[int]
    similarity: float


def hits_of(name: Name, words: Words, *, near_score: int) -> list[Hit]:
    """Return where a name stands in a field, at most once for each anchor."""
    if len(name.words) == 1:
        floor = max(name.least(near_score), name.floors[0])
        found = words.places.get(name.words[0], [])
        words.tried += len(found)
        hits = [Hit(name, at, at, frozenset((at,)), similarity) for at, similarity in found if similarity >= floor]
        return hits[:MOST_HITS]
    joins = _joins(name, words) if name.joined and not words.places.keys().isdisjoint(name.joined) else []
    absent = 0 if joins else len(name.required.difference(words.places))
    if absent and name.tight:
        return []
    anchors = _anchors(name, words, joins=joins)
    words.tried += len(anchors)
    if joins:
        standing = anchors
    elif absent:
        standing = [anchor for anchor in anchors if _has_letters(name, words, at=anchor[0])]
    else:
        standing = [anchor for anchor in anchors if _may_stand(name, words, at=anchor[0])]
    if anchors and not standing:
        return []
    least = name.least(near_score)
    hits = _by_words(name, words, anchors=standing, joins=joins, least=least) if absent <= name.most_absent else []
    return hits or (_by_letters(name, words, least=least) if absent else [])


def _by_words(
    name: Name, words: Words, *, anchors: list[tuple[int, int]], joins: list[Join], least: float
) -> list[Hit]:
    hits: dict[frozenset[int], Hit] = {}
    for anchor in anchors:
        hit = _as_written(name, words, anchor=anchor) or _Fit(name, words, anchor=anchor, joins=joins).hit()
        if hit is not None and hit.similarity >= least:
            hits[hit.used] = hit
        if len(hits) == MOST_HITS:
            break
    return list(hits.values())


def _as_written(name: Name, words: Words, *, anchor: tuple[int, int]) -> Hit | None:
    """Return a name that stands exactly as it is written, which most names do."""
    first = anchor[0] - anchor[1]
    last = first + len(name.words) - 1
    if name.tight or first < 0 or words.forms[first : last + 1] != name.forms:
        return None
    if not name.loose and words.is_broken(first, last):
        return None
    return Hit(name, first, last, frozenset(range(first, last + 1)), 1.0)


def _by_letters(name: Name, words: Words, *, least: float) -> list[Hit]:
    return [
        Hit(name, first, last, frozenset(range(first, last + 1)), similarity)
        for first, last, similarity in damaged(name, words)
        if similarity >= least
    ]


def _may_stand(name: Name, words: Words, *, at: int) -> bool:
    """Tell cheaply whether a name stands around an anchor: all its words, or else nearly all its letters."""
    reach = len(name.words) - 1 + SLACK
    return all(words.between(number, low=at - reach, high=at + reach) for number in name.required) or _has_letters(
        name, words, at=at
    )


def _has_letters(name: Name, words: Words, *, at: int) -> bool:
    """Tell whether nearly all letters of a name stand around an anchor; most of them in order is told much sooner."""
    letters, around = name.letters, words.around(at, len(name.words))
    if LCSseq.similarity(letters, around) < RESCUE_ORDERED * min(len(letters), len(around)):
        return False
    return fuzz.partial_ratio(letters, around, score_cutoff=RESCUE_WINDOW) > 0


def _joins(name: Name, words: Words) -> list[Join]:
    """List where several words of the name are written in one, in the order of the text."""
    return sorted((at, a, b) for number, a, b in name.joins for at, s in words.places.get(number, ()) if s == 1.0)


def _anchors(name: Name, words: Words, *, joins: list[Join]) -> list[tuple[int, int]]:
    """List where an anchor of the name stands, with its place in the name."""
    reach = 2 * len(name.words) + SLACK + 1  # no rule looks farther from an anchor
    places = words.places
    found = [
        (at, name.words.index(number))
        for number in name.anchors
        if number in places
        for at in words.sites(number, reach)
    ]
    if joins:
        sites = {at for number in name.joined if number in places for at in words.sites(number, reach)}
        found += [(at, first) for at, first, _ in joins if at in sites]
    return list(dict.fromkeys(found)) if len(found) > 1 else found


class _Fit:
    """Lay a name over the text where one of its anchors stands."""

    def __init__(self, name: Name, words: Words, *, anchor: tuple[int, int], joins: list[Join]) -> None:
        at, index = anchor
        reach = len(name.words) - 1 + SLACK
        self._name = name
        self._words = words
        self._begin = at - index  # where the first word stands when the name is written as it should be
        self._low, self._high = max(0, at - reach), min(len(words.forms) - 1, at + reach)
        self._chosen: dict[int, Place] = {}
        near = joins[bisect_left(joins, (self._low,)) : bisect_left(joins, (self._high + 1,))]
        for place, first, end in sorted(near, key=lambda join: (join[1:], join[0])):
            self._chosen.update(dict.fromkeys(range(first, end), (place, 1.0)))

    def hit(self) -> Hit | None:
        """Return the name as it stands here, or None."""
        taken = {place for place, _ in self._chosen.values()}
        for i in self._name.order:
            if i not in self._chosen:
                self._choose(i, taken)
        self._mend()
        if any(i not in self._chosen for i in self._name.needed):
            return self._rescued()
        return self._weighed()

    def _choose(self, i: int, taken: set[int]) -> None:
        """Give a word of the name its best place in the window, the nearest among equals."""
        best: Place | None = None
        rank = (self._name.floors[i], -len(self._words.forms))
        for place, similarity in self._words.between(self._name.words[i], low=self._low, high=self._high):
            if place not in taken or place in self._words.glued:
                this = (similarity, -abs(place - self._begin - i))
                if this > rank:
                    best, rank = (place, similarity), this
        if best is not None:
            self._chosen[i] = best
            taken.add(best[0])

    def _mend(self) -> None:
        """Find a missing word of the name that is cut in two ("Gh aly"), or a short one with a letter wrong."""
        missing = [i for i in self._name.needed if i not in self._chosen]
        if len(missing) != 1 or not self._chosen or missing[0] in self._name.strict:
            return
        wanted = self._words.lexicon.word(self._name.words[missing[0]])
        found = self._short(missing[0], wanted) if len(wanted) <= SHORT else self._cut(missing[0], wanted)
        if found is not None:
            self._chosen[missing[0]] = found

    def _short(self, i: int, wanted: str) -> Place | None:
        taken = {place for place, _ in self._chosen.values()}
        # Of a word that stands twice in the name ("ben … ben") either may be the misspelt one.
        spots = [self._begin + j for j, number in enumerate(self._name.words) if number == self._name.words[i]]
        for at in [at + step for at in spots for step in (0, -1, 1)]:
            if 0 <= at < len(self._words.forms) and at not in taken:
                form = self._words.forms[at]
                if len(form) > 1 and OSA.distance(form, wanted, score_cutoff=1) <= 1:
                    return at, 1 - 1 / max(len(form), len(wanted))
        return None

    def _cut(self, i: int, wanted: str) -> Place | None:
        number, forms = self._name.words[i], self._words.forms
        expected = self._begin + i
        for at in range(max(0, expected - 2), min(len(forms) - 1, expected + 3)):
            pair = forms[at] + forms[at + 1]
            if _may_be(pair, wanted) and any(hit == number for hit, _ in self._words.lexicon.lookup(pair)):
                return at, 1.0 - EXTRA
        return None

    def _weighed(self) -> Hit | None:
        name, chosen = self._name, self._chosen
        spots = [chosen[i][0] for i in name.content if i in chosen]
        first, last = self._span(spots)
        inside = {i: place for i, place in chosen.items() if first <= place[0] <= last}
        used = frozenset(at for at, _ in inside.values())
        extra = self._foreign(first, last, used=used)
        if extra > name.most_extra or (not name.loose and self._words.is_broken(first, last)):
            return None
        if name.tight and not self._is_tight(first, last):
            return None
        ordered = spots if name.tau < 1.0 else [inside[i][0] for i in sorted(inside)]
        inversions = sum(a > b for a, b in combinations(ordered, 2))
        found = sum(name.weights[i] * similarity for i, (_, similarity) in inside.items())
        similarity = found / name.total - EXTRA * extra - INVERSION * inversions
        return Hit(name, first, last, used, min(1.0, similarity))

    def _is_tight(self, first: int, last: int) -> bool:
        """Tell whether all words and no other stand in order with at most a full stop between, an initial as a capital."""
        if len(self._chosen) < len(self._name.words):
            return False
        spots = [self._chosen[i][0] for i in range(len(self._name.words))]
        gaps = [self._words.gap(at) for at in range(first, last)]
        raws = [self._words.field.words[at].raw for at in spots]
        initials = [raw for raw, form in zip(raws, self._name.forms, strict=True) if len(form) == 1]
        return (
            sorted(spots) == spots
            and last - first + 1 == len(set(spots))
            and all(gap.strip(" \u00a0.'’-") == "" for gap in gaps)
            and all(raw.isupper() or not raw.isalpha() for raw in initials)
        )

    def _span(self, spots: list[int]) -> tuple[int, int]:
        """Return the first and last token, with the name's own "of" or "al" on either side."""
        places = {at for at, _ in self._chosen.values()}
        first, last = min(spots), max(spots)
        while first - 1 in places:
            first -= 1
        while last + 1 in places:
            last += 1
        return first, last

    def _foreign(self, first: int, last: int, *, used: frozenset[int]) -> int:
        """Count the words of a span that are not the name's; an "and" inside a topic opens another phrase."""
        forms = [self._words.forms[at] for at in range(first, last + 1) if at not in used]
        if self._name.topic and not CONJUNCTIONS.isdisjoint(forms):
            return len(forms)
        foreign = sum(form not in FUNCTION_WORDS for form in forms)
        return self._name.most_extra + 1 if foreign and self._holds_a_phrase(first, last, used=used) else foreign

    def _holds_a_phrase(self, first: int, last: int, *, used: frozenset[int]) -> bool:
        """Tell whether a name of common words holds a phrase of its own ("alliance of unions of the Sahel states")."""
        name = self._name
        if name.distinctive:
            return False
        inside = [self._words.field.words[at] for at in range(first, last + 1) if at not in used]
        opened = sum(word.form in PREPOSITIONS or word.raw[:1] == AND for word in inside)
        lacking = sum(i not in self._chosen for i in range(len(name.words)) if i not in name.content)
        return opened > lacking

    def _rescued(self) -> Hit | None:
        """Forgive damaged words and boundaries when half of the name is there and all its letters fit.

        What makes the name this name (its distinctive words) must be among what is there, or
        its letters must stand, in one or two pieces, beside it.
        """
        name = self._name
        missing = [i for i in name.content if i not in self._chosen]
        share = sum(name.weights[i] for i in missing) / name.total
        wanted = "".join(self._words.lexicon.word(name.words[i]) for i in missing)
        if name.rigid or len(wanted) < RESCUE_LETTERS or 2 * share > 1 + FUNCTION_SHARE:
            return None
        spots = {place for place, _ in self._chosen.values()}
        if any(i in name.distinctive for i in missing):
            return self._pieced(spots, missing=missing, wanted=wanted, share=share)
        return self._joined(spots, wanted=wanted)

    def _pieced(self, spots: set[int], *, missing: list[int], wanted: str, share: float) -> Hit | None:
        """Look for the letters of missing words in unused words beside what was found."""
        for piece in self._pieces(spots, reach=len(missing)):
            letters = "".join([self._words.forms[at] for at in piece])
            ratio = fuzz.ratio(letters, wanted, score_cutoff=RESCUE) if _may_be(letters, wanted) else 0
            if ratio:
                return self._trusted({*spots, *piece}, similarity=1 - share * (1 - ratio / 100))
        return None

    def _joined(self, spots: set[int], *, wanted: str) -> Hit | None:
        """Compare all letters of the name with those of the words that stand where it should."""
        name, forms = self._name, self._words.forms
        whole = name.letters
        begin, end = min(*spots, self._begin), max(*spots, self._begin + len(name.words) - 1)
        best, used = 0.0, range(0)
        for first in range(max(0, begin - 1), min(spots) + 1):
            for last in range(max(spots), min(len(forms) - 1, end + 1) + 1):
                letters = "".join(forms[first : last + 1])
                ratio = (
                    fuzz.ratio(letters, whole, score_cutoff=max(RESCUE_WHOLE, best))
                    if len(letters) < 2 * len(whole)
                    else 0
                )
                if ratio > best:
                    best, used = ratio, range(first, last + 1)
        damaged = [forms[at] for at in used if at not in spots and self._is_unknown(forms[at])]
        if best < RESCUE_SURE and fuzz.ratio("".join(damaged), wanted) < RESCUE_PIECE:
            return None
        return self._trusted({*spots, *used}, similarity=RESCUE_TRUST)

    def _is_unknown(self, form: str) -> bool:
        """Tell whether a word can be a damaged one: it is no word that we know."""
        return form not in FUNCTION_WORDS and form not in COMMON_WORDS and self._words.lexicon.number(form) is None

    def _trusted(self, used: set[int], *, similarity: float) -> Hit | None:
        first, last = min(used), max(used)
        if last - first > len(self._name.words) + 1 or self._words.is_broken(first, last):
            return None
        return Hit(self._name, first, last, frozenset(used), min(RESCUE_TRUST, similarity))

    def _pieces(self, spots: set[int], *, reach: int) -> Iterator[range]:
        """Yield runs of unused words that touch what was found."""
        low = max(0, min(spots) - reach - 1)
        high = min(len(self._words.forms) - 1, max(spots) + reach + 1)
        for start in range(low, high + 1):
            for end in range(start, min(high, start + reach) + 1):
                if spots.isdisjoint(range(start, end + 1)):
                    yield range(start, end + 1)


def _may_be(letters: str, wanted: str) -> bool:
    """Tell cheaply whether two strings can be alike at all."""
    if abs(len(letters) - len(wanted)) > 2 + len(wanted) // 8:
        return False
    return letters[0] == wanted[0] or letters[-1] == wanted[-1]
