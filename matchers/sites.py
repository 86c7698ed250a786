"""Hold where in a field each alias word may stand.

chunks of a field --lexicon (memo)--> words of the field, places of each alias word

What it assumes: nobody looks farther from a word than `reach`. What is written alike that far around is decided
alike, so of places among the same words only the first MOST_HITS are given.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matchers.fields import FieldText
    from matchers.lexicon import Lexicon

MOST_HITS: Final = 64  # of one name in one field; a text that holds more says nothing new
FEW: Final = 8  # places of a word that are quicker looked through than searched

Place = tuple[int, float]  # token, similarity


class Words:
    """Hold the words of one field, where in it each alias word may stand, and at how many of these a name was tried."""

    def __init__(self, field: FieldText, *, lexicon: Lexicon) -> None:
        self.field = field
        self.text = field.text
        self.lexicon = lexicon
        self.forms: list[str] = []
        self.places: dict[int, list[Place]] = {}
        self.glued: set[int] = set()
        self.tried = 0
        self._ends: set[int] = set()
        self._around: dict[tuple[int, int], str] = {}
        self._sites: dict[tuple[int, int], list[int]] = {}
        known, places, at = lexicon.chunks, self.places, 0
        for chunk in field.chunks:
            forms, hits, glued, ends = known.get(chunk) or lexicon.chunk(chunk)
            for offset, number, similarity in hits:
                if number in places:
                    places[number].append((at + offset, similarity))
                else:
                    places[number] = [(at + offset, similarity)]
            if glued:
                self.glued.update([at + offset for offset in glued])
            if ends:
                self._ends.update([at + offset for offset in ends])
            self.forms += forms
            at += len(forms)

    def between(self, number: int, *, low: int, high: int) -> list[Place]:
        """Return the places of an alias word between two tokens."""
        found = self.places.get(number, [])
        if len(found) > FEW:
            # Not one slice of another: to copy all places behind, for each place, is quadratic.
            return found[bisect_left(found, (low, 0.0)) : bisect_left(found, (high + 1, 0.0))]
        return [place for place in found if low <= place[0] <= high]

    def around(self, at: int, reach: int) -> str:
        """Return the letters of the words around one."""
        letters = self._around.get((at, reach))
        if letters is None:
            letters = self._around[at, reach] = "".join(self.forms[max(0, at - reach) : at + reach + 1])
        return letters

    def sites(self, number: int, reach: int) -> list[int]:
        """Return where an alias word stands, without what stands among the same words as many before it.

        What is written alike, `reach` words around, is decided alike: a text of one word for ever costs next to nothing.
        """
        if len(self.places[number]) <= MOST_HITS:
            return [at for at, _ in self.places[number]]
        if (number, reach) not in self._sites:
            self._sites[number, reach] = list(self._told_apart(number, reach))
        return self._sites[number, reach]

    def _told_apart(self, number: int, reach: int) -> Iterator[int]:
        words, seen = self.field.words, Counter[tuple[int, str]]()
        for at, _ in self.places[number]:
            begin = max(0, at - reach)
            written = self.text[words[begin].start : words[min(len(words) - 1, at + reach)].end]
            seen[at - begin, written] += 1
            if seen[at - begin, written] <= MOST_HITS:
                yield at

    def is_broken(self, first: int, last: int) -> bool:
        """Tell whether a sentence or clause ends between two words."""
        if not self._ends.isdisjoint(range(first, last)):
            return True
        return "\n" in self.text and any("\n" in self.gap(at) for at in range(first, last))

    def gap(self, at: int) -> str:
        """Return what stands between a word and the next."""
        words = self.field.words
        return self.text[words[at].end : words[at + 1].start]
