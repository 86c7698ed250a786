"""Find compounds: an ethnonym and an armed word in one noun phrase, in any language.

"Tuareg rebels", "rebelles arabes et touaregs", "المتمردين الطوارق", "图阿雷格反政府武装"

What it assumes: inside a noun phrase stand only function words, other adjectives of the same
kind and what the catalogue lists as transparent; a verb or a preposition of agency ends it, so
"Tuaregs killed by rebels" is no compound. In English and in Chinese the people comes before
the armed word; before it counts everywhere, after it only where no "and" opens a new phrase.
What fools it: headlines without verbs ("rebels, Tuareg civilians"), hence the comma.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matchers.text import UNSPACED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matchers.context import Patterns, Spans
    from matchers.entities import Compound, Entity
    from matchers.text import Token

_JOINS: Final = frozenset(("and", "et", "y", "e", "und", "и", "و", "&", "ou", "or", "ed", "ni", "da", "en"))
_LINKS: Final = frozenset(
    (
        *("of", "the", "de", "des", "du", "d", "la", "le", "les", "los", "las", "dos", "das", "dei", "degli", "del"),
        *("della", "der", "die", "von", "do", "da", "di", "el", "o", "a", "os", "as", "i", "gli", "from", "own"),
        *("من", "ka", "wa", "ya", "na", "za"),
    )
)
_BREAKS: Final = frozenset(',;:.!?()[]–—"“”«»،؛。，；：、（）')
_UNSPACED_REACH: Final = 6  # characters between the two halves of a compound in Chinese or Japanese


@dataclass(frozen=True, slots=True)
class CompiledCompound:
    """Hold a compound rule as numbers of patterns."""

    entity: Entity
    of: frozenset[int]
    beside: frozenset[int]
    weakly: frozenset[int]
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


def compile_compound(entity: Entity, rule: Compound, patterns: Patterns) -> CompiledCompound:
    """File the words of a rule among the patterns."""
    return CompiledCompound(
        entity=entity,
        of=patterns.add_all(rule.of),
        beside=patterns.add_all(rule.beside),
        weakly=patterns.add_all(rule.weakly),
        across=patterns.add_all(rule.across),
        never=patterns.add_all(rule.never),
        within=rule.within,
    )


def pairs(rule: CompiledCompound, words: Sequence[Token], *, text: str, present: Mapping[int, Spans]) -> list[Pair]:
    """Return the compounds of a rule that stand in a field, strong ones first."""
    heads = _spans(present, rule.of)
    return [
        Pair(rule.entity, min(head[0], other[0]), max(head[1], other[1]), strong)
        for company, strong in ((rule.beside, True), (rule.weakly, False))
        for other in _spans(present, company)
        for head in heads
        if _is_phrase(rule, words, text=text, halves=(head, other), present=present)
    ]


def _spans(present: Mapping[int, Spans], wanted: frozenset[int]) -> list[tuple[int, int]]:
    return sorted({span for number in wanted & present.keys() for span in present[number]})


def _is_phrase(
    rule: CompiledCompound,
    words: Sequence[Token],
    *,
    text: str,
    halves: tuple[tuple[int, int], tuple[int, int]],
    present: Mapping[int, Spans],
) -> bool:
    head, other = halves
    left, right = sorted(halves)
    if left[1] >= right[0]:
        return False
    reach = _UNSPACED_REACH if UNSPACED.match(words[head[0]].form) else rule.within
    if right[0] - left[1] - 1 > reach:
        return False
    if not _BREAKS.isdisjoint(text[words[left[1]].end : words[right[0]].start]):
        return False
    if UNSPACED.match(words[head[0]].form) and head > other:
        return False
    across = _covered(present, rule.across | rule.of)
    if not all(_is_open(words, at, across) for at in range(left[1] + 1, right[0])):
        return False
    if head > other and _opens_phrase(words, left[1], right[0], across):
        return False
    return not _is_about_else(rule, words, span=(left[0], right[1]), present=present)


def _covered(present: Mapping[int, Spans], wanted: frozenset[int]) -> set[int]:
    return {at for first, last in _spans(present, wanted) for at in range(first, last + 1)}


def _is_open(words: Sequence[Token], at: int, across: set[int]) -> bool:
    form = words[at].form
    return at in across or form in _LINKS or form in _JOINS or (len(form) == 1 and not UNSPACED.match(form))


def _opens_phrase(words: Sequence[Token], left: int, right: int, across: set[int]) -> bool:
    """Tell whether an "and" after the armed word opens a phrase of its own ("rebels and Tuareg civilians")."""
    for at in range(left + 1, right):
        if words[at].form in _JOINS and at - 1 not in across:
            return True
    written = words[right]
    return written.raw.startswith("و") and written.form != written.raw and right - left == 1


def _is_about_else(
    rule: CompiledCompound, words: Sequence[Token], *, span: tuple[int, int], present: Mapping[int, Spans]
) -> bool:
    near = set(range(span[0] - 1, span[1] + 2))
    return not near.isdisjoint(_covered(present, rule.never)) and bool(words)
