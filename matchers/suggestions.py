"""Notice new ways of writing a known name: "(JMIN)" right behind the full name of the JNIM."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matchers.types import EntryText, Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matchers.entities import Entity
    from matchers.types import Match

# An acronym in brackets; two to eight letters, the first two of them capitals.
_BRACKETED: Final = re.compile(r"\s{0,2}[(\[«“]\s?([^\W\d_]{2,8})\s?[)\]»”]")
SURE: Final = 80


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Hold a form that may be an alias of an entity, and the name behind which it stood."""

    entity: str
    text: str
    beside: str


def suggest(entry: EntryText, matches: Iterable[Match], *, known: Iterable[Entity]) -> tuple[Suggestion, ...]:
    """List bracketed acronyms behind full names that no entity is known by."""
    aliases = {alias.text.replace(".", "").casefold() for entity in known for alias in entity.aliases}
    found = [one for match in matches if match.score >= SURE for one in _behind(entry, match)]
    return tuple(dict.fromkeys(one for one in found if one.text.casefold() not in aliases))


def _behind(entry: EntryText, match: Match) -> Iterator[Suggestion]:
    for mention in match.mentions:
        text = entry.title if mention.field is Field.TITLE else entry.summary
        bracketed = _BRACKETED.match(text, mention.end)
        if bracketed and bracketed[1][:2].isupper() and " " in mention.text:
            yield Suggestion(match.entity, bracketed[1], mention.text)
