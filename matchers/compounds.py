"""Find compounds: an ethnonym and an armed word in one noun phrase, in any language.

"Tuareg rebels", "rebelles arabes et touaregs", "المتمردين الطوارق", "图阿雷格反政府武装"

What it assumes: inside a noun phrase stand only function words, other adjectives of the same
kind and what the catalogue lists as transparent; a verb or a preposition of agency ends it, so
"Tuaregs killed by rebels" is no compound. In English and in Chinese the people comes before
the armed word; before it counts everywhere, after it only where no "and" opens a new phrase.
What fools it: headlines without verbs ("rebels, Tuareg civilians"), hence the comma.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matchers.text import UNSPACED
from matchers.vocabulary import CONJUNCTIONS, FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from matchers.context import Patterns, Spans
    from matchers.entities import Compound, Entity
    from matchers.text import Token

# "rebels, mostly Tuareg": what follows says who they are
_SHARES: Final = frozenset(
    (
        *("plupart", "mostly", "mainly", "predominantly", "largely", "chiefly", "many", "including"),
        *("essentiellement", "majoritairement", "principalement", "surtout", "notamment", "mayoritariamente", "meist"),
        *("dominante", "majorité", "majorite", "mayoría", "mayoria", "maioria", "predominio"),
    )
)
_LINKS: Final = frozenset(
    (
        *("of", "the", "de", "des", "du", "d", "la", "le", "les", "los", "las", "dos", "das", "dei", "degli", "del"),
        *("della", "der", "die", "von", "do", "da", "di", "el", "o", "a", "os", "as", "i", "gli", "from", "own"),
        *(
            "من",
            "из",
            "ka",
            "wa",
            "ya",
            "na",
            "za",
            "ba",
            "aba",
            "zaba",
            "baba",
            "bya",
            "ma",
            "ye",
            "yi",
            "yu",
            "e",
            "oo",
            "ee",
        ),
        *("les", "aux", "à", "nke", "ti", "ƒe", "fe", "sen", "le", "ta", "masu", "lɛ"),
    )
)
_BREAKS: Final = frozenset(',;:.!?()[]–—"“”«»،؛。，；：、（）')
_QUOTES: Final = frozenset("“”「」『』《》")  # Chinese quotes a name and says what it is behind it
Span = tuple[int, int]
LONGEST: Final = 12  # words of the longest half of a compound
_UNSPACED_REACH: Final = 8  # characters between the two halves of a compound in Chinese or Japanese


@dataclass(frozen=True, slots=True)
class CompiledCompound:
    """Hold a compound rule as numbers of patterns."""

    entity: Entity
    of: frozenset[int]
    beside: frozenset[int]
    weakly: frozenset[int]
    amid: frozenset[int]
    across: frozenset[int]
    never: frozenset[int]
    within: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Hold a compound found: its tokens, and whether it counts without context."""

    entity: Entity
    first: int
    last: int
    strong: bool


def compile_compound(entity: Entity, rule: Compound, *, patterns: Patterns) -> CompiledCompound:
    """File the words of a rule among the patterns."""
    return CompiledCompound(
        entity=entity,
        of=patterns.add_all(rule.of),
        beside=patterns.add_all(rule.beside),
        weakly=patterns.add_all(rule.weakly),
        amid=patterns.add_all(rule.amid),
        across=patterns.add_all(rule.across),
        never=patterns.add_all(rule.never),
        within=rule.within,
    )


def pairs(
    rule: CompiledCompound,
    words: Sequence[Token],
    *,
    text: str,
    present: Mapping[int, Spans],
    standing: AbstractSet[int],
) -> list[Pair]:
    """Return the compounds of a rule that stand in a field, strong ones first; `standing` is all that the entry holds."""
    phrases = _Phrases(rule, words, text=text, present=present)
    heads = _spans(present, rule.of)
    firsts = [first for first, _ in heads]
    reach = max(rule.within, _UNSPACED_REACH) + LONGEST
    found = []
    for company, strong in _companies(rule, standing):
        for other in _spans(present, company):
            near = heads[bisect_left(firsts, other[0] - reach) : bisect_right(firsts, other[1] + reach)]
            found += [
                Pair(rule.entity, min(head[0], other[0]), max(head[1], other[1]), strong)
                for head in near
                if phrases.unite(head, other)
            ]
    return found


def _companies(rule: CompiledCompound, standing: AbstractSet[int]) -> list[tuple[frozenset[int], bool]]:
    """List the words that make a compound here, with whether it counts without context."""
    if not rule.amid:
        return [(rule.beside, True), (rule.weakly, False)]
    return [(rule.beside, True), (rule.weakly if standing & rule.amid else frozenset(), True)]


def _spans(present: Mapping[int, Spans], wanted: frozenset[int]) -> list[Span]:
    return sorted({span for number in wanted & present.keys() for span in present[number]})


class _Phrases:
    """Tell which words of a field stand in one noun phrase."""

    def __init__(
        self, rule: CompiledCompound, words: Sequence[Token], *, text: str, present: Mapping[int, Spans]
    ) -> None:
        self._words = words
        self._text = text
        self._within = rule.within
        self._across = {at for a, b in _spans(present, rule.across | rule.of) for at in range(a, b + 1)}
        self._never = {at for a, b in _spans(present, rule.never) for at in range(a, b + 1)}

    def unite(self, head: Span, other: Span) -> bool:
        """Tell whether a people's name and an armed word are one phrase."""
        left, right = sorted((head, other))
        between = range(left[1] + 1, right[0])
        unspaced = UNSPACED.match(self._words[head[0]].form) is not None
        if left[1] >= right[0] or len(between) > (_UNSPACED_REACH if unspaced else self._within):
            return False
        if self._is_cut(left[1], right[0], breaks=_BREAKS - _QUOTES if unspaced else _BREAKS) or not all(
            self._is_open(at) for at in between
        ):
            return False
        if head > other and (unspaced or self._opens_phrase(between, right[0])):
            return False
        return self._never.isdisjoint(range(left[0] - 1, right[1] + 2))

    def _is_cut(self, left: int, right: int, *, breaks: frozenset[str]) -> bool:
        """Tell whether punctuation cuts the phrase; a comma before "mostly" does not."""
        gaps = [self._text[self._words[at].end : self._words[at + 1].start] for at in range(left, right)]
        return any(
            not breaks.isdisjoint(gap) and not (gap.strip() == "," and self._says_who(at + 1))
            for at, gap in enumerate(gaps, left)
        )

    def _says_who(self, at: int) -> bool:
        """Tell whether a word begins an apposition on who somebody is ("à dominante touareg", "pour la plupart")."""
        return any(self._words[i].form in _SHARES for i in range(at, min(at + 3, len(self._words))))

    def _is_open(self, at: int) -> bool:
        form = self._words[at].form
        if at in self._across or form in _LINKS or form in CONJUNCTIONS or form in _SHARES:
            return True
        if form in FUNCTION_WORDS and self._says_who(at):
            return True
        return len(form) == 1 and not UNSPACED.match(form)

    def _opens_phrase(self, between: range, right: int) -> bool:
        """Tell whether an "and" after the armed word opens a phrase of its own ("rebels and Tuareg civilians")."""
        if any(self._words[at].form in CONJUNCTIONS and at - 1 not in self._across for at in between):
            return True
        written = self._words[right]
        return not between and written.raw.startswith("و") and "طوارق" in written.forms
