"""Hold one tier of the watch list, compiled: names, context, compounds, and which words wake an entry.

Most entries hold no word of any name. A set of chunks known to be cold answers that for
whole texts at once; only the others are cut, looked up and verified.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matchers.compounds import CompiledCompound, compile_compound, pairs
from matchers.context import Patterns
from matchers.ideographs import Ideographs
from matchers.lexicon import Lexicon
from matchers.mentions import Words, hits_of
from matchers.names import Name, compile_alias
from matchers.sightings import Sighting
from matchers.text import alias_form, is_unspaced, pieces, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matchers.context import Spans
    from matchers.entities import Alias, Entity
    from matchers.text import Token

# A cold chunk costs about 100 bytes: 300,000 of them are 30 MB.
MEMO_COLD: Final = 300_000

# What an entity's context says of the countries it belongs to; feeds about them count as one context word.
COUNTRY_WORDS: Final = {
    "ML": "mali", "BF": "burkina", "NE": "niger", "DZ": "algeri", "MR": "mauritan", "BJ": "benin", "TG": "togo",
    "CI": "ivoir", "GH": "ghana", "NG": "nigeria", "SN": "senegal", "GN": "guine", "TD": "tchad", "LY": "liby",
    "MA": "maroc", "FR": "franc", "RU": "russ", "GB": "brit", "US": "americ",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Watched:
    """Hold an entity with its evidence compiled to numbers of patterns."""

    entity: Entity
    names: tuple[Name, ...]
    context: frozenset[int]
    require: tuple[frozenset[int], ...]
    forbid: frozenset[int]
    against: frozenset[int]
    neighbours: frozenset[str]
    phrases: tuple[tuple[str, ...], ...]
    given_names: frozenset[str]
    countries: frozenset[str]
    compound: CompiledCompound | None


class FieldText:
    """Hold one field of an entry, cut into words once for all tiers."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[Token] = tokens(text)


class Index:
    """Answer which names of one tier stand in an entry."""

    def __init__(self) -> None:
        self.patterns = Patterns()
        self._lexicon = Lexicon()
        self._ideographs = Ideographs()
        self._names: dict[int, list[Name]] = {}
        self._watched: dict[str, Watched] = {}
        self._heads: dict[int, int] = {}
        self._cold: set[str] = set()
        self.verifications = 0

    def __len__(self) -> int:
        return len(self._watched)

    @property
    def lookups(self) -> int:
        """Count the distinct words looked up so far."""
        return self._lexicon.lookups

    def watched(self, entity_id: str) -> Watched | None:
        """Return an entity of this tier, compiled."""
        return self._watched.get(entity_id)

    def entities(self) -> Iterable[Entity]:
        """Yield the entities of this tier."""
        return (watched.entity for watched in self._watched.values())

    def add(self, entity: Entity) -> None:
        """Compile an entity; one with the same id is replaced."""
        self.remove(entity.id)
        names = [name for alias in entity.aliases for name in self._alias(entity, alias)]
        watched = self._watched[entity.id] = self._compile(entity, tuple(names))
        for name in names:
            for anchor in (*name.anchors, *(number for number, _, _ in name.joins)):
                self._names.setdefault(anchor, []).append(name)
        if watched.compound:
            self._count_heads(watched.compound, 1)
        self._cold.clear()

    def remove(self, entity_id: str) -> None:
        """Forget an entity."""
        watched = self._watched.pop(entity_id, None)
        if watched is None:
            return
        for name in watched.names:
            for anchor in (*name.anchors, *(number for number, _, _ in name.joins)):
                kept = [other for other in self._names.get(anchor, ()) if other.entity.id != entity_id]
                if kept:
                    self._names[anchor] = kept
                else:
                    self._names.pop(anchor, None)
        self._ideographs.remove(entity_id)
        if watched.compound:
            self._count_heads(watched.compound, -1)

    def is_awake(self, chunks: set[str]) -> bool:
        """Tell whether any of the chunks may hold a name of this tier."""
        fresh = chunks - self._cold
        if not fresh:
            return False
        if len(self._cold) > MEMO_COLD:
            self._cold.clear()
        awake = False
        for chunk in fresh:
            if self._wakes(chunk):
                awake = True
            elif not is_unspaced(chunk):
                self._cold.add(chunk)
        return awake

    def sightings(
        self, fields: Sequence[FieldText], *, near_score: int
    ) -> tuple[list[Sighting], list[dict[int, Spans]]]:
        """Return the names seen in each field, and the patterns that stand in it."""
        found: list[Sighting] = []
        present = [self.patterns.present(field.words) for field in fields]
        for number, field in enumerate(fields):
            found.extend(self._named(field, number, near_score=near_score))
            found.extend(self._spelt(field, number))
            found.extend(self._paired(field, number, present=present[number]))
        return found, present

    def _alias(self, entity: Entity, alias: Alias) -> tuple[Name, ...]:
        if is_unspaced(alias.text):
            self._ideographs.add(entity, alias)
            return ()
        return compile_alias(entity, alias, lexicon=self._lexicon)

    def _compile(self, entity: Entity, names: tuple[Name, ...]) -> Watched:
        add = self.patterns.add_all
        against = entity.negatives
        return Watched(
            entity=entity,
            names=names,
            context=add(entity.context),
            require=tuple(add((word,)) for word in entity.require),
            forbid=add(entity.forbid),
            against=add(against.words),
            neighbours=frozenset(map(alias_form, against.neighbours)),
            phrases=tuple(tuple(alias_form(token.raw) for token in tokens(phrase)) for phrase in against.phrases),
            given_names=frozenset(map(alias_form, entity.given_names)),
            countries=_countries(entity),
            compound=compile_compound(entity, entity.compound, patterns=self.patterns) if entity.compound else None,
        )

    def _count_heads(self, compound: CompiledCompound, step: int) -> None:
        for number in compound.of:
            self._heads[number] = self._heads.get(number, 0) + step
            if not self._heads[number]:
                del self._heads[number]

    def _wakes(self, chunk: str) -> bool:
        words = pieces(chunk)
        for token in words:
            for form in token.forms:
                if any(number in self._names for number, _ in self._lexicon.lookup(form)):
                    return True
        if self._heads and not self._heads.keys().isdisjoint(self.patterns.present(words)):
            return True
        return self._ideographs.wakes(words)

    def _named(self, field: FieldText, number: int, *, near_score: int) -> Iterable[Sighting]:
        words = Words(field.text, field.words, lexicon=self._lexicon)
        names = {id(name): name for at in words.places for name in self._names.get(at, ())}
        for name in names.values():
            self.verifications += 1
            for hit in hits_of(name, words, near_score=near_score):
                yield Sighting(
                    entity=name.entity, alias=name.alias, field=number, first=hit.first, last=hit.last,
                    used=hit.used, similarity=hit.similarity, string_score=name.score(hit.similarity),
                )  # fmt: skip

    def _spelt(self, field: FieldText, number: int) -> Iterable[Sighting]:
        for spelt, first, last in self._ideographs.find(field.words):
            yield Sighting(
                entity=spelt.entity, alias=spelt.alias, field=number, first=first, last=last,
                used=frozenset(range(first, last + 1)), similarity=1.0, string_score=100,
            )  # fmt: skip

    def _paired(self, field: FieldText, number: int, *, present: dict[int, Spans]) -> Iterable[Sighting]:
        if self._heads.keys().isdisjoint(present):
            return
        for watched in self._watched.values():
            if watched.compound and not watched.compound.of.isdisjoint(present):
                for pair in pairs(watched.compound, field.words, text=field.text, present=present):
                    yield Sighting(
                        entity=watched.entity, alias=None, field=number, first=pair.first, last=pair.last,
                        used=frozenset(range(pair.first, pair.last + 1)), similarity=1.0, string_score=100,
                        strong=pair.strong,
                    )  # fmt: skip


def _countries(entity: Entity) -> frozenset[str]:
    """Read from an entity's context which countries it belongs to."""
    context = [alias_form(word) for word in entity.context]
    found = {code for code, word in COUNTRY_WORDS.items() if any(form.startswith(word) for form in context)}
    return frozenset({*found, entity.country} - {""})
