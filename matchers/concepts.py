"""Read words of the news as what they mean, whatever the language: attack, attaque, هجوم are one.

word, language ─concepts_of (memo)→ names of meanings ─kind_of→ EventKind

A small table (matchers/concept_words.py), no model. What fools it: a word with two meanings,
of which the table knows one, and figures of speech ("an attack of nerves").
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final

from matchers.concept_words import COUNTRIES, HAPPENINGS, SPORT, THINGS
from matchers.types import EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LANGUAGES: Final = ("en", "fr", "ar")

# The first line that an entry has a meaning of decides, title before summary.
_KINDS: Final = (
    (EventKind.OPINION, "opinion"),
    (EventKind.ABDUCTION, "abduction release"),
    (EventKind.VIOLENCE, "attack ambush explosion shelling airstrike clash massacre killing wounding"),
    (EventKind.RUPTURE, "coup resignation withdrawal"),
    (EventKind.ACCORD, "accord truce"),
    (EventKind.MOVEMENT, "deployment takeover blockade"),
    (EventKind.PROTOCOL, "meeting visit election appointment"),
)
_KIND_OF: Final = {name: kind for kind, names in _KINDS for name in names.split()}
_ORDER: Final = {kind: number for number, (kind, _) in enumerate(_KINDS)}


def _rows() -> Iterator[tuple[str, str, str]]:
    """Return (language, word or stem with a star, meaning) of each word of the table."""
    for line in chain.from_iterable(text.strip().splitlines() for text in (HAPPENINGS, THINGS, SPORT, COUNTRIES)):
        name, _, columns = line.partition(":")
        for lang, words in zip(_LANGUAGES, columns.split("|"), strict=True):
            yield from ((lang, word, name) for word in words.split())


def _table() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return, for each language, word or stem with a star → meanings."""
    found: dict[str, dict[str, tuple[str, ...]]] = {lang: {} for lang in _LANGUAGES}
    for lang, word, name in _rows():
        known = found[lang].get(word, ())
        found[lang][word] = known if name in known else (*known, name)
    return found


_TABLE: Final = _table()
_STEMS: Final = {
    lang: {word[:-1]: names for word, names in table.items() if word.endswith("*")} for lang, table in _TABLE.items()
}
_LONGEST: Final = {lang: max(map(len, stems)) for lang, stems in _STEMS.items()}
# What tells one happening from another; announcing, claiming or dying go with many.
DEEDS: Final = frozenset(
    [
        "attack",
        "ambush",
        "explosion",
        "shelling",
        "airstrike",
        "clash",
        "massacre",
        "abduction",
        "release",
        "coup",
        "resignation",
        "withdrawal",
        "accord",
        "truce",
        "deployment",
        "takeover",
        "arrest",
        "verdict",
        "warrant",
        "sanction",
        "expulsion",
        "protest",
        "blockade",
        "shortage",
        "meeting",
        "visit",
        "election",
        "appointment",
        "displacement",
        "reopening",
        "closure",
        "flood",
        "fire",
        "accident",
    ]
)
NAMES: Final = tuple(sorted({name for table in _TABLE.values() for names in table.values() for name in names}))


@lru_cache(maxsize=4_096)  # the words of an entry are remembered as a whole, by who reads them
def concepts_of(forms: tuple[str, ...], lang: str) -> tuple[str, ...]:
    """Return what a word (its folded forms) means in a language; of any language when that is not known."""
    langs = (lang,) if lang in _TABLE else _LANGUAGES
    return next((found for form in forms for lang in langs if (found := _look(form, lang))), ())


def _look(form: str, lang: str) -> tuple[str, ...]:
    """Return what a word means, or else the longest stem that it begins with."""
    if found := _TABLE[lang].get(form):
        return found
    stems = _STEMS[lang]
    lengths = range(min(len(form), _LONGEST[lang]), 0, -1)
    return next((stems[form[:length]] for length in lengths if form[:length] in stems), ())


def kind_of(concepts: Iterable[str]) -> tuple[EventKind, str]:
    """Return the kind of event that meanings speak of, and the meaning that decides."""
    named = [(_ORDER[_KIND_OF[name]], name) for name in concepts if name in _KIND_OF]
    if not named:
        return EventKind.OTHER, ""
    deciding = min(named)[1]
    return _KIND_OF[deciding], deciding
