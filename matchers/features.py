"""Compare two headlines by a handful of readable numbers.

Weights: the lexical columns of a logistic rule fitted on the first half of OG2021 (news in
English and French of July 2021), one for a pair in one language and one across languages.
Assumes that a headline names who and where. What fools it: successive reports on one person,
which share every name; hence numbers in conflict and the time gap weigh against.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz

from matchers.facts import read_facts
from matchers.text import tokens
from matchers.types import EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matchers.types import StoryEntry

_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
_GRAM: Final = 4
# log-odds: an attack is seldom an accord; two reports of one toll are seldom of two events
_OTHER_KIND: Final = -1.5
_SAME_TOLL: Final = 1.0
# for the same kind of event: a name that both write, or only an entity that both name; same language, across
_SAME_NAME: Final = (0.5, 1.5)
_SAME_ENTITY: Final = (0.0, 0.5)
_STOP: Final = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "and",
        "or",
        "with",
        "from",
        "by",
        "as",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "has",
        "have",
        "had",
        "it",
        "its",
        "this",
        "that",
        "after",
        "over",
        "into",
        "le",
        "la",
        "les",
        "de",
        "des",
        "du",
        "un",
        "une",
        "et",
        "en",
        "au",
        "aux",
        "pour",
        "par",
        "sur",
        "dans",
        "avec",
        "est",
        "sont",
        "ont",
        "qui",
        "que",
        "se",
        "sa",
        "son",
        "ses",
        "ce",
        "cette",
        "apres",
    ]
)


@dataclass(frozen=True, slots=True)
class Traits:
    """Hold what is compared of an entry."""

    key: str
    lang: str
    hours: float
    text: str
    grams: Mapping[str, int]
    words: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]
    event: EventKind
    tolls: frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Weights:
    """Hold the weights of one kind of pair."""

    bias: float
    grams: float
    token_set: float
    rarest: float
    names_share: float
    names_count: float
    numbers_shared: float
    numbers_differ: float
    hours: float


SAME: Final = Weights(-3.116, 3.063, 3.398, 0.262, 0.887, 0.0, 0.401, -0.635, -0.650)
CROSS: Final = Weights(-0.073, 10.745, 0.0, -0.167, -0.145, 0.926, -0.391, -1.280, -0.857)


def traits_of(entry: StoryEntry, entities: tuple[str, ...]) -> Traits:
    """Return what is compared of an entry; names are capitalised words and the entities found in it."""
    words = [(token.raw, token.form) for token in tokens(entry.title)]
    kept = [folded for _, folded in words if folded and folded not in _STOP]
    text = " ".join(kept)
    padded = f" {text} "
    grams = Counter(padded[i : i + _GRAM] for i in range(max(1, len(padded) - _GRAM + 1)))
    facts = read_facts(entry.title, entry.summary)
    capital = {folded for raw, folded in words[1:] if raw[:1].isupper() and folded not in _STOP}
    return Traits(
        key=entry.key,
        lang=entry.lang,
        hours=entry.published.timestamp() / 3600,
        text=text,
        grams=grams,
        words=frozenset(kept),
        names=frozenset(capital | {f"={entity}" for entity in entities}),
        numbers=frozenset(_NUMBER.findall(entry.title)),
        event=facts.event,
        tolls=frozenset(facts.tolls.items()),
    )


class Frequencies:
    """Count in how many open entries each gram, word and name stands."""

    def __init__(self) -> None:
        self.entries = 0
        self._grams: Counter[str] = Counter()
        self._words: Counter[str] = Counter()

    def add(self, traits: Traits, *, sign: int = 1) -> None:
        """Count an entry in, or out again."""
        self.entries += sign
        for counter, keys in ((self._grams, traits.grams), (self._words, traits.words | traits.names)):
            for key in keys:
                counter[key] += sign
                if not counter[key]:
                    del counter[key]

    def gram(self, gram: str) -> float:
        """Return how telling a gram is."""
        return math.log((self.entries + 50) / (self._grams[gram] + 0.5))

    def word(self, word: str) -> float:
        """Return how telling a word or a name is."""
        return math.log((self.entries + 50) / (self._words[word] + 0.5))

    def count(self, word: str) -> int:
        """Return in how many open entries a word stands."""
        return self._words[word]


def similarity(one: Traits, other: Traits, *, frequencies: Frequencies) -> float:
    """Return the probability that two entries report the same event, 0.0-1.0."""
    across = bool(one.lang and other.lang and one.lang != other.lang)
    weights = CROSS if across else SAME
    names = one.names & other.names
    smaller = min(sum(map(frequencies.word, one.names)), sum(map(frequencies.word, other.names)))
    shared = one.words & other.words
    total = (
        weights.bias
        + weights.grams * _cosine(one, other, frequencies=frequencies)
        + weights.rarest * max((frequencies.word(word) for word in shared), default=0.0)
        + weights.names_share * (sum(map(frequencies.word, names)) / smaller if smaller > 0 else 0.0)
        + weights.names_count * min(5, len(names))
        + weights.hours * math.log1p(abs(one.hours - other.hours))
    )
    if weights.token_set:
        total += weights.token_set * fuzz.token_set_ratio(one.text, other.text) / 100
    if one.numbers & other.numbers:
        total += weights.numbers_shared * len(one.numbers & other.numbers)
    elif one.numbers and other.numbers:
        total += weights.numbers_differ
    return 1 / (1 + math.exp(-total - _evidence(one, other, across=across)))


def _evidence(one: Traits, other: Traits, *, across: bool) -> float:
    """Return what kind of event, toll and names say, in log-odds; hand-set, since the fitted news had no such facts."""
    kinds = {one.event, other.event} - {EventKind.OTHER}
    evidence = _OTHER_KIND if len(kinds) == 2 else 0.0
    evidence += _SAME_TOLL if one.tolls & other.tolls else 0.0
    if len(kinds) == 1 and one.event is other.event:
        shared = one.names & other.names
        named = any(not name.startswith("=") for name in shared)
        evidence += _SAME_NAME[across] if named else _SAME_ENTITY[across] if shared else 0.0
    return evidence


def _cosine(one: Traits, other: Traits, *, frequencies: Frequencies) -> float:
    dot = sum(
        count * other.grams[gram] * frequencies.gram(gram) ** 2
        for gram, count in one.grams.items()
        if gram in other.grams
    )
    if not dot:
        return 0.0
    return dot / math.sqrt(_norm(one, frequencies) * _norm(other, frequencies))


def _norm(traits: Traits, frequencies: Frequencies) -> float:
    return sum((count * frequencies.gram(gram)) ** 2 for gram, count in traits.grams.items())
