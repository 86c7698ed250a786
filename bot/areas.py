"""Read where somebody looks, and which places of the gazetteer lie there. Pure.

Gao 100              a circle: a place and kilometres around it
Bamako San Sévaré 30 a road: stops in their order and kilometres to both sides of the straight lines between them
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from matchers.places import distance_km, distance_to_leg_km
from matchers.text import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matchers.gazetteer import Gazetteer
    from matchers.places import Place

MOST_KM: Final = 300
MOST_STOPS: Final = 8
NEAR_KM: Final = 50
ROUTE_KM: Final = 30
_KM: Final = re.compile(r"^(\d{1,3})(?:\s*km)?$", re.IGNORECASE | re.ASCII)
_BETWEEN: Final = re.compile(r"[,;–—→>]+|\s-\s")
_LONGEST_NAME: Final = 5
# A whole country is nowhere in particular: its middle would count as near to whatever lies there.
_NOWHERE: Final = frozenset({"country"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold what was asked for: stops and kilometres, or the word of which no place is known."""

    stops: tuple[Place, ...] = ()
    km: int = 0
    unknown: str = ""


def read_area(words: str, gazetteer: Gazetteer, *, km: int) -> Asked:
    """Return what is asked for; `km` when no number stands at the end."""
    parts = _BETWEEN.sub(" ", words).split()
    while len(parts) > 1 and parts[-1].lower() == "km":
        parts.pop()
    found = _KM.match(parts[-1]) if parts else None
    if found:
        km = int(found[1])
        parts.pop()
    stops: list[Place] = []
    while parts:
        place, used = _longest(parts, gazetteer)
        if place is None and "-" in parts[0]:
            parts[:1] = parts[0].replace("-", " ").split()
            continue
        if place is None:
            return Asked(unknown=parts[0])
        stops.append(place)
        del parts[:used]
    return Asked(tuple(stops), km)


def _longest(parts: Sequence[str], gazetteer: Gazetteer) -> tuple[Place | None, int]:
    """Return the place that the first words name, as many of them as can be, and how many those are."""
    for used in range(min(_LONGEST_NAME, len(parts)), 0, -1):
        words = " ".join(parts[:used])
        place = gazetteer.named(words) or _called(words, gazetteer)
        if place and place.kind not in _NOWHERE:
            return place, used
    return None, 0


def _called(words: str, gazetteer: Gazetteer) -> Place | None:
    """Return the place of that very name, though it is also a common word (San, Say): here it is meant."""
    wanted = [token.form for token in tokens(words)]
    return next((place for place in gazetteer.places() if [token.form for token in tokens(place.name)] == wanted), None)


def covered(stops: Sequence[Place], gazetteer: Gazetteer, *, km: int) -> tuple[Place, ...]:
    """Return the places that lie within so many kilometres of a place or of the lines between stops, nearest first."""
    far = {place.id: _distance(place, stops) for place in gazetteer.places() if place.kind not in _NOWHERE}
    inside = [place for place in gazetteer.places() if far.get(place.id, km + 1) <= km]
    return tuple(sorted(inside, key=lambda place: (far[place.id], place.id)))


def _distance(place: Place, stops: Sequence[Place]) -> float:
    if len(stops) == 1:
        return distance_km(place, stops[0])
    return min(distance_to_leg_km(place, start, end=end) for start, end in pairwise(stops))
