"""Say which places an entry names, and which of them its story happened in. Pure.

A headline names the place of an event; a summary also names others: the capital that comments, the last attack.
So a story's places are those of its headlines, and those of its first summary where no headline names one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.catalogue import load_gazetteer
from matchers.gazetteer import written
from matchers.types import Field, Match, Mention, PlacementKind, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matchers.places import Place
    from matchers.types import EntryText, Placement, StoryEntry

PLACES: Final = "places"
# The countries of the shipped catalogue: beside a name of it, an ambiguous place of theirs is meant.
HOME: Final = ("ML", "BF", "NE")
_COUNTRY: Final = "country"
# Capitals stand for governments: in a summary they say who speaks, not where.
_SPEAKS: Final = frozenset({"capital"})


def named_in(text: EntryText, matches: Sequence[Match]) -> tuple[Place, ...]:
    """Return the places and countries that an entry names, beside what else was found in it."""
    return load_gazetteer().find(f"{text.title}. {text.summary}", scope=HOME if matches else ())


def places_in(text: EntryText, matches: Sequence[Match]) -> tuple[Place, ...]:
    """Return the places that an entry names; a whole country is no place."""
    return without_countries(named_in(text, matches))


def without_countries(places: Iterable[Place]) -> tuple[Place, ...]:
    """Return those of places that are no whole country."""
    return tuple(place for place in places if place.kind != _COUNTRY)


def place_matches(places: Sequence[Place], placement: Placement) -> tuple[Match, ...]:
    """Return the places in which an entry's event happened, as matches of the family of places."""
    entry = placement.entry
    titled = [place for place in places if _stands_in(place, entry.title)]
    first = placement.kind is PlacementKind.NEW
    told = titled or [place for place in places if first and place.kind not in _SPEAKS]
    return tuple(Match(place.id, (PLACES,), 100, (_mention(place, entry),), (Reason("exact"),)) for place in told)


def _stands_in(place: Place, title: str) -> bool:
    return _spelt(place, title) is not None or place in load_gazetteer().find(title)


def _spelt(place: Place, text: str) -> re.Match[str] | None:
    """Return where a place's name stands as a word of its own."""
    names = "|".join(map(re.escape, sorted(written(place), key=len, reverse=True)))
    return re.search(rf"(?<!\w)(?:{names})(?!\w)", text, re.IGNORECASE) if names else None


def _mention(place: Place, entry: StoryEntry) -> Mention:
    """Return where a place is named; nowhere in particular when it is written in a way of its own."""
    for field, text in _fields(entry):
        if found := _spelt(place, text):
            return Mention(found[0], field, found.start(), found.end(), found[0], 1.0)
    return Mention(place.name, Field.TITLE, 0, 0, "", 1.0)


def _fields(entry: StoryEntry) -> Iterable[tuple[Field, str]]:
    return ((Field.TITLE, entry.title), (Field.SUMMARY, entry.summary))
