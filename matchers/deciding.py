"""Turn the sightings of one entity into a match, or into nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matchers.context import outside
from matchers.entities import AliasKind, EntityKind
from matchers.expansions import is_foreign, long_form
from matchers.scoring import BAR, Evidence, Verdict, judge, other_given_name
from matchers.text import fold
from matchers.types import EntryText, Field, Match, Mention

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matchers.context import Patterns, Spans
    from matchers.fields import FieldText
    from matchers.index import Watched
    from matchers.sightings import Sighting

FIELDS: Final = (Field.TITLE, Field.SUMMARY)
MOST_MENTIONS: Final = 8  # a reader needs no more to see what was meant
# Who writes in one of these languages writes about its countries; French, English and Arabic say nothing.
LANGUAGE_COUNTRIES: Final = {
    "bm": ("ML",), "ses": ("ML",), "khq": ("ML",), "snk": ("ML",), "tmh": ("ML", "NE"), "taq": ("ML",),
    "mos": ("BF",), "gux": ("BF",), "dyu": ("BF", "ML"), "dje": ("NE",), "ff": ("ML", "BF", "NE"), "fuh": ("NE", "BF"),
}  # fmt: skip
# Kinds whose names beside a weak alias show which world the item is about.
_WORLD: Final = frozenset(
    {EntityKind.PERSON, EntityKind.GROUP, EntityKind.ALLIANCE, EntityKind.FORCE, EntityKind.EVENT}
)


@dataclass(frozen=True, slots=True)
class Item:
    """Hold an entry while it is decided: its words, and the strong names of its other entities."""

    entry: EntryText
    fields: Sequence[FieldText]
    strong: Mapping[str, Watched]


def decide(
    watched: Watched,
    sightings: Sequence[Sighting],
    *,
    item: Item,
    present: Sequence[Mapping[int, Spans]],
    patterns: Patterns,
) -> Match | None:
    """Return the match of one entity, with its best mention first, or None."""
    evidence = _evidence(watched, sightings, item=item, present=present, patterns=patterns)
    if not _is_allowed(watched, present):
        sightings = [s for s in sightings if not s.is_weak and watched.entity.kind is not EntityKind.WORDS]
    judged = sorted(((judge(s, evidence), s) for s in sightings), key=_rank)
    if not judged:
        return None
    (score, reasons), _ = judged[0]
    return Match(watched.entity.id, watched.entity.families, score, _mentions(judged, item), reasons)


def _rank(judged: tuple[Verdict, Sighting]) -> tuple[float, ...]:
    """Put the surest first; among equals the title before the summary, the longer name, the better fit."""
    (score, _), sighting = judged
    return -score, sighting.field, -len(sighting.used), -sighting.similarity, sighting.first, -sighting.last


def _is_allowed(watched: Watched, present: Sequence[Mapping[int, Spans]]) -> bool:
    standing = {number for field in present for number in field}
    return watched.forbid.isdisjoint(standing) and all(not words.isdisjoint(standing) for words in watched.require)


def _evidence(
    watched: Watched,
    sightings: Sequence[Sighting],
    *,
    item: Item,
    present: Sequence[Mapping[int, Spans]],
    patterns: Patterns,
) -> Evidence:
    spans = [[(s.first, s.last) for s in sightings if s.field == number] for number in range(len(item.fields))]
    scope = watched.countries & {*item.entry.feed_scope, *LANGUAGE_COUNTRIES.get(item.entry.lang, ())}
    return Evidence(
        watched=watched,
        fields=item.fields,
        context=_written(watched.context, present, spans=spans, patterns=patterns),
        against=_written(watched.against, present, spans=spans, patterns=patterns),
        nearby=_nearby(watched, item),
        namesake=_namesake(watched, sightings, item=item),
        lang=item.entry.lang,
        stands_for=_stands_for(watched, sightings, item=item, present=present),
        own_name=any(_is_full_name(s) for s in sightings),
        in_scope=tuple(sorted(scope)),
    )


def _written(
    wanted: frozenset[int],
    present: Sequence[Mapping[int, Spans]],
    *,
    spans: Sequence[Sequence[tuple[int, int]]],
    patterns: Patterns,
) -> tuple[str, ...]:
    """List the wanted patterns that stand outside the entity's own sightings."""
    found = {n for field, own in zip(present, spans, strict=True) for n in outside(field, wanted, spans=own)}
    return tuple({fold(text): text for text in sorted(patterns.written(number) for number in found)}.values())


def _nearby(watched: Watched, item: Item) -> tuple[str, ...]:
    """List other entities of the same countries whose names stand in the item beyond doubt."""
    return tuple(
        other.entity.name
        for entity_id, other in item.strong.items()
        if entity_id != watched.entity.id and other.entity.kind in _WORLD and watched.countries & other.countries
    )


def _namesake(watched: Watched, sightings: Sequence[Sighting], *, item: Item) -> str:
    """Return the given name with which the item introduces somebody else of the same surname, or ""."""
    surnames = [s for s in sightings if s.alias is not None and s.alias.kind is AliasKind.SURNAME]
    found = [other_given_name(s, watched, field=item.fields[s.field]) for s in surnames]
    return next(filter(None, found), "")


def _stands_for(
    watched: Watched, sightings: Sequence[Sighting], *, item: Item, present: Sequence[Mapping[int, Spans]]
) -> str:
    """Return the long form with which the item says that an acronym is somebody else's, or ""."""
    for sighting in sightings:
        if sighting.alias is None or sighting.alias.kind is not AliasKind.ACRONYM or not watched.own:
            continue
        field, standing = item.fields[sighting.field], present[sighting.field]
        form = long_form(field.words, sighting.last, text=field.text)
        known = (at for n in watched.context & standing.keys() for first, last in standing[n] for at in (first, last))
        if form is not None and is_foreign(form, field.words, own=watched.own, known=known):
            return field.text[field.words[form[0]].start : field.words[form[1]].end]
    return ""


def _is_full_name(sighting: Sighting) -> bool:
    alias = sighting.alias
    return alias is not None and alias.kind is AliasKind.FULL and not alias.weak and sighting.string_score >= BAR


def _mentions(judged: Sequence[tuple[Verdict, Sighting]], item: Item) -> tuple[Mention, ...]:
    """List where the entity stands, best first, without what lies inside a better one."""
    kept: list[Sighting] = []
    for _, sighting in judged:
        if not any(sighting.field == other.field and sighting.used <= other.used for other in kept):
            kept.append(sighting)
        if len(kept) == MOST_MENTIONS:
            break
    return tuple(_mention(sighting, item) for sighting in kept)


def _mention(sighting: Sighting, item: Item) -> Mention:
    field = item.fields[sighting.field]
    start, end = field.words[sighting.first].start, field.words[sighting.last].end
    text = field.text[start:end]
    alias = sighting.alias.text if sighting.alias else text
    return Mention(alias, FIELDS[sighting.field], start, end, text, round(sighting.similarity, 4))
