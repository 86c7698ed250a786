"""Place an entry: a copy, a follow-up of an open story, or a new story.

entry ─candidates(rare words, entities)→ pairs ─similarity→ mean of the best three a story → Placement

Two levels on one score: at .55 (.70 across languages) an entry joins a story; under .85 (.90)
it may tell something new and opens a development of its own. When unsure, a new story: a second
alert is a lesser harm than a swallowed event. What fools it: two attacks in one place a day apart.
Rejected: re-clustering later, since that would move a message that a reader has seen; single
linkage, since stories then chain. The index is a function of what was applied and expired: an
index that is rebuilt from the same placements decides the same.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from matchers.features import Frequencies, Traits, similarity, traits_of
from matchers.fingerprint import Fingerprint, fingerprint
from matchers.types import Match, Placement, PlacementKind, Reason, StoryEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

# Quality is flat from 24 h on; 72 h keep a weekend's repeats quiet (facts on stories 3.6).
WINDOW: Final = timedelta(hours=72)
JOIN: Final = (0.55, 0.70)
SAME_DEVELOPMENT: Final = (0.85, 0.90)
_BEST: Final = 3
_RAREST: Final = 8
_POSTINGS: Final = 400
_CANDIDATES: Final = 30
# No event has so many reports in three days; past it, entries open stories of their own.
_LARGEST: Final = 2_000


@dataclass(frozen=True, slots=True)
class StorySettings:
    """Hold the window and the two levels; each level for one language and across languages."""

    window: timedelta = WINDOW
    join: tuple[float, float] = JOIN
    same_development: tuple[float, float] = SAME_DEVELOPMENT


@dataclass(slots=True)
class _Open:
    traits: Traits
    print: Fingerprint
    story: str
    development: str
    seen: datetime


@dataclass(slots=True)
class StoryIndex:
    """Hold the open entries of the window and what finds them again."""

    settings: StorySettings = field(default_factory=StorySettings)
    _open: OrderedDict[str, _Open] = field(default_factory=OrderedDict)
    _postings: dict[str, OrderedDict[str, None]] = field(default_factory=dict)
    _copies: dict[str, str] = field(default_factory=dict)
    _stories: dict[str, list[str]] = field(default_factory=dict)
    _frequencies: Frequencies = field(default_factory=Frequencies)

    @classmethod
    def rebuild(cls, placements: Iterable[Placement], settings: StorySettings | None = None) -> StoryIndex:
        """Return the index that these placements, in order of arrival, make."""
        index = cls(settings or StorySettings())
        for placement in placements:
            index.expire(placement.entry.seen)
            index.apply(placement)
        return index

    def __len__(self) -> int:
        return len(self._open)

    def apply(self, placement: Placement) -> None:
        """Take a placement in, after it was committed."""
        entry = placement.entry
        opened = _Open(
            traits_of(entry, placement.entities), fingerprint(entry), placement.story, placement.development, entry.seen
        )
        self._open[entry.key] = opened
        self._frequencies.add(opened.traits)
        for word in opened.traits.words | opened.traits.names:
            self._postings.setdefault(word, OrderedDict())[entry.key] = None
        for sign in opened.print.signs:
            self._copies.setdefault(sign, entry.key)
        self._stories.setdefault(placement.story, []).append(entry.key)

    def expire(self, now: datetime) -> None:
        """Let go of entries older than the window."""
        while self._open:
            key, oldest = next(iter(self._open.items()))
            if now - oldest.seen <= self.settings.window:
                return
            self._remove(key, oldest)

    def _remove(self, key: str, gone: _Open) -> None:
        del self._open[key]
        self._frequencies.add(gone.traits, sign=-1)
        for word in gone.traits.words | gone.traits.names:
            postings = self._postings[word]
            del postings[key]
            if not postings:
                del self._postings[word]
        for sign in gone.print.signs:
            if self._copies.get(sign) == key:
                del self._copies[sign]
        members = self._stories[gone.story]
        members.remove(key)
        if not members:
            del self._stories[gone.story]

    def copy_of(self, given: Fingerprint, *, now: datetime) -> tuple[str, str] | None:
        """Return story and development of an entry with the same text or address."""
        for sign in given.signs:
            found = self._open.get(self._copies.get(sign, ""))
            if found and now - found.seen <= self.settings.window:
                return found.story, found.development
        return None

    def scores(self, traits: Traits, *, now: datetime) -> dict[str, list[tuple[float, bool, str]]]:
        """Return, for each story near an entry, (similarity, across languages?, development) of its entries."""
        found: dict[str, list[tuple[float, bool, str]]] = {}
        for key in self._candidates(traits):
            other = self._open[key]
            if now - other.seen > self.settings.window:
                continue
            across = bool(traits.lang and other.traits.lang and traits.lang != other.traits.lang)
            score = similarity(traits, other.traits, frequencies=self._frequencies)
            found.setdefault(other.story, []).append((score, across, other.development))
        return found

    def size(self, story: str) -> int:
        """Return how many open entries a story has."""
        return len(self._stories.get(story, ()))

    def _candidates(self, traits: Traits) -> list[str]:
        """Return the open entries that share the most telling words, at most thirty."""
        keys = sorted(traits.words | traits.names, key=lambda word: (self._frequencies.count(word), word))
        weights: dict[str, float] = {}
        for word in [key for key in keys if key in self._postings][:_RAREST]:
            worth = self._frequencies.word(word)
            postings = self._postings[word]
            for number, key in enumerate(reversed(postings)):
                if number >= _POSTINGS:
                    break
                weights[key] = weights.get(key, 0.0) + worth
        return sorted(weights, key=lambda key: (-weights[key], key))[:_CANDIDATES]


def place(entry: StoryEntry, matches: Sequence[Match], *, index: StoryIndex, now: datetime) -> Placement:
    """Decide where an entry goes; the index is unchanged."""
    entities = tuple(sorted({match.entity for match in matches}))
    copied = index.copy_of(fingerprint(entry), now=now)
    if copied:
        reasons = (Reason("same-text"),)
        return Placement(entry, PlacementKind.COPY, copied[0], copied[1], 1.0, entities=entities, reasons=reasons)
    best = _best_story(index, traits_of(entry, entities), now=now)
    if best is None:
        return Placement(entry, PlacementKind.NEW, entry.key, entry.key, 0.0, entities=entities)
    story, score, development = best
    return Placement(
        entry,
        PlacementKind.FOLLOW_UP,
        story,
        development or entry.key,
        score,
        entities=entities,
        reasons=(Reason("same-event", f"{score:.2f}"),),
    )


def _best_story(index: StoryIndex, traits: Traits, *, now: datetime) -> tuple[str, float, str] | None:
    """Return the story that an entry joins, how surely, and the development it repeats ("" for a new one)."""
    options = [
        option
        for story, pairs in index.scores(traits, now=now).items()
        for across in (False, True)
        if index.size(story) < _LARGEST and (option := _option(story, pairs, across=across, settings=index.settings))
    ]
    return max(options)[1:] if options else None


def _option(
    story: str, pairs: Sequence[tuple[float, bool, str]], *, across: bool, settings: StorySettings
) -> tuple[float, str, float, str] | None:
    """Return (margin, story, score, development) when the best three pairs of one kind reach the level."""
    near = sorted((pair for pair in pairs if pair[1] is across), reverse=True)[:_BEST]
    score = sum(pair[0] for pair in near) / len(near) if near else 0.0
    margin = score - settings.join[across]
    if not near or margin < 0:
        return None
    told = [pair for pair in pairs if pair[0] >= settings.same_development[pair[1]]]
    return margin, story, score, max(told)[2] if told else ""
