"""Name who, what and where can be watched, as the catalogue describes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


NEAR: Final = 3  # words between the two halves of a compound: more is another phrase

_NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})  # shared by every subscriber's words


class AliasKind(StrEnum):
    """Name what sort of written form an alias is."""

    FULL = "full"
    SHORT = "short"
    ACRONYM = "acronym"
    SURNAME = "surname"
    HANDLE = "handle"
    TOPIC = "topic"


class CaseRule(StrEnum):
    """Name which letter cases of an alias count; `title-ok` takes Jnim for JNIM."""

    ANY = "any"
    EXACT = "exact"
    TITLE_OK = "title-ok"


class EntityKind(StrEnum):
    """Name what an entity is; `words` are a subscriber's own."""

    PERSON = "person"
    GROUP = "group"
    ALLIANCE = "alliance"
    INSTITUTION = "institution"
    FORCE = "force"
    EVENT = "event"
    PLACE = "place"
    TOPIC = "topic"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Alias:
    """Hold one written form; a weak one counts only together with context.

    `valid_from` and `valid_to` are the first and the last day on which a weak one can mean the entity.
    """

    text: str
    lang: str = ""
    script: str = ""
    kind: AliasKind = AliasKind.FULL
    case: CaseRule = CaseRule.ANY
    weak: bool = False
    fuzzy: bool = True
    source: str = ""
    verified: bool = True
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Negatives:
    """Hold what speaks against an entity: phrases take their span, words weigh, neighbours veto."""

    phrases: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compound:
    """Hold a productive rule: a word of `of` in one noun phrase with a word of `beside`.

    Between the two stand at most `within` words, each of them a function word or one
    of `across`. A word of `never` next to the pair says that it is about something else.
    `weakly` are words beside which the pair counts only together with context or, where
    `amid` is given, in an entry that holds one of those words.
    A `*` at the end of a word stands for any ending, one at both ends for any word around it.
    """

    of: tuple[str, ...]
    beside: tuple[str, ...]
    weakly: tuple[str, ...] = ()
    amid: tuple[str, ...] = ()
    across: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    within: int = NEAR


@dataclass(frozen=True, slots=True)
class Designation:
    """Hold who lists a group, since which day, under which reference."""

    by: str
    since: date
    source: str


@dataclass(frozen=True, slots=True)
class Entity:
    """Hold one thing that can be watched.

    `context` are words or phrases any of which lets a weak alias count, `require` must
    all stand in the text, `forbid` none; `*` at the end stands for any ending.
    `patterns` are RE2 expressions of a subscriber. `lat` and `lon` are degrees, for places.
    """

    id: str
    name: str
    kind: EntityKind = EntityKind.WORDS
    names: Mapping[str, str] = field(default_factory=lambda: _NO_NAMES)
    families: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()
    context: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    negatives: Negatives = Negatives()
    compounds: tuple[Compound, ...] = ()
    patterns: tuple[str, ...] = ()
    given_names: tuple[str, ...] = ()
    note: str = ""
    senses: tuple[str, ...] = ()
    designated: tuple[Designation, ...] = ()
    country: str = ""
    lat: float | None = None
    lon: float | None = None

    def name_in(self, lang: str) -> str:
        """Return the name in a language, or the English one."""
        return self.names.get(lang, self.name)
