"""Drop what is only a part of a better-fitting name: "Liberation of Azawad" inside the MNLA's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matchers.entities import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matchers.sightings import Sighting


def without_overlaps(sightings: Iterable[Sighting]) -> list[Sighting]:
    """Keep a sighting unless every word it used lies in a better one of another entity.

    Better is longer, or equally long and more alike. A subscriber's own words are never
    dropped and drop nothing: who asks for "Azawad" hears of every Azawad.
    """
    listed = sorted(sightings, key=lambda s: (s.field, -len(s.used), -s.similarity))
    kept: list[Sighting] = []
    over: dict[tuple[int, int], list[Sighting]] = {}
    for sighting in listed:
        better = over.get((sighting.field, min(sighting.used)), ())
        if sighting.entity.kind is not EntityKind.WORDS and any(_covers(other, sighting) for other in better):
            continue
        kept.append(sighting)
        for at in sighting.used:
            over.setdefault((sighting.field, at), []).append(sighting)
    return kept


def _covers(better: Sighting, sighting: Sighting) -> bool:
    if better.entity.id == sighting.entity.id:
        return False
    if better.entity.kind is EntityKind.WORDS or not sighting.used <= better.used:
        return False
    if sighting.alias is None or better.alias is None:
        return False
    return sighting.used < better.used or sighting.similarity < better.similarity
