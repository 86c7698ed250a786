"""Place an entry: a copy, a follow-up of an open story, or a new story.

entry ─fingerprint→ copy?   ─traits→ Window.candidates → Window.compare ─weights→ log-odds of each pair
      ─ stage two: the mean of the best four a story, against the story as a whole → Placement

Two levels on one score: at JOIN an entry joins a story; under SAME_DEVELOPMENT it may tell
something new and opens a development of its own. When unsure, a new story: a second alert is a
lesser harm than a swallowed event. One pass, nothing is moved later; but an entry that fits two
stories by a wide margin shows that they are one, and then the later is merged into the earlier.

What fools it: two attacks in one place a day apart, told without numbers; successive reports on
one person, or on one town, in a few words. Rejected: re-clustering, since that would move a message that a reader has seen;
single linkage, since stories then chain; counting a word once a story rather than once an entry
(F1 of alerts .64 instead of .73 across the two halves of the development set); a second model
over the members' scores and the story's size and age (no gain there); boosted trees (none either).
The index is a function of what was applied and expired, counts of words included: an index that
is rebuilt from the same placements decides the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from matchers.copies import Copies
from matchers.features import AREA, PLACE, traits_of
from matchers.places import NARROW
from matchers.shelf import ObjectShelf, Shelf
from matchers.types import Filed, Match, Placement, PlacementKind, Reason, StoryEntry
from matchers.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from matchers.features import Traits
    from matchers.places import Place
    from matchers.window import Slots

# Quality is flat from 24 h on; 72 h keep a weekend's repeats quiet (facts on stories 3.6).
WINDOW: Final = timedelta(hours=72)
# Log-odds, within one language and across.
JOIN: Final = (-0.65, -0.65)
SAME_DEVELOPMENT: Final = (1.7, 1.7)
# Log-odds of one pair above which no encoder is asked. Its answer would change little here, but its vector also serves
# the entries that come later: on the development set, F1 of alerts is .790 at 5, .794 at 6, .798 if all are asked.
SURE: Final = 6.0
MERGE: Final = 4.0  # log-odds above joining that show two stories to be one
_BEST: Final = 4
# A story of so many open entries draws less: no event has many more, and what is common to them is common.
_LARGE: Final = 60
_WEIGHT_OF_SIZE: Final = 2.5  # log-odds for each doubling past that
_LARGEST: Final = 2_000
# A story whose entries in one language fit and in another do not: so much of the objection counts, up to a bound in log-odds.
_WEIGHT_OF_OBJECTION: Final = 0.45
_LOUDEST: Final = 6.0


@dataclass(frozen=True, slots=True)
class StorySettings:
    """Hold the window and the levels, in log-odds; each level for one language and across languages."""

    window: timedelta = WINDOW
    join: tuple[float, float] = JOIN
    same_development: tuple[float, float] = SAME_DEVELOPMENT


# Log-odds of a pair, development and slot of the entry that is open.
_Scored = tuple[float, str, int]


class _Option(NamedTuple):
    """Hold how well an entry fits a story: margin above the level, log-odds, development it repeats, oldest slot near it."""

    margin: float
    story: str
    logit: float
    development: str
    oldest: int


@dataclass(slots=True)
class StoryIndex:
    """Hold the open entries of the window and what finds them again."""

    settings: StorySettings = field(default_factory=StorySettings)
    _window: Window = field(default_factory=Window)
    _copies: Copies = field(default_factory=Copies)
    _seen: Shelf = field(default_factory=lambda: Shelf(np.float64))
    _stories: ObjectShelf[str] = field(default_factory=ObjectShelf)
    _developments: ObjectShelf[str] = field(default_factory=ObjectShelf)
    _sizes: dict[str, int] = field(default_factory=dict)
    _merged: dict[str, str] = field(default_factory=dict)
    _absorbed: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def rebuild(cls, placements: Iterable[Placement], settings: StorySettings | None = None) -> StoryIndex:
        """Return the index that these placements, in order of arrival, make."""
        index = cls(settings or StorySettings())
        for placement in placements:
            index.expire(placement.entry.seen)
            index.apply(placement)
        return index

    def __len__(self) -> int:
        return len(self._window)

    def apply(self, placement: Placement) -> None:
        """Take a placement in, after it was committed."""
        traits = placement.traits or traits_of(placement.entry, placement.entities)
        filed = Filed(placement.entry.seen, placement.story, placement.development, placement.merges, traits)
        self.restore([filed])

    def restore(self, many: Sequence[Filed]) -> None:
        """Take in what was placed, in its order, all at once."""
        if not many:
            return
        first = self._window.add_all([each.traits for each in many])
        self._copies.add_all([each.traits.signs for each in many], first)
        self._seen.extend([each.seen.timestamp() for each in many])
        for each in many:
            story = self.current(each.story)
            self._stories.append(story)
            # Mostly they are one, and then it is held once.
            self._developments.append(story if each.development == story else each.development)
            self._sizes[story] = self._sizes.get(story, 0) + 1
            if each.merges:
                self.merge(story, later=each.merges)

    def merge(self, story: str, *, later: str) -> None:
        """Let two stories be one from now on, by an entry that fits both or by a reader's word."""
        gone, kept = self.current(later), self.current(story)
        if gone == kept or gone not in self._sizes or kept not in self._sizes:
            return
        absorbed = [*self._absorbed.pop(gone, []), gone]
        self._absorbed.setdefault(kept, []).extend(absorbed)
        self._merged |= dict.fromkeys(absorbed, kept)
        self._sizes[kept] += self._sizes.pop(gone)

    def current(self, story: str) -> str:
        """Return the story that a story was merged into, or itself."""
        return self._merged.get(story, story)

    def expire(self, now: datetime) -> None:
        """Let go of entries older than the window."""
        oldest = now.timestamp() - self.settings.window.total_seconds()
        while len(self) and self._seen.rows[self._seen.first - self._seen.base] < oldest:
            self._remove_oldest()

    def _remove_oldest(self) -> None:
        slot = self._window.remove_oldest()
        story = self.current(self._stories[slot])
        self._copies.drop_before(slot + 1)
        self._seen.drop(slot + 1)
        self._stories.drop_oldest()
        self._developments.drop_oldest()
        self._sizes[story] -= 1
        if not self._sizes[story]:
            del self._sizes[story]
            for absorbed in self._absorbed.pop(story, ()):
                del self._merged[absorbed]

    def copy_of(self, signs: Sequence[int], *, now: datetime) -> tuple[str, str] | None:
        """Return story and development of an entry with the same text or address."""
        oldest = now.timestamp() - self.settings.window.total_seconds()
        for sign in signs:
            slot = self._copies.find(sign)
            if slot is not None and self._seen.rows[slot - self._seen.base] >= oldest:
                return self.current(self._stories[slot]), self._developments[slot]
        return None

    def options(self, traits: Traits, *, now: datetime) -> list[_Option]:
        """Return how well an entry fits the stories near it, best first, those alone that it may join."""
        slots = self._window.candidates(traits)
        oldest = now.timestamp() - self.settings.window.total_seconds()
        slots = slots[self._seen.rows[slots - self._seen.base] >= oldest]
        if not len(slots):
            return []
        found: dict[str, list[_Option]] = {}
        for (story, across), scored in self._near(traits, slots).items():
            found.setdefault(story, []).append(self._option(story, scored, across=across))
        fitting = (_doubted(options) for options in found.values())
        return sorted((option for option in fitting if option.margin >= 0), key=_by_margin)

    def is_sure(self, traits: Traits, *, now: datetime) -> bool:
        """Say whether an entry's words alone place it: its text is known, or hardly differs from an open entry's."""
        if self.copy_of(traits.signs, now=now):
            return True
        slots = self._window.candidates(traits)
        if not len(slots):
            return False
        pairs = self._window.compare(traits, slots)
        return bool((pairs.logits(self._window.token_sets(traits, slots), slice(None)) >= SURE).any())

    def _near(self, traits: Traits, slots: Slots) -> dict[tuple[str, bool], list[_Scored]]:
        """Return the scored entries of the stories that may be joined, by story and by whether they are in another language."""
        pairs = self._window.compare(traits, slots)
        stories = [self.current(story) for story in self._stories.many(slots.tolist())]
        # A story's score is no higher than its best entry's: what no entry of it can reach need not be looked at.
        level = np.where(pairs.across, self.settings.join[1], self.settings.join[0])
        at = _of_stories(stories, pairs.most() >= level)
        if not at:
            return {}
        logits = pairs.logits(self._window.token_sets(traits, slots[at]), at)
        near: dict[tuple[str, bool], list[_Scored]] = {}
        for number in _of_stories([stories[each] for each in at], logits >= level[at]):
            slot, group = int(slots[at[number]]), (stories[at[number]], bool(pairs.across[at[number]]))
            near.setdefault(group, []).append((float(logits[number]), self._developments[slot], slot))
        return near

    def _option(self, story: str, scored: list[_Scored], *, across: bool) -> _Option:
        near = sorted(scored, reverse=True)[:_BEST]
        logit = log_odds(sum(share(each[0]) for each in near) / len(near))
        told = near[0][1] if near[0][0] >= self.settings.same_development[across] else ""
        margin = logit - self.settings.join[across] - self._draw(story)
        return _Option(margin, story, logit, told, oldest=min(each[2] for each in scored))

    def _draw(self, story: str) -> float:
        """Return what a story's size takes from its pull; endless for one that must not grow."""
        size = self.size(story)
        if size >= _LARGEST:
            return math.inf
        return _WEIGHT_OF_SIZE * math.log2(size / _LARGE) if size > _LARGE else 0.0

    def size(self, story: str) -> int:
        """Return how many open entries a story has."""
        return self._sizes.get(self.current(story), 0)


class ReadEntry(NamedTuple):
    """Hold an entry that waits to be placed, the entities that it names, and what of it is compared."""

    entry: StoryEntry
    entities: tuple[str, ...]
    traits: Traits


def place(
    entry: StoryEntry, matches: Sequence[Match], *, index: StoryIndex, now: datetime, places: Sequence[Place] = ()
) -> Placement:
    """Decide where an entry goes, by what was found in it; the index is unchanged."""
    return place_read(read(entry, matches, places=places), index=index, now=now)


def read(entry: StoryEntry, matches: Sequence[Match], *, places: Sequence[Place] = ()) -> ReadEntry:
    """Read of an entry what it is compared by, for which no index is needed."""
    entities = named(matches, places)
    return ReadEntry(entry, entities, traits_of(entry, entities))


def understood(entry_read: ReadEntry, meaning: bytes) -> ReadEntry:
    """Return a read entry with the vector of its headline, if it has words to compare beside."""
    traits = entry_read.traits
    return entry_read._replace(traits=replace(traits, meaning=meaning)) if len(traits.values) else entry_read


def place_read(entry_read: ReadEntry, *, index: StoryIndex, now: datetime) -> Placement:
    """Decide where an entry goes that was read before; the index is unchanged."""
    entry, entities, traits = entry_read
    copied = index.copy_of(traits.signs, now=now)
    if copied:
        reasons = (Reason("same-text"),)
        return Placement(
            entry, PlacementKind.COPY, copied[0], copied[1], 1.0, entities=entities, reasons=reasons, traits=traits
        )
    options = index.options(traits, now=now)
    if not options:
        return Placement(entry, PlacementKind.NEW, entry.key, entry.key, 0.0, entities=entities, traits=traits)
    best, similarity = options[0], share(options[0].logit)
    story, merges = _earlier(options)
    return Placement(
        entry,
        PlacementKind.FOLLOW_UP,
        story,
        best.development or entry.key,
        similarity,
        entities=entities,
        reasons=(Reason("same-event", f"{similarity:.2f}"),),
        merges=merges,
        traits=traits,
    )


def _of_stories(stories: list[str], fits: Any) -> list[int]:
    """Return the places of all entries of those stories of which one fits."""
    those = {stories[at] for at in np.flatnonzero(fits).tolist()}
    return [at for at, story in enumerate(stories) if story in those]


def _doubted(options: list[_Option]) -> _Option:
    """Return how well an entry fits a story: what its entries in one language say, less what those in others object."""
    best, worst = max(options, key=_by_strength), min(options, key=_by_strength)
    objection = min(max(-worst.margin, 0.0), _LOUDEST)
    return best._replace(margin=best.margin - _WEIGHT_OF_OBJECTION * objection)


def _earlier(options: list[_Option]) -> tuple[str, str | None]:
    """Return the story to join, and the one that this shows to be the same, when two fit by a wide margin."""
    if len(options) > 1 and options[1].margin >= MERGE:
        earlier, later = sorted(options[:2], key=_by_age)
        return earlier.story, later.story
    return options[0].story, None


def _by_age(option: _Option) -> int:
    return option.oldest


def named(matches: Iterable[Match], places: Iterable[Place] = ()) -> tuple[str, ...]:
    """Return the entities and places that an entry names, places behind their mark."""
    marked = (f"{PLACE if place.kind in NARROW else AREA}{place.id}" for place in places)
    return tuple(sorted({*(match.entity for match in matches), *marked}))


def share(logit: float) -> float:
    """Return the probability of log-odds."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def log_odds(probability: float) -> float:
    """Return the log-odds of a probability."""
    bounded = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log(bounded / (1 - bounded))


def _by_strength(option: _Option) -> float:
    return option.margin


def _by_margin(option: _Option) -> tuple[float, str]:
    return -option.margin, option.story
