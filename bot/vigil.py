"""Hold the one watch list that serves all chats: the catalogue and everybody's own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.catalogue import load_gazetteer
from matchers.entities import EntityKind
from matchers.terms import parse_term

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matchers.watchlist import Watchlist

# Families whose members are armed groups: what they say of themselves is a claim.
ARMED: Final = frozenset({"jihadists", "tuareg-groups", "armed-groups"})


@dataclass(slots=True)
class Vigil:
    """Hold the watch list and what it was given beside the catalogue."""

    watchlist: Watchlist
    _own: set[str] = field(default_factory=set)

    def learn(self, expressions: Iterable[tuple[str, str]]) -> None:
        """Take in own-words terms; those that are known cost nothing."""
        for entity, expression in expressions:
            if entity not in self._own:
                self.watchlist.add(parse_term(expression))
                self._own.add(entity)

    def forget(self, entity: str) -> None:
        """Drop a term that nobody watches any more."""
        if entity in self._own:
            self.watchlist.remove(entity)
            self._own.discard(entity)

    def name(self, entity: str, lang: str, *, expression: str = "") -> str:
        """Return what a term or a place is called in a language: its name, a family's, or the words themselves."""
        if expression:
            return expression
        found = self.watchlist.entity(entity)
        if found:
            return found.names.get(lang) or found.name
        place = load_gazetteer().place(entity)
        return place.name_in(lang) if place else entity.removeprefix("family:")

    def is_armed(self, entity: str) -> bool:
        """Say whether an entity is an armed group."""
        found = self.watchlist.entity(entity)
        return bool(found and ARMED.intersection(found.families))

    def families(self) -> dict[str, int]:
        """Return each family with how many entities it has."""
        counted: dict[str, int] = {}
        for entity in self.watchlist.entities():
            for family in entity.families if entity.kind is not EntityKind.WORDS else ():
                counted[family] = counted.get(family, 0) + 1
        return counted
