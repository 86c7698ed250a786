"""Match entries against all that is watched: the catalogue and every subscriber's own words.

EntryText --awake?--> sightings (two tiers) --overlaps--> --evidence, judge--> Match…

The list has two tiers: a large one that rarely changes and a small one that takes additions,
so that adding a term costs what one term costs. What matches does not depend on the tier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matchers.deciding import Item, decide
from matchers.entities import EntityKind
from matchers.fields import FieldText
from matchers.index import Index
from matchers.overlaps import without_overlaps
from matchers.patterns import PatternSet
from matchers.scoring import BAR, is_consumed
from matchers.text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matchers.entities import Entity
    from matchers.index import Wake, Watched
    from matchers.sightings import Sighting
    from matchers.types import EntryText, Match

DELTA: Final = 400  # entities in the small tier from which it is poured into the large one


class Watchlist:
    """Hold all that is watched and say what an entry mentions."""

    def __init__(self) -> None:
        self._tiers = (Index(), Index())
        self._patterns = PatternSet()

    @classmethod
    def compile(cls, entities: Iterable[Entity]) -> Watchlist:
        """Compile entities into a watch list; a later one replaces an earlier one of the same id."""
        watchlist = cls()
        for entity in entities:
            watchlist._tiers[0].add(entity)
            watchlist._patterns.add(entity)
        return watchlist

    def add(self, entity: Entity) -> None:
        """Watch an entity from the next entry on."""
        base, delta = self._tiers
        base.remove(entity.id)
        delta.add(entity)
        self._patterns.add(entity)
        if len(delta) > DELTA:
            for kept in list(delta.entities()):
                base.add(kept)
            self._tiers = (base, Index())

    def remove(self, entity_id: str) -> None:
        """Stop watching an entity; one that is not watched is no error."""
        for tier in self._tiers:
            tier.remove(entity_id)
        self._patterns.remove(entity_id)

    def entity(self, entity_id: str) -> Entity | None:
        """Return a watched entity."""
        found = [watched for tier in self._tiers if (watched := tier.watched(entity_id)) is not None]
        return found[-1].entity if found else None

    def entities(self) -> tuple[Entity, ...]:
        """Return all that is watched."""
        return tuple(entity for tier in self._tiers for entity in tier.entities())

    @property
    def work(self) -> tuple[int, int]:
        """Count the words looked up, and the places at which a name was tried, so far."""
        return sum(tier.lookups for tier in self._tiers), sum(tier.verifications for tier in self._tiers)

    def match(self, entry: EntryText, *, min_score: int = BAR) -> tuple[Match, ...]:
        """Return what an entry mentions, best first, one match an entity."""
        chunks = entry.title.split() + entry.summary.split()
        awake = [(tier, wake) for tier in self._tiers if (wake := tier.wake(chunks)) is not None]
        found = self._patterns.matches(entry)
        if awake:
            found = [*found, *self._matches(entry, awake, min_score=min_score)]
        if not found:
            return ()
        kept = [match for match in found if match.score >= min_score]
        return tuple(sorted(kept, key=lambda match: (-match.score, match.entity)))

    def waking(self, forms: Sequence[str]) -> list[str] | None:
        """Return those of many folded words without which an entry holds nothing watched; None: words do not tell."""
        woken: set[str] = set()
        for tier in self._tiers:
            found = None if self._patterns else tier.waking(forms)
            if found is None:
                return None
            woken.update(found)
        return sorted(woken)

    def find(self, words: str) -> tuple[Entity, ...]:
        """Return the entities of the catalogue that a person means by a few words, best first."""
        wanted = " ".join(token.form for token in tokens(words))
        ranked = []
        for entity in self.entities():
            if entity.kind is not EntityKind.WORDS:
                rank = _rank(entity, wanted)
                if rank:
                    ranked.append((-rank, entity.id, entity))
        return tuple(entity for _, _, entity in sorted(ranked, key=lambda row: row[:2]))

    def _matches(self, entry: EntryText, awake: Sequence[tuple[Index, Wake]], *, min_score: int) -> list[Match]:
        fields = [FieldText(entry.title), FieldText(entry.summary)]
        seen = [s for tier, wake in awake for s in tier.sightings(fields, wake, near_score=min_score)]
        if not seen:
            return []
        by_entity: dict[str, list[Sighting]] = {}
        seen = [sighting for sighting in seen if sighting.was_in_use(entry.day)]
        for sighting in without_overlaps(self._unconsumed(seen, fields)):
            by_entity.setdefault(sighting.entity.id, []).append(sighting)
        known = {entity_id: self._known(entity_id) for entity_id in by_entity}
        standing = {id(tier): tier.present(fields) for tier, _ in awake}
        item = Item(
            entry=entry,
            fields=fields,
            strong={name: known[name][1] for name, found in by_entity.items() if any(map(_is_strong, found))},
        )
        decided = [
            decide(watched, by_entity[name], item=item, present=standing[id(tier)], patterns=tier.patterns)
            for name, (tier, watched) in known.items()
        ]
        return [match for match in decided if match is not None]

    def _unconsumed(self, seen: Iterable[Sighting], fields: Sequence[FieldText]) -> list[Sighting]:
        """Leave out what lies inside a phrase that means something else."""
        return [s for s in seen if not is_consumed(s, self._known(s.entity.id)[1], field=fields[s.field])]

    def _known(self, entity_id: str) -> tuple[Index, Watched]:
        for tier in reversed(self._tiers):
            watched = tier.watched(entity_id)
            if watched is not None:
                return tier, watched
        raise KeyError(entity_id)


def _is_strong(sighting: Sighting) -> bool:
    return not sighting.is_weak and sighting.string_score >= BAR


def _rank(entity: Entity, wanted: str) -> int:
    """Return how well a few folded words name an entity: its id, a name or alias, the beginning of one."""
    if not wanted:
        return 0
    names = {_plain(text) for text in (entity.id, entity.name, *entity.names.values())}
    aliases = {_plain(alias.text) for alias in entity.aliases}
    if wanted in names:
        return 4
    if wanted in aliases:
        return 3
    if any(name.startswith(wanted) for name in names):
        return 2
    return int(len(wanted) > 2 and any(f" {wanted}" in f" {name}" for name in names | aliases))


def _plain(text: str) -> str:
    return " ".join(token.form for token in tokens(text))
