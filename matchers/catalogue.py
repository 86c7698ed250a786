"""Read the catalogue: TOML files of entities, one a family.

files --parse_files--> Entity…          files --lint--> Finding(file, line, reason)…

`_contexts.toml` holds lists of context words that entities take by name; `places.toml`
is the gazetteer and is read elsewhere.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from datetime import date
from itertools import zip_longest
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from matchers.entities import (
    NEAR,
    Alias,
    AliasKind,
    CaseRule,
    Compound,
    Designation,
    Entity,
    EntityKind,
    Negatives,
)
from matchers.places import parse_places

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from enum import StrEnum

__all__ = ["Alias", "CatalogueError", "Entity", "LocatedEntity", "locate", "parse_catalogue", "parse_files"]

CONTEXTS_FILE: Final = "_contexts.toml"
PLACES_FILE: Final = "places.toml"

_ENTITY_HEAD: Final = re.compile(r"^\s*\[\[\s*entity\s*\]\]")
_ALIAS_HEAD: Final = re.compile(r"^\s*\[\[\s*entity\s*\.\s*alias\s*\]\]")
_DECODE_LINE: Final = re.compile(r"at line (\d+)")


class CatalogueError(ValueError):
    """Say which line of a catalogue file is wrong, and why."""

    def __init__(self, file: str, line: int, *, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class LocatedEntity:
    """Hold an entity with its file and lines: its own, and one for each alias."""

    entity: Entity
    file: str
    line: int
    alias_lines: tuple[int, ...]


def parse_catalogue(
    text: str, name: str, *, contexts: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[Entity, ...]:
    """Read one catalogue file; raise CatalogueError for the first thing that is wrong."""
    return tuple(located.entity for located in locate(text, name, contexts=contexts))


def parse_files(files: Mapping[str, str]) -> tuple[Entity, ...]:
    """Read all files of a catalogue by name; raise CatalogueError for what is wrong in or between them."""
    contexts = contexts_of(files)
    seen: dict[str, LocatedEntity] = {}
    for name in sorted(filter(is_catalogue, files)):
        for located in locate(files[name], name, contexts=contexts):
            first = seen.setdefault(located.entity.id, located)
            if first is not located:
                raise CatalogueError(
                    name, located.line, reason=f"the id {located.entity.id} stands in {first.file} as well"
                )
    return tuple(located.entity for located in seen.values())


def is_catalogue(name: str) -> bool:
    """Tell whether a file of the data directory holds entities."""
    base = name.rpartition("/")[2]
    return base.endswith(".toml") and base not in {CONTEXTS_FILE, PLACES_FILE}


def contexts_of(files: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the named lists of context words among the files."""
    named = {name.rpartition("/")[2]: (name, text) for name, text in files.items()}
    if CONTEXTS_FILE not in named:
        return {}
    document = _load(named[CONTEXTS_FILE][1], named[CONTEXTS_FILE][0])
    places = _place_names(named[PLACES_FILE][1]) if PLACES_FILE in named else {}
    countries = document.get("places", {})
    return {
        key: (*words, *(name for country in countries.get(key, ()) for name in places.get(country, ())))
        for key, words in document.get("contexts", {}).items()
    }


def _place_names(text: str) -> dict[str, list[str]]:
    """List, by country, the names of places that are nothing else as well."""
    found: dict[str, list[str]] = {}
    for place in parse_places(text):
        if place.bare and not place.ambiguous and place.kind not in {"country", "road"}:
            found.setdefault(place.country, []).extend((place.name, *place.names.values(), *place.aliases))
    return found


def locate(text: str, name: str, *, contexts: Mapping[str, tuple[str, ...]] | None = None) -> tuple[LocatedEntity, ...]:
    """Read one file and say for each entity where it stands."""
    document = _load(text, name)
    unknown = sorted(document.keys() - {"family", "entity"})
    if unknown:
        raise CatalogueError(name, 1, reason=f"unknown field {', '.join(unknown)}")
    lines = _lines_of(text)
    rows = document.get("entity", [])
    if not isinstance(rows, list):
        raise CatalogueError(name, 1, reason="`entity` must be an array of tables: [[entity]]")
    found = []
    for row, (line, alias_lines) in zip_longest(rows, lines[: len(rows)], fillvalue=(1, ())):
        reader = _Reader(name, line, alias_lines=alias_lines, contexts=contexts or {})
        found.append(reader.entity(row, document.get("family", "")))
    return tuple(found)


def _load(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _DECODE_LINE.search(str(error))
        raise CatalogueError(name, int(at[1]) if at else 1, reason=f"not TOML: {error}") from error


def _lines_of(text: str) -> list[tuple[int, tuple[int, ...]]]:
    """List, in order, the line of each `[[entity]]` and of its `[[entity.alias]]`."""
    found: list[tuple[int, list[int]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if _ENTITY_HEAD.match(line):
            found.append((number, []))
        elif found and _ALIAS_HEAD.match(line):
            found[-1][1].append(number)
    return [(line, tuple(aliases)) for line, aliases in found]


class _Reader:
    """Turn one entity's table into an Entity, with the line in every complaint."""

    def __init__(
        self, file: str, line: int, *, alias_lines: Sequence[int], contexts: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._file = file
        self._line = line
        self._alias_lines = alias_lines
        self._contexts = contexts

    def entity(self, row: Any, family: str) -> LocatedEntity:
        self._known(row, _ENTITY_FIELDS)
        for key in ("id", "name", "kind"):
            if not isinstance(row.get(key), str) or not row[key]:
                raise self._error(f"`{key}` is missing or no text")
        aliases = row.get("alias", [])
        lines = tuple(self._alias_lines[i] if i < len(self._alias_lines) else self._line for i in range(len(aliases)))
        values = {key: self._value(key, value) for key, value in row.items() if key not in _READ_APART}
        values["compounds"] = tuple(self._compound(table) for table in row.get("compound", []))
        families = self._words("families", row["families"]) if "families" in row else (family,) if family else ()
        entity = Entity(**values, families=families, aliases=tuple(map(self._alias, aliases, lines)))
        return LocatedEntity(entity, self._file, self._line, lines)

    def _value(self, key: str, value: Any) -> Any:
        if key == "context" and isinstance(value, str):
            return self._context((f"@{value}",))
        if key == "context":
            return self._context(self._words(key, value))
        if key in _WORD_FIELDS:
            return self._words(key, value)
        reader: Callable[[Any], Any] | None = {
            "kind": lambda v: self._member(EntityKind, v, line=self._line),
            "names": lambda v: MappingProxyType(dict(v)),
            "negatives": lambda v: Negatives(**self._lists(v, Negatives)),
            "designated": lambda v: tuple(self._designation(row) for row in v),
            "lat": float,
            "lon": float,
        }.get(key)
        return reader(value) if reader else value

    def _context(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Put named lists (`@sahel`) in the place of their names."""
        found: list[str] = []
        for word in words:
            if not word.startswith("@"):
                found.append(word)
            elif word[1:] in self._contexts:
                found.extend(self._contexts[word[1:]])
            else:
                raise self._error(f"there is no list of context words named {word[1:]!r}")
        return tuple(dict.fromkeys(found))

    def _lists(self, table: Any, shape: type) -> dict[str, tuple[str, ...]]:
        self._known(table, frozenset(f.name for f in fields(shape)))
        return {key: self._words(key, words) for key, words in table.items()}

    def _compound(self, table: Any) -> Compound:
        within = table.get("within", NEAR) if isinstance(table, dict) else 0
        lists = self._lists({k: v for k, v in table.items() if k != "within"}, Compound)
        lists = {key: self._context(words) for key, words in lists.items()}
        if not lists.get("of") or not lists.get("beside") or not isinstance(within, int):
            raise self._error("a compound needs `of` and `beside`, and a whole number in `within`")
        return Compound(**lists, within=within)

    def _designation(self, row: Any) -> Designation:
        if not isinstance(row, dict) or row.keys() != {"by", "since", "source"} or not isinstance(row["since"], date):
            raise self._error("a designation needs `by`, `since` (a day) and `source`")
        return Designation(**row)

    def _alias(self, row: Any, line: int) -> Alias:
        if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
            raise CatalogueError(self._file, line, reason="an alias needs `text`")
        unknown = sorted(row.keys() - _ALIAS_FIELDS)
        if unknown:
            raise CatalogueError(
                self._file, line, reason=f"unknown field {', '.join(unknown)} of alias {row['text']!r}"
            )
        wrong = [key for key, kind in _ALIAS_TYPES.items() if key in row and not isinstance(row[key], kind)]
        if wrong:
            raise CatalogueError(self._file, line, reason=f"`{wrong[0]}` of alias {row['text']!r} has the wrong type")
        values = dict(row)
        if "kind" in row:
            values["kind"] = self._member(AliasKind, row["kind"], line=line)
        if "case" in row:
            values["case"] = self._member(CaseRule, row["case"], line=line)
        return Alias(**values)

    def _member(self, kind: type[StrEnum], value: Any, *, line: int) -> Any:
        known = [member.value for member in kind]
        if value not in known:
            raise CatalogueError(self._file, line, reason=f"{value!r} is none of {', '.join(known)}")
        return kind(value)

    def _words(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise self._error(f"`{key}` must be a list of words")
        return tuple(value)

    def _known(self, table: Any, names: frozenset[str]) -> None:
        if not isinstance(table, dict):
            raise self._error("a table is expected here")
        unknown = sorted(table.keys() - names)
        if unknown:
            raise self._error(f"unknown field {', '.join(unknown)}")

    def _error(self, reason: str) -> CatalogueError:
        return CatalogueError(self._file, self._line, reason=reason)


_ENTITY_FIELDS: Final = (frozenset(f.name for f in fields(Entity)) - {"aliases", "patterns", "compounds"}) | {
    "alias",
    "compound",
}
_READ_APART: Final = frozenset({"alias", "families", "compound"})
_WORD_FIELDS: Final = frozenset({"context", "require", "forbid", "given_names", "senses"})
_ALIAS_FIELDS: Final = frozenset(f.name for f in fields(Alias))
_ALIAS_TYPES: Final = {
    "weak": bool,
    "fuzzy": bool,
    "verified": bool,
    "lang": str,
    "script": str,
    "source": str,
    "valid_from": date,
    "valid_to": date,
}
