"""Read what a person looks for in the archive: words, and filters written `name:value`. Pure.

goita outlet:rfi since:7d   words, one outlet, a week
place:Gao until:2026-03-01  everything that names Gao, before a day
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from bot.catalogue import load_gazetteer
from bot.chat.args import read_duration
from bot.chat.naming import exact
from bot.quiet import zone
from matchers.text import tokens
from storage.search import Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.vigil import Vigil
    from matchers.places import Place

# How a filter is called in English, French and Arabic.
_FILTERS: Final = {
    **dict.fromkeys(("entity", "name", "entité", "entite", "nom", "اسم"), "entity"),
    **dict.fromkeys(("place", "lieu", "مكان"), "place"),
    **dict.fromkeys(("outlet", "from", "source", "média", "media", "مصدر"), "outlet"),
    **dict.fromkeys(("since", "after", "depuis", "après", "apres", "منذ"), "since"),
    **dict.fromkeys(("until", "before", "avant", "jusqu", "حتى"), "until"),
}
_PART: Final = re.compile(r'(?:(\w+):(?=\S))?("[^"]*"|«[^»]*»|\S+)')


@dataclass(frozen=True, slots=True)
class Unknown:
    """Hold the part of a search that nothing is known of, and what kind of thing it was to be."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold with what a search is read: the watch list, the outlets (key and name), the moment, the zone."""

    vigil: Vigil
    outlets: Sequence[tuple[str, str]]
    now: datetime
    tz: str = "UTC"


def read_search(words: str, reading: Reading) -> Search | Unknown:
    """Return what is looked for; the first filter that cannot be read otherwise."""
    plain: list[str] = []
    wanted = Search()
    for name, written in _PART.findall(words):
        kind, value = _FILTERS.get(name.lower(), ""), written.strip('"«» ')
        narrowed = _narrowed(wanted, kind, value=value, reading=reading) if kind else wanted
        if narrowed is None:
            return Unknown(kind, value)
        wanted = narrowed
        if not kind:
            plain.append(f"{name} {value}" if name else value)
    text = " ".join(plain)
    named = exact(text, reading.vigil) if text else ()
    meant = named[0].id if named else ""
    return replace(wanted, words=text.removesuffix("*"), meant=meant, begins=text.endswith("*"))


def _narrowed(wanted: Search, kind: str, *, value: str, reading: Reading) -> Search | None:
    """Return a search with one more filter; None for a value of which nothing is known."""
    if kind == "entity":
        found = exact(value, reading.vigil)
        return replace(wanted, entities=(*wanted.entities, found[0].id)) if found else None
    if kind == "place":
        place = load_gazetteer().named(value)
        return replace(wanted, names=(*wanted.names, *_names_of(place))) if place else None
    if kind == "outlet":
        keys = find_outlets(value, reading.outlets)
        return replace(wanted, outlets=(*wanted.outlets, *keys)) if keys else None
    moment = read_moment(value, now=reading.now, tz=reading.tz)
    if moment is None:
        return None
    return replace(wanted, since=moment) if kind == "since" else replace(wanted, until=moment)


def _names_of(place: Place) -> tuple[tuple[str, ...], ...]:
    """Return the one-word names of a place as alternatives; each word of its name when it has none."""
    single = tuple(name for name in (place.name, *place.names.values(), *place.aliases) if len(tokens(name)) == 1)
    return (single,) if single else tuple((token.raw,) for token in tokens(place.name))


def find_outlets(words: str, outlets: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return the keys of the outlets that are called so; else of those whose names hold the words."""
    wanted = _plain(words)
    if not wanted:
        return ()
    named = tuple(key for key, name in outlets if wanted in (_plain(key), _plain(name)))
    return named or tuple(key for key, name in outlets if wanted in _plain(name))


def _plain(words: str) -> str:
    return " ".join(token.form for token in tokens(words.replace("-", " ")))


def read_moment(text: str, *, now: datetime, tz: str) -> datetime | None:
    """Return the beginning of a day (`2026-03-01`) in a zone, or a while ago (`7d`, `2w`)."""
    ago = read_duration(text)
    if ago is not None:
        return now - min(ago, timedelta(days=3650))
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime.combine(day, time(), zone(tz)).astimezone(UTC)
