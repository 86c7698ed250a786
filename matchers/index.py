"""Hold one tier of the watch list, compiled: names, context, compounds, and which words wake an entry.

Most entries hold no word that can begin the search for a name. A set of chunks known to be silent answers
that for whole texts at once; only the others are cut, looked up and verified.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from matchers.compounds import CompiledCompound, compile_compound, pairs
from matchers.context import Patterns
from matchers.entities import AliasKind
from matchers.ideographs import Ideographs
from matchers.lexicon import Lexicon
from matchers.mentions import hits_of
from matchers.names import Name, compile_alias
from matchers.sightings import Sighting
from matchers.sites import Words
from matchers.text import alias_form, is_unspaced, pieces, tokens
from matchers.vocabulary import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from matchers.context import Spans
    from matchers.entities import Alias, Entity
    from matchers.fields import FieldText
    from matchers.text import Token

# A silent chunk costs about 120 bytes: 150,000 of them are 18 MB, and more words than the news has in three languages.
MEMO_CHUNKS: Final = 150_000
# A word this like one of a name is surely meant: one wrong letter in seven.
SOUND: Final = 0.85
NO_WORDS: Final[frozenset[str]] = frozenset()
# Of a name whose anchor is damaged, so many other words must be there.
FEWEST_SPARES: Final = 2
# What a chunk may hold.
NAMES: Final = 1
HEADS: Final = 2
STRINGS: Final = 4

# What an entity's context says of the countries it belongs to; feeds about them count as one context word.
COUNTRY_WORDS: Final = {
    "ML": "mali", "BF": "burkina", "NE": "niger", "DZ": "algeri", "MR": "mauritan", "BJ": "benin", "TG": "togo",
    "CI": "ivoir", "GH": "ghana", "NG": "nigeria", "SN": "senegal", "GN": "guine", "TD": "tchad", "LY": "liby",
    "MA": "maroc", "FR": "franc", "RU": "russ", "GB": "brit", "US": "americ",
}  # fmt: skip


class Known(NamedTuple):
    """Hold what a chunk may hold: kinds of names, the alias words it may be, among them anchors, those it surely is, spares."""

    kinds: int
    numbers: tuple[int, ...]
    anchors: tuple[int, ...]
    exact: tuple[int, ...]
    spares: tuple[int, ...]


class Wake(NamedTuple):
    """Hold what an entry may hold of a tier: kinds of names, and those enough of whose words are there."""

    kinds: int
    names: list[Name]


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
    own: frozenset[str]
    compounds: tuple[CompiledCompound, ...]


class Index:
    """Answer which names of one tier stand in an entry."""

    def __init__(self) -> None:
        self.patterns = Patterns()
        self._lexicon = Lexicon()
        self._ideographs = Ideographs()
        self._names: dict[int, list[Name]] = {}
        self._spares: dict[tuple[int, ...], list[Name]] = {}
        self._watched: dict[str, Watched] = {}
        self._heads: dict[int, int] = {}
        self._compounds: dict[str, tuple[CompiledCompound, ...]] = {}
        self._silent: set[str] = set()
        self._heard: dict[str, Known] = {}
        self._spare_words: set[int] = set()
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
            if name.spares:
                self._spares.setdefault(name.spares, []).append(name)
                self._spare_words.update(name.spares)
        for compound in watched.compounds:
            self._count_heads(compound, 1)
        if watched.compounds:
            self._compounds[entity.id] = watched.compounds
        self._forget()

    def remove(self, entity_id: str) -> None:
        """Forget an entity."""
        watched = self._watched.pop(entity_id, None)
        if watched is None:
            return
        for name in watched.names:
            for anchor in (*name.anchors, *(number for number, _, _ in name.joins)):
                _take_out(self._names, anchor, entity_id=entity_id)
            _take_out(self._spares, name.spares, entity_id=entity_id)
        self._ideographs.remove(entity_id)
        for compound in watched.compounds:
            self._count_heads(compound, -1)
        self._compounds.pop(entity_id, None)

    def wake(self, chunks: Sequence[str]) -> Wake | None:
        """Tell which names of this tier the chunks of an entry may hold; None: nothing."""
        if not self._watched:
            return None
        kinds, spared = 0, 0
        anchors: list[int] = []
        heard = self._heard
        known = [heard.get(chunk) or self._learn(chunk) for chunk in set(chunks) - self._silent]
        for kind, _, own, _, spares in known:
            kinds |= kind
            anchors += own
            spared += len(spares) > 0
        names = self._candidates(known, sorted(set(anchors))) if anchors else {}
        if spared >= FEWEST_SPARES:
            names |= self._spared(known)
        return Wake(kinds, list(names.values())) if names or kinds & ~NAMES else None

    def waking(self, forms: Sequence[str]) -> list[str] | None:
        """Return those of many folded words without which no name of this tier stands; None: words do not tell."""
        if self._ideographs or self._heads:
            return None
        asked = self._names.keys() | self._spare_words
        return [
            form
            for form in self._lexicon.near(forms)
            if not asked.isdisjoint(number for number, _ in self._lexicon.lookup(form))
        ]

    def sightings(self, fields: Sequence[FieldText], wake: Wake, *, near_score: int) -> list[Sighting]:
        """Return the names seen in each field."""
        found: list[Sighting] = []
        standing = self._standing(fields) if wake.kinds & HEADS else frozenset()
        for number, field in enumerate(fields):
            if wake.names and field.chunks:
                found.extend(self._named(field, number, names=wake.names, near_score=near_score))
            if wake.kinds & STRINGS:
                found.extend(self._spelt(field, number))
            if wake.kinds & HEADS:
                found.extend(self._paired(field, number, standing=standing))
        return found

    def present(self, fields: Sequence[FieldText]) -> list[dict[int, Spans]]:
        """Return the patterns that stand in each field."""
        return [self.patterns.present(field.words) for field in fields]

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
            neighbours=_set(map(alias_form, against.neighbours)),
            phrases=tuple(tuple(alias_form(token.raw) for token in tokens(phrase)) for phrase in against.phrases),
            given_names=_set(map(alias_form, entity.given_names)),
            countries=_countries(entity),
            own=_own_words(entity),
            compounds=tuple(compile_compound(entity, rule, patterns=self.patterns) for rule in entity.compounds),
        )

    def _count_heads(self, compound: CompiledCompound, step: int) -> None:
        for number in compound.of:
            self._heads[number] = self._heads.get(number, 0) + step
            if not self._heads[number]:
                del self._heads[number]

    def _learn(self, chunk: str) -> Known:
        """Look a chunk up for the first time, and remember what it may hold."""
        words = pieces(chunk)
        forms = {form for token in words for form in token.forms if form not in FUNCTION_WORDS or _is_acronym(token)}
        hits = [hit for form in forms for hit in self._lexicon.lookup(form)]
        numbers = {number for number, _ in hits}
        anchors = self._names.keys() & numbers
        kind = NAMES if anchors else 0
        if self._heads and not self._heads.keys().isdisjoint(self.patterns.present(words)):
            kind |= HEADS
        if self._ideographs.wakes(words):
            kind |= STRINGS
        exact = {number for number, similarity in hits if similarity >= SOUND}
        known = Known(kind, tuple(numbers), tuple(anchors), tuple(exact), tuple(self._spare_words & exact))
        if not is_unspaced(chunk):
            self._remember(chunk, known)
        return known

    def _remember(self, chunk: str, known: Known) -> None:
        if len(self._silent) + len(self._heard) > MEMO_CHUNKS:
            self._forget()
        if known.kinds or known.numbers:
            self._heard[chunk] = known
        else:
            self._silent.add(chunk)

    def _forget(self) -> None:
        self._silent.clear()
        self._heard.clear()

    def _candidates(self, known: Sequence[Known], anchors: Iterable[int]) -> dict[int, Name]:
        """Find the names enough of whose words stand in the entry, anywhere; a damaged one has a sound word."""
        numbers: set[int] = set().union(*[each.numbers for each in known])
        complete: list[Name] = []
        damaged: list[Name] = []
        names = self._names
        for anchor in anchors:
            for name in names[anchor]:
                required = name.required
                if required <= numbers or (name.joined and not name.joined.isdisjoint(numbers)):
                    complete.append(name)
                elif name.most_absent and len(required - numbers) <= name.most_absent:
                    damaged.append(name)
        if damaged:
            exact = set().union(*[each.exact for each in known])
            complete += [name for name in damaged if not name.required.isdisjoint(exact)]
        return {id(name): name for name in complete}

    def _spared(self, heard: Sequence[Known]) -> dict[int, Name]:
        """Find the names of which two spare words stand in the entry, whatever became of their anchors."""
        numbers = sorted({number for known in heard for number in known.spares})
        found: dict[int, Name] = {}
        for pair in combinations(numbers, 2):
            if pair in self._spares:
                found.update((id(name), name) for name in self._spares[pair])
        return found

    def _named(self, field: FieldText, number: int, *, names: list[Name], near_score: int) -> Iterable[Sighting]:
        words = Words(field, lexicon=self._lexicon)
        for name in names:
            for hit in hits_of(name, words, near_score=near_score):
                yield Sighting(
                    entity=name.entity, alias=name.alias, field=number, first=hit.first, last=hit.last,
                    used=hit.used, similarity=hit.similarity, string_score=name.score(hit.similarity),
                )  # fmt: skip
        self.verifications += words.tried

    def _spelt(self, field: FieldText, number: int) -> Iterable[Sighting]:
        for spelt, first, last in self._ideographs.find(field.words):
            yield Sighting(
                entity=spelt.entity, alias=spelt.alias, field=number, first=first, last=last,
                used=frozenset(range(first, last + 1)), similarity=1.0, string_score=100,
            )  # fmt: skip

    def _standing(self, fields: Sequence[FieldText]) -> AbstractSet[int]:
        """Return the patterns that stand anywhere in an entry."""
        return {number for present in self.present(fields) for number in present}

    def _paired(self, field: FieldText, number: int, *, standing: AbstractSet[int]) -> Iterable[Sighting]:
        present = self.patterns.present(field.words)
        for compound in chain.from_iterable(self._compounds.values()):
            for pair in pairs(compound, field.words, text=field.text, present=present, standing=standing):
                yield Sighting(
                    entity=pair.entity, alias=None, field=number, first=pair.first, last=pair.last,
                    used=frozenset(range(pair.first, pair.last + 1)), similarity=1.0, string_score=100,
                    strong=pair.strong,
                )  # fmt: skip


def _is_acronym(token: Token) -> bool:
    """Tell whether a word can be an acronym though it is a function word in small letters ("AU")."""
    return len(token.raw) > 1 and token.raw.isupper()


def _set(words: Iterable[str]) -> frozenset[str]:
    return frozenset(words) or NO_WORDS


def _take_out(filed: dict[Any, list[Name]], key: object, *, entity_id: str) -> None:
    """Take an entity's names out of what is filed under a word or two."""
    kept = [name for name in filed.get(key, ()) if name.entity.id != entity_id]
    if kept:
        filed[key] = kept
    else:
        filed.pop(key, None)


def _own_words(entity: Entity) -> frozenset[str]:
    """List the words of an entity's names where an acronym of it may be somebody else's."""
    acronyms = [alias for alias in entity.aliases if alias.kind is AliasKind.ACRONYM]
    if not any(alias.weak or " " in alias.text for alias in acronyms):
        return NO_WORDS
    return _set(alias_form(token.raw) for alias in entity.aliases for token in tokens(alias.text))


def _countries(entity: Entity) -> frozenset[str]:
    """Read from an entity's context which countries it belongs to."""
    found = {code for word in entity.context for code in _countries_of(alias_form(word))}
    return _set({*found, entity.country} - {""})


@lru_cache(maxsize=4_096)  # entities of one family share most of their context
def _countries_of(form: str) -> tuple[str, ...]:
    return tuple(code for code, word in COUNTRY_WORDS.items() if form.startswith(word))
